// SPDX-License-Identifier: Apache-2.0
#include "training/folds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "training/small_run.hpp"

namespace gradus {
namespace {

// Class k has sizes[k] rows, mixed.
Dataset classes_of(const std::vector<std::size_t>& sizes) {
  Dataset dataset;
  std::vector<std::size_t> left = sizes;
  for (std::size_t k = 0; std::any_of(left.begin(), left.end(), [](std::size_t n) { return n > 0; });
       k = (k + 1) % sizes.size()) {
    if (left[k] == 0) continue;
    --left[k];
    dataset.train.push_back(static_cast<std::uint32_t>(dataset.table.labels.size()));
    dataset.table.labels.push_back(static_cast<std::int32_t>(k));
  }
  dataset.table.features = Matrix<double>(dataset.train.size(), 1);
  for (std::size_t k = 0; k < sizes.size(); ++k) dataset.class_names.push_back(std::to_string(k));
  return dataset;
}

Dataset quantities(std::size_t rows) {
  Dataset dataset;
  dataset.task = Task::kRegression;
  dataset.table.features = Matrix<double>(rows, 1);
  dataset.table.values = Matrix<double>(rows, 1);
  for (std::size_t r = 0; r < rows; ++r) dataset.train.push_back(static_cast<std::uint32_t>(r));
  return dataset;
}

std::size_t spread(const std::vector<std::size_t>& counts) {
  const auto [low, high] = std::minmax_element(counts.begin(), counts.end());
  return *high - *low;
}

TEST(Folds, classes_and_sizes_are_divided_evenly) {
  const std::vector<std::vector<std::size_t>> all = {{50, 50}, {33, 7, 61}, {1, 2, 3, 4, 5}, {4, 96}, {3, 3, 3}};
  for (const std::vector<std::size_t>& sizes : all) {
    const Dataset dataset = classes_of(sizes);
    for (const std::size_t folds : {2U, 3U, 5U, 9U}) {
      for (const bool shuffled : {true, false}) {
        const std::vector<std::size_t> fold_of = assign_folds(dataset, folds, shuffled, 3);
        std::vector<std::size_t> counts(folds);
        std::vector<std::vector<std::size_t>> of_class(sizes.size(), std::vector<std::size_t>(folds));
        for (std::size_t i = 0; i < fold_of.size(); ++i) {
          ASSERT_LT(fold_of[i], folds);
          ++counts[fold_of[i]];
          ++of_class[static_cast<std::size_t>(dataset.table.labels[i])][fold_of[i]];
        }
        EXPECT_LE(spread(counts), 1U);
        for (const auto& one : of_class) EXPECT_LE(spread(one), 1U);
      }
    }
  }
}

TEST(Folds, quantities_are_shuffled_or_in_blocks) {
  const Dataset dataset = quantities(23);
  const std::vector<std::size_t> blocks = assign_folds(dataset, 4, false, 0);
  EXPECT_TRUE(std::is_sorted(blocks.begin(), blocks.end()));
  const std::vector<std::size_t> shuffled = assign_folds(dataset, 4, true, 0);
  EXPECT_FALSE(std::is_sorted(shuffled.begin(), shuffled.end()));
  EXPECT_NE(shuffled, assign_folds(dataset, 4, true, 1));
  for (const auto& fold_of : {blocks, shuffled}) {
    std::vector<std::size_t> counts(4);
    for (const std::size_t fold : fold_of) ++counts[fold];
    EXPECT_LE(spread(counts), 1U);
  }
}

TEST(Folds, every_row_is_held_out_once_and_never_trained_on_then) {
  const Dataset dataset = test::make_clouds(40);
  std::map<std::uint32_t, int> held;
  for (std::uint64_t fold = 1; fold <= 3; ++fold) {
    RunConfig config;
    config.training.folds = 3;
    config.training.fold = fold;
    Dataset one = dataset;
    one.valid.clear();
    const std::size_t rows = one.train.size();
    hold_out_fold(config, one);
    EXPECT_EQ(one.train.size() + one.test.size(), rows);
    for (const std::uint32_t row : one.test) {
      ++held[row];
      EXPECT_EQ(std::count(one.train.begin(), one.train.end(), row), 0);
    }
    EXPECT_EQ(config.data.valid, 0.2);
  }
  EXPECT_EQ(held.size(), 40U);
  for (const auto& [row, times] : held) EXPECT_EQ(times, 1) << row;
}

TEST(Folds, what_cannot_be_folded_is_refused) {
  const auto sentence = [](std::uint64_t folds, std::uint64_t fold, Dataset dataset,
                           const std::function<void(RunConfig&)>& change = {}) -> std::string {
    RunConfig config;
    config.training.folds = folds;
    config.training.fold = fold;
    if (change) change(config);
    try {
      hold_out_fold(config, dataset);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  const Dataset dataset = quantities(7);
  EXPECT_EQ(sentence(7, 7, dataset), "none");
  EXPECT_NE(sentence(1, 1, dataset).find("at least 2"), std::string::npos);
  EXPECT_NE(sentence(8, 1, dataset).find("at most the 7 rows"), std::string::npos);
  EXPECT_NE(sentence(3, 4, dataset).find("from 1 to 3"), std::string::npos);
  EXPECT_NE(sentence(3, 0, dataset).find("from 1 to 3"), std::string::npos);
  EXPECT_NE(sentence(3, 1, test::make_clouds()).find("data.pool"), std::string::npos);
  EXPECT_NE(sentence(3, 1, dataset, [](RunConfig& c) { c.data.test_path = "t.csv"; }).find("t.csv"), std::string::npos);
  EXPECT_NE(sentence(3, 1, dataset, [](RunConfig& c) { c.data.valid_path = "v.csv"; }).find("v.csv"),
            std::string::npos);
  EXPECT_NE(sentence(3, 1, dataset, [](RunConfig& c) { c.data.test = 0.1; }).find("data.test"), std::string::npos);
}

}  // namespace
}  // namespace gradus
