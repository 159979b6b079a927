// What the readers make of the published files: counts, means and names as they were published.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>

#include "gradus/data/source.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

TEST(PublishedArrays, mnist_pickle_and_idx_files_hold_identical_arrays) {
  const auto folder = real_data("mnist");
  if (!folder || !std::filesystem::exists(*folder / "mnist.pkl.gz")) GTEST_SKIP() << "no mnist.pkl.gz";
  const Dataset idx_set = read_source(folder->string());
  const Dataset pickle_set = read_source((*folder / "mnist.pkl.gz").string());
  EXPECT_EQ(pickle_set.train.size(), 50000u);
  EXPECT_EQ(pickle_set.valid.size(), 10000u);
  EXPECT_EQ(pickle_set.test.size(), 10000u);
  EXPECT_EQ(pickle_set.table.labels, idx_set.table.labels);
  const auto& bytes = std::get<Matrix<std::uint8_t>>(idx_set.table.features);
  const auto& reals = std::get<Matrix<float>>(pickle_set.table.features);
  ASSERT_EQ(bytes.size(), reals.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (reals.data()[i] * 256.0f != static_cast<float>(bytes.data()[i])) ++different;
  }
  EXPECT_EQ(different, 0u);
}

TEST(PublishedArrays, mnist_has_its_published_counts_and_means) {
  const auto path = real_data("mnist");
  if (!path) GTEST_SKIP() << "no mnist";
  const Dataset dataset = read_source(path->string());
  const auto& pixels = std::get<Matrix<std::uint8_t>>(dataset.table.features);
  std::vector<int> train(10), test(10);
  double train_sum = 0, test_sum = 0;
  for (const auto row : dataset.train) {
    ++train[dataset.table.labels[row]];
    for (const auto pixel : pixels.row(row)) train_sum += pixel;
  }
  for (const auto row : dataset.test) {
    ++test[dataset.table.labels[row]];
    for (const auto pixel : pixels.row(row)) test_sum += pixel;
  }
  EXPECT_EQ(train, (std::vector<int>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
  EXPECT_EQ(test, (std::vector<int>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
  EXPECT_NEAR(train_sum / 60000 / 784, 33.3184, 5e-5);
  EXPECT_NEAR(test_sum / 10000 / 784, 33.7912, 5e-5);
}

TEST(PublishedArrays, fashion_mnist_has_its_published_means_and_names) {
  const auto path = real_data("fashion");
  if (!path) GTEST_SKIP() << "no fashion";
  SourceOptions options;
  options.data_dir = path->parent_path().string();
  const Dataset dataset = read_source("fashion-mnist", options);
  const auto& pixels = std::get<Matrix<std::uint8_t>>(dataset.table.features);
  double sum = 0;
  for (const auto row : dataset.test) {
    for (const auto pixel : pixels.row(row)) sum += pixel;
  }
  EXPECT_NEAR(sum / 10000 / 784, 73.1466, 5e-5);
  EXPECT_EQ(dataset.class_names.at(9), "Ankle boot");
}

}  // namespace
}  // namespace gradus::test
