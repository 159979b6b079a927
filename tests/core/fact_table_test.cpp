// Tables of facts: every table has a row for every enumerator, and one that lacks a row is told by name.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/fact_table.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/enumerators.hpp"
#include "core/suggest.hpp"
#include "gradus/data/batches.hpp"
#include "gradus/data/dataset.hpp"
#include "gradus/engine/optimizer.hpp"
#include "gradus/network/activation.hpp"
#include "gradus/network/initializer.hpp"
#include "gradus/network/loss.hpp"
#include "gradus/training/schedule.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus {
namespace {

// The table without row `left_out`.
template <class Row, std::size_t N>
constexpr std::array<Row, N - 1> without(const std::array<Row, N>& table, std::size_t left_out) {
  std::array<Row, N - 1> rest{};
  for (std::size_t i = 0; i + 1 < N; ++i) rest[i] = table[i < left_out ? i : i + 1];
  return rest;
}

// What the compiler asserts of every table, with the missing names; and that it would notice each row left out.
template <class Row, std::size_t N>
void expect_complete(const std::array<Row, N>& table) {
  EXPECT_EQ(missing_names(table), "");
  EXPECT_TRUE(is_complete(table));
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < N; ++i) {
    EXPECT_TRUE(names.insert(table[i].name).second) << table[i].name << " stands twice";
    EXPECT_EQ(parse_kind("test", table, table[i].name), table[i].kind);
    EXPECT_EQ(row_of(table, table[i].kind).name, table[i].name);
    EXPECT_FALSE(is_complete(without(table, i))) << table[i].name;
    EXPECT_NE(missing_names(without(table, i)), "") << table[i].name;
  }
}

TEST(FactTable, every_table_is_complete) {
  expect_complete(kActivationTable);
  expect_complete(kOutputTable);
  expect_complete(kLossTable);
  expect_complete(kFloorTable);
  expect_complete(kInitializerTable);
  expect_complete(kBiasTable);
  expect_complete(kOptimizerTable);
  expect_complete(kScheduleTable);
  expect_complete(kBatchOrderTable);
  expect_complete(kDTypeTable);
  expect_complete(kTrainMetricsTable);
  expect_complete(kTaskTable);
  expect_complete(kMeasureTable);
}

// One row forgotten in each kind of table.
TEST(FactTable, a_forgotten_row_is_told_by_name) {
  EXPECT_EQ(missing_names(without(kActivationTable, 7)), "kGelu");
  EXPECT_EQ(missing_names(without(kLossTable, 3)), "kHuber");
  EXPECT_EQ(missing_names(without(kOutputTable, 2)), "kLinear");
  EXPECT_EQ(missing_names(without(kOptimizerTable, 0)), "kSgd");
  EXPECT_EQ(missing_names(without(kScheduleTable, 5)), "kPlateau");
  EXPECT_EQ(missing_names(without(kInitializerTable, 11)), "kUniformFanOut");
  EXPECT_EQ(missing_names(without(kBatchOrderTable, 1)), "kShuffleSamples");
  EXPECT_EQ(missing_names(without(kTaskTable, 2)), "kRegression");
  EXPECT_EQ(missing_names(without(without(kLossTable, 3), 0)), "kSoftmaxCrossEntropy, kHuber");
}

TEST(FactTable, rows_out_of_order_are_no_complete_table) {
  auto table = kFloorTable;
  std::swap(table[0], table[1]);
  EXPECT_FALSE(is_complete(table));
}

TEST(FactTable, an_unknown_name_is_refused_with_all_known_ones) {
  try {
    parse_kind("training.dtype", kDTypeTable, "f46");
    FAIL() << "a name that does not exist was read";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "training.dtype: expected one of f32, f64, mixed, found 'f46'; did you mean 'f64'?");
  }
}

}  // namespace
}  // namespace gradus
