// The order in which an epoch visits the training rows. A pure function of (options, seed, epoch): a resumed run needs
// no stored position but the epoch and the step.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "gradus/core/fact_table.hpp"

namespace gradus {

enum class BatchOrder : std::uint8_t {
  kFile,            // as the part lists them
  kShuffleSamples,  // samples shuffled every epoch
  kShuffleBatches,  // batches of consecutive samples, their order shuffled every epoch (study s1)
};

inline constexpr std::array kBatchOrderTable = {
    NamedKind<BatchOrder>{BatchOrder::kFile, "file"},
    NamedKind<BatchOrder>{BatchOrder::kShuffleSamples, "samples"},
    NamedKind<BatchOrder>{BatchOrder::kShuffleBatches, "batches"},
};

/// All of them, for whoever walks through them.
inline constexpr auto kAllBatchOrders = kinds_of(kBatchOrderTable);

/// By the names of the table; throws InputError with a suggestion.
BatchOrder parse_batch_order(std::string_view name);
std::string_view batch_order_name(BatchOrder order);

/// How an epoch is divided.
struct BatchOptions {
  std::size_t batch_size = 32;  // rows per batch, from 1; the last batch has what is left
  BatchOrder order = BatchOrder::kShuffleSamples;
  bool drop_last = false;  // leave out an incomplete last batch
};

/// The batches of one epoch over `rows`.
class EpochBatches {
 public:
  EpochBatches(std::span<const std::uint32_t> rows, const BatchOptions& options, std::uint64_t seed,
               std::uint64_t epoch);
  /// Number of batches.
  [[nodiscard]] std::size_t size() const { return starts_.size(); }
  /// Row numbers of batch i; valid as long as this object.
  [[nodiscard]] std::span<const std::uint32_t> operator[](std::size_t i) const;

 private:
  std::vector<std::uint32_t> rows_;
  std::vector<std::size_t> starts_;
  std::size_t batch_size_;
};

}  // namespace gradus
