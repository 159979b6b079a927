// Published data sets, trained from one command each, against the accuracy that they should reach.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using nlohmann::json;

/// summary.json of `gradus train --data PATH OPTIONS`.
json train(const std::string& path, const std::vector<std::string>& options) {
  std::vector<std::string> words = {"train", "--data", path, "--out", "none", "--json", "--quiet"};
  words.insert(words.end(), options.begin(), options.end());
  const ProcessResult result = gradus_program(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.exit_code == 0 ? json::parse(result.out) : json();
}

struct Target {
  const char* name;
  const char* path;
  std::vector<std::string> options;
  const char* measure;  // in summary.json's "final"
  double at_least;
};

void PrintTo(const Target& target, std::ostream* out) {
  *out << target.name;
}

std::vector<std::string> mnist_options(const char* seed) {
  return {"--layers", "784,512,256,10", "--epochs", "12",         "--batch", "64",     "--lr",
          "0.001",    "--dropout",      "0.2",      "--schedule", "cosine",  "--seed", seed};
}

const Target kTargets[] = {
    {"mnist_seed_1", "mnist", mnist_options("1"), "test_accuracy", 0.98},
    {"mnist_seed_2", "mnist", mnist_options("2"), "test_accuracy", 0.98},
    {"mnist_seed_3", "mnist", mnist_options("3"), "test_accuracy", 0.98},
    {"fashion",
     "fashion",
     {"--layers", "784,256,10", "--epochs", "15", "--batch", "64", "--schedule", "cosine"},
     "test_accuracy",
     0.885},
    {"peaks_mat",
     "peaks/PeaksData.mat",
     {"--hidden", "128,64", "--epochs", "30", "--batch", "128", "--lr", "0.005", "--schedule", "cosine"},
     "valid_accuracy",
     0.93},
    {"gmm_mat",
     "gmm/GMMData.mat",
     {"--hidden", "128,64", "--epochs", "30", "--batch", "128", "--lr", "0.003", "--schedule", "cosine"},
     "valid_accuracy",
     0.97},
    {"cercles", "circles/cercles.txt", {"--epochs", "60", "--lr", "0.01"}, "valid_accuracy", 0.97},
    {"digits", "tabular/digits.csv", {"--standardize"}, "valid_accuracy", 0.95},
    {"digits_train", "tabular/digits_train.csv", {"--standardize"}, "valid_accuracy", 0.95},
    {"iris", "tabular/iris.csv", {}, "valid_accuracy", 0.85},
    {"wine", "tabular/wine.csv", {"--standardize"}, "valid_accuracy", 0.9},
    {"breast_cancer", "tabular/breast_cancer.csv", {"--standardize"}, "valid_accuracy", 0.94},
    {"winequality_red", "tabular/winequality_red.csv", {"--standardize"}, "valid_accuracy", 0.52},
    {"winequality_white", "tabular/winequality_white.csv", {"--standardize"}, "valid_accuracy", 0.5},
};

class RealData : public testing::TestWithParam<Target> {};

TEST_P(RealData, reaches_its_accuracy) {
  const Target& target = GetParam();
  const auto path = real_data(target.path);
  if (!path) GTEST_SKIP() << "no " << target.path << " in the data folder";
  const json summary = train(path->string(), target.options);
  EXPECT_GE(summary["final"][target.measure].get<double>(), target.at_least);
}

INSTANTIATE_TEST_SUITE_P(Every, RealData, testing::ValuesIn(kTargets),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(RealRegression, wine_quality_is_explained_in_part) {
  const auto path = real_data("tabular/winequality_white.csv");
  if (!path) GTEST_SKIP() << "no tabular/winequality_white.csv in the data folder";
  const json summary = train(path->string(), {"--task", "regression", "--standardize"});
  EXPECT_GE(summary["evaluation"]["valid"]["r2"].get<double>(), 0.25);
}

TEST(RealMemory, mnist_training_takes_the_data_the_parameters_and_little_more) {
  const auto path = real_data("mnist");
  if (!path) GTEST_SKIP() << "no mnist in the data folder";
  const ProcessResult result =
      gradus_program({"train", "--data", path->string(), "--layers", "784,256,10", "--optimizer", "sgd", "--batch",
                      "100", "--epochs", "1", "--out", "none", "--json", "--quiet"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::size_t data = 70000 * 785;
  const std::size_t parameters = json::parse(result.out)["parameters"].get<std::size_t>() * sizeof(float);
  EXPECT_LE(result.max_resident_bytes, data + 4 * parameters + (std::size_t{64} << 20));
  EXPECT_GT(result.max_resident_bytes, data) << "not measured";
}

}  // namespace
}  // namespace gradus::test
