// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/batches.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "gradus/core/error.hpp"

namespace gradus::test {
namespace {

using Rows = std::vector<std::uint32_t>;

Rows hundred_and_three_rows() {
  Rows rows(103);
  std::iota(rows.begin(), rows.end(), 500u);
  return rows;
}

Rows visited(const EpochBatches& batches) {
  Rows all;
  for (std::size_t i = 0; i < batches.size(); ++i) all.insert(all.end(), batches[i].begin(), batches[i].end());
  return all;
}

TEST(EpochBatches, every_epoch_visits_every_row_once_in_every_order) {
  const Rows rows = hundred_and_three_rows();
  for (const BatchOrder order : {BatchOrder::kFile, BatchOrder::kShuffleSamples, BatchOrder::kShuffleBatches}) {
    std::set<Rows> orders;
    for (std::uint64_t epoch = 0; epoch < 5; ++epoch) {
      const EpochBatches batches(rows, {10, order, false}, 3, epoch);
      EXPECT_EQ(batches.size(), 11u);
      Rows all = visited(batches);
      orders.insert(all);
      EXPECT_EQ(all, visited(EpochBatches(rows, {10, order, false}, 3, epoch)));
      std::sort(all.begin(), all.end());
      EXPECT_EQ(all, rows);
    }
    EXPECT_EQ(orders.size(), order == BatchOrder::kFile ? 1u : 5u);
    EXPECT_EQ(orders.contains(rows), order == BatchOrder::kFile);
  }
}

TEST(EpochBatches, seeds_differ) {
  const Rows rows = hundred_and_three_rows();
  const BatchOptions options{10, BatchOrder::kShuffleSamples, false};
  EXPECT_NE(visited(EpochBatches(rows, options, 1, 0)), visited(EpochBatches(rows, options, 2, 0)));
}

TEST(EpochBatches, incomplete_batch_is_dropped_on_request) {
  const Rows rows = hundred_and_three_rows();
  for (const BatchOrder order : {BatchOrder::kFile, BatchOrder::kShuffleSamples, BatchOrder::kShuffleBatches}) {
    const EpochBatches batches(rows, {10, order, true}, 3, 1);
    EXPECT_EQ(batches.size(), 10u);
    for (std::size_t i = 0; i < batches.size(); ++i) EXPECT_EQ(batches[i].size(), 10u);
  }
}

TEST(EpochBatches, shuffled_batches_keep_consecutive_samples_together) {
  const Rows rows = hundred_and_three_rows();
  const EpochBatches batches(rows, {10, BatchOrder::kShuffleBatches, false}, 3, 1);
  for (std::size_t i = 0; i < batches.size(); ++i) {
    EXPECT_EQ((batches[i].front() - 500) % 10, 0u);
    for (std::size_t b = 1; b < batches[i].size(); ++b) EXPECT_EQ(batches[i][b], batches[i][b - 1] + 1);
  }
}

TEST(EpochBatches, batch_larger_than_the_data_and_batch_of_nothing) {
  const Rows rows = hundred_and_three_rows();
  EXPECT_EQ(EpochBatches(rows, {1000, BatchOrder::kFile, false}, 0, 0).size(), 1u);
  EXPECT_EQ(EpochBatches(rows, {1000, BatchOrder::kFile, true}, 0, 0).size(), 0u);
  EXPECT_THROW(EpochBatches(rows, {0, BatchOrder::kFile, false}, 0, 0), InputError);
}

TEST(BatchOrder, names_are_read_back_and_mistakes_get_a_suggestion) {
  for (const BatchOrder order : {BatchOrder::kFile, BatchOrder::kShuffleSamples, BatchOrder::kShuffleBatches}) {
    EXPECT_EQ(parse_batch_order(batch_order_name(order)), order);
  }
  EXPECT_THROW(parse_batch_order("sample"), InputError);
}

}  // namespace
}  // namespace gradus::test
