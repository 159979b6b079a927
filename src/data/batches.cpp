// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/batches.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/suggest.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"

namespace gradus {
namespace {

constexpr std::array<std::string_view, 3> kOrderNames{"file", "samples", "batches"};

}  // namespace

BatchOrder parse_batch_order(std::string_view name) {
  const auto found = std::find(kOrderNames.begin(), kOrderNames.end(), name);
  if (found == kOrderNames.end()) throw unknown_name("training.order", name, kOrderNames);
  return static_cast<BatchOrder>(found - kOrderNames.begin());
}

std::string_view batch_order_name(BatchOrder order) {
  return kOrderNames[static_cast<std::size_t>(order)];
}

EpochBatches::EpochBatches(std::span<const std::uint32_t> rows, const BatchOptions& options, std::uint64_t seed,
                           std::uint64_t epoch)
    : rows_(rows.begin(), rows.end()), batch_size_(options.batch_size) {
  if (batch_size_ == 0) throw InputError(ErrorParts{"training.batch", "at least 1 sample per batch", "0", ""});
  if (options.order == BatchOrder::kShuffleSamples) {
    RandomStream(seed, Purpose::kSampleOrder, epoch).shuffle(rows_);
  }
  const std::size_t complete = rows_.size() / batch_size_;
  const bool keep_rest = !options.drop_last && rows_.size() % batch_size_ != 0;
  // The incomplete batch takes part in the shuffle of batches like any other.
  std::vector<std::uint32_t> order(complete + (keep_rest ? 1 : 0));
  std::iota(order.begin(), order.end(), 0u);
  if (options.order == BatchOrder::kShuffleBatches) RandomStream(seed, Purpose::kBatchOrder, epoch).shuffle(order);
  starts_.reserve(order.size());
  for (const std::uint32_t batch : order) starts_.push_back(batch * batch_size_);
}

std::span<const std::uint32_t> EpochBatches::operator[](std::size_t i) const {
  const std::size_t start = starts_[i];
  return std::span(rows_).subspan(start, std::min(batch_size_, rows_.size() - start));
}

}  // namespace gradus
