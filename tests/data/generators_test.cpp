// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/error.hpp"
#include "gradus/data/source.hpp"

namespace gradus::test {
namespace {

struct Golden {
  std::string name;
  std::size_t train, valid, test, inputs, classes;
  std::string sha256;  // of the values for seed 0: a change here changes every run on generated data
};

const Golden kGolden[] = {
    {"peaks", 25000, 6250, 0, 2, 5, "7790e1febe16db8b51dd354603067577ef7c34f2603bf004528a36c281cf90cc"},
    {"gmm", 25000, 6250, 0, 5, 5, "dada4543775a728b7adaa5cbdc073cb14061bb9fd014ce8cdbb932037e31b68a"},
    {"circles", 4000, 1000, 0, 2, 2, "d31d321852332503c0dc68575e4571819bc0e9ef5518d1ddb752183e3c103774"},
    {"moons", 4000, 1000, 0, 2, 2, "774f31840b4bff4ee9e6dadda06e7b390f1becc6e3243e16d4634480b7e3e1c4"},
    {"spirals", 4000, 1000, 0, 2, 2, "223d0bc64b66a84344c6e9dc26f4fe502a583fd1ca2ab9f5cb2b8c2a0e9cc108"},
    {"digits", 10000, 0, 2000, 784, 10, "55714d392c8172fc194d8bfd9ee742972c5a37bd485d877f57badae88662b7f2"},
};

TEST(Generators, seed_fixes_every_bit) {
  for (const Golden& golden : kGolden) {
    const Dataset dataset = read_source(golden.name);
    EXPECT_EQ(dataset.sha256, golden.sha256) << golden.name;
    SourceOptions other;
    other.seed = 1;
    EXPECT_NE(read_source(golden.name, other).sha256, golden.sha256) << golden.name;
  }
}

TEST(Generators, shapes_are_as_documented_and_classes_balanced) {
  for (const Golden& golden : kGolden) {
    const Dataset dataset = read_source(golden.name);
    EXPECT_EQ(dataset.train.size(), golden.train);
    EXPECT_EQ(dataset.valid.size(), golden.valid);
    EXPECT_EQ(dataset.test.size(), golden.test);
    EXPECT_EQ(dataset.num_features(), golden.inputs);
    ASSERT_EQ(dataset.num_outputs(), golden.classes);
    std::vector<double> counts(golden.classes);
    for (const auto row : dataset.train) ++counts[dataset.table.labels[row]];
    const double share = static_cast<double>(golden.train) / static_cast<double>(golden.classes);
    // Four standard deviations of a class count.
    for (const double count : counts) EXPECT_NEAR(count, share, 4.0 * std::sqrt(share)) << golden.name;
  }
}

TEST(Generators, row_count_and_noise_are_options_and_parts_do_not_disturb_each_other) {
  SourceOptions options;
  options.generated_rows = 1000;
  const Dataset small = read_source("gmm", options);
  EXPECT_EQ(small.train.size(), 800u);
  EXPECT_EQ(small.valid.size(), 200u);
  const auto& few = std::get<Matrix<float>>(small.table.features);
  const Dataset whole = read_source("gmm");
  const auto& many = std::get<Matrix<float>>(whole.table.features);
  EXPECT_EQ(few(799, 4), many(799, 4));
  EXPECT_EQ(few(800, 0), many(25000, 0));
  options.noise = 0.0;
  EXPECT_EQ(std::get<Matrix<float>>(read_source("gmm", options).table.features)(0, 0), 1.5f);
  options.generated_rows = 1;
  EXPECT_THROW(read_source("gmm", options), InputError);
}

TEST(Generators, digits_are_dark_strokes_on_an_empty_border) {
  SourceOptions options;
  options.generated_rows = 600;
  const Dataset dataset = read_source("digits", options);
  EXPECT_EQ(dataset.image, (ImageShape{28, 28}));
  EXPECT_EQ(default_divisor(dataset), 255.0);
  const auto& pixels = std::get<Matrix<std::uint8_t>>(dataset.table.features);
  for (std::size_t r = 0; r < pixels.rows(); ++r) {
    int ink = 0, corners = 0;
    for (const auto pixel : pixels.row(r)) ink += pixel > 128 ? 1 : 0;
    for (const std::size_t at : {0u, 27u, 756u, 783u}) corners += pixels(r, at);
    EXPECT_GT(ink, 20) << r;
    EXPECT_LT(ink, 300) << r;
    EXPECT_EQ(corners, 0) << r;
  }
}

}  // namespace
}  // namespace gradus::test
