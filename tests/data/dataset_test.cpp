// Splits, standardisation and the gathering of batches.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/dataset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "gradus/core/error.hpp"
#include "gradus/data/source.hpp"

namespace gradus::test {
namespace {

using Rows = std::vector<std::uint32_t>;

/// 100 rows: class 0 has 70, class 1 has 20, class 2 has 10, mixed.
Dataset hundred_rows() {
  Dataset dataset;
  dataset.class_names = {"a", "b", "c"};
  Matrix<float> features(100, 2);
  for (std::uint32_t r = 0; r < 100; ++r) {
    features(r, 0) = static_cast<float>(r);
    features(r, 1) = 3.0f;
    dataset.train.push_back(r);
    dataset.table.labels.push_back(r % 10 < 7 ? 0 : r % 10 < 9 ? 1 : 2);
  }
  dataset.table.features = std::move(features);
  return dataset;
}

Rows all_rows(const Dataset& dataset) {
  Rows rows = dataset.train;
  rows.insert(rows.end(), dataset.valid.begin(), dataset.valid.end());
  rows.insert(rows.end(), dataset.test.begin(), dataset.test.end());
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(Split, counts_and_fractions_divide_all_rows_without_overlap) {
  for (const bool stratified : {false, true}) {
    for (const bool shuffled : {false, true}) {
      Dataset dataset = hundred_rows();
      split(dataset, {0.15, 20, stratified, shuffled, 5});
      EXPECT_EQ(dataset.valid.size(), 15u);
      EXPECT_EQ(dataset.test.size(), 20u);
      EXPECT_EQ(all_rows(dataset), hundred_rows().train);
    }
  }
}

TEST(Split, file_order_takes_the_last_rows) {
  Dataset dataset = hundred_rows();
  split(dataset, {10, 5, false, false, 0});
  EXPECT_EQ(dataset.train.back(), 84u);
  EXPECT_EQ(dataset.valid.front(), 85u);
  EXPECT_EQ(dataset.test.front(), 95u);
}

TEST(Split, stratified_parts_keep_the_class_proportions) {
  Dataset dataset = hundred_rows();
  split(dataset, {20, 10, true, true, 1});
  std::vector<int> valid(3), test(3);
  for (const auto row : dataset.valid) ++valid[dataset.table.labels[row]];
  for (const auto row : dataset.test) ++test[dataset.table.labels[row]];
  EXPECT_EQ(valid, (std::vector<int>{14, 4, 2}));
  EXPECT_EQ(test, (std::vector<int>{7, 2, 1}));
}

TEST(Split, class_without_a_training_row_is_noted) {
  Dataset dataset = hundred_rows();
  dataset.name = "hundred";
  split(dataset, {95, 0, false, false, 0});
  ASSERT_EQ(dataset.notes.size(), 2U);
  EXPECT_EQ(dataset.notes[0], "hundred: class 'b' has no training row: the split took all it has");
  Dataset fair = hundred_rows();
  split(fair, {20, 10, true, true, 1});
  EXPECT_TRUE(fair.notes.empty());
}

TEST(Split, seed_decides_and_repeats) {
  Dataset first = hundred_rows(), same = hundred_rows(), other = hundred_rows();
  split(first, {0.2, 0, false, true, 1});
  split(same, {0.2, 0, false, true, 1});
  split(other, {0.2, 0, false, true, 2});
  EXPECT_EQ(first.valid, same.valid);
  EXPECT_NE(first.valid, other.valid);
}

TEST(Split, part_that_exists_stays_and_training_rows_remain) {
  Dataset dataset = hundred_rows();
  dataset.train.pop_back();
  dataset.valid = {99};
  split(dataset, {10, 0, false, true, 0});
  EXPECT_EQ(dataset.valid, (Rows{99}));
  Dataset greedy = hundred_rows();
  EXPECT_THROW(split(greedy, {60, 40, false, true, 0}), InputError);
  EXPECT_THROW(split(greedy, {-0.1, 0, false, true, 0}), InputError);
  EXPECT_THROW(split(greedy, {10.5, 0, false, true, 0}), InputError);
}

TEST(Standardization, uses_the_training_part_alone_and_leaves_constants_finite) {
  Dataset dataset = hundred_rows();
  split(dataset, {50, 0, false, false, 0});
  const Scaling scaling = standardization(dataset, 1.0);
  EXPECT_DOUBLE_EQ(scaling.mean[0], 24.5);
  EXPECT_DOUBLE_EQ(scaling.std[0], std::sqrt((50.0 * 50.0 - 1.0) / 12.0));
  EXPECT_EQ(scaling.std[1], 1.0);
  EXPECT_DOUBLE_EQ(standardization(dataset, 2.0).mean[0], 12.25);
}

template <class S>
Features filled(std::size_t rows, std::size_t cols) {
  Matrix<S> matrix(rows, cols);
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix.data()[i] = static_cast<S>((i * 37) % 251);
  return matrix;
}

template <class T>
void check_gather(const Features& features, const Scaling& scaling) {
  const Rows rows{4, 0, 4, 2};
  Matrix<T> padded(rows.size(), 9);
  const MatrixView<T> out(padded.data(), rows.size(), 7, 9);
  gather_rows(features, scaling, rows, out);
  for (std::size_t b = 0; b < rows.size(); ++b) {
    for (std::size_t c = 0; c < 7; ++c) {
      const double stored = std::visit([&](const auto& m) { return static_cast<double>(m(rows[b], c)); }, features);
      double expected = stored / scaling.divisor;
      if (!scaling.mean.empty()) expected = (expected - scaling.mean[c]) / scaling.std[c];
      EXPECT_EQ(out(b, c), static_cast<T>(expected));
    }
    EXPECT_EQ(padded(b, 7), T{0}) << "wrote beyond the row";
  }
}

TEST(GatherRows, every_stored_type_is_scaled_in_double_and_rounded_once) {
  const Scaling as_stored;
  const Scaling divided{255.0, {}, {}};
  const Scaling standardized{3.0, {1, 2, 3, 4, 5, 6, 7}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}};
  for (const Scaling& scaling : {as_stored, divided, standardized}) {
    for (const Features& features : {filled<std::uint8_t>(5, 7), filled<float>(5, 7), filled<double>(5, 7)}) {
      check_gather<float>(features, scaling);
      check_gather<double>(features, scaling);
    }
  }
}

TEST(GatherRows, what_does_not_fit_is_refused) {
  const Features features = filled<float>(5, 7);
  Matrix<float> out(1, 7);
  EXPECT_THROW(gather_rows(features, {}, Rows{5}, out.view()), std::invalid_argument);
  EXPECT_THROW(gather_rows(features, {1.0, {1, 2}, {1, 2}}, Rows{0}, out.view()), std::invalid_argument);
  EXPECT_THROW(gather_rows(features, {}, Rows{0, 1}, out.view()), std::invalid_argument);
}

TEST(DefaultDivisor, only_byte_images_are_divided) {
  Dataset dataset;
  dataset.table.features = filled<std::uint8_t>(5, 7);
  EXPECT_EQ(default_divisor(dataset), 1.0);
  dataset.image = ImageShape{1, 7};
  EXPECT_EQ(default_divisor(dataset), 255.0);
  dataset.table.features = filled<float>(5, 7);
  EXPECT_EQ(default_divisor(dataset), 1.0);
}

}  // namespace
}  // namespace gradus::test
