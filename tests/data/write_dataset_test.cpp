// SPDX-License-Identifier: Apache-2.0
#include "data/write_dataset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "data/fixtures.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

TEST(WriteDataset, npz_is_read_back_bit_for_bit_with_its_parts) {
  const TempDir folder;
  SourceOptions options;
  options.generated_rows = 300;
  for (const std::string name : {"gmm", "digits"}) {
    const Dataset made = read_source(name, options);
    data::write_dataset(made, folder / "a.npz");
    const Dataset read = read_source(folder / "a.npz");
    EXPECT_EQ(read.train, made.train);
    EXPECT_EQ(read.valid, made.valid);
    EXPECT_EQ(read.test, made.test);
    EXPECT_EQ(read.table.labels, made.table.labels);
    EXPECT_EQ(read.image, made.image);
    const auto same = [&]<class T>(MatrixView<const T> matrix) {
      const auto& other = std::get<Matrix<T>>(read.table.features);
      EXPECT_TRUE(std::equal(matrix.span().begin(), matrix.span().end(), other.span().begin(), other.span().end()));
    };
    visit_features(made.table.features, same);
  }
}

TEST(WriteDataset, csv_and_npy_keep_every_value) {
  const TempDir folder;
  const std::string source = write_bytes(folder / "in.csv", "a b,c,kind\n0.1,1e-300,\"x, y\"\n3,4,z\n");
  const Dataset made = read_source(source);
  data::write_dataset(made, folder / "out.csv");
  const Dataset read = read_source(folder / "out.csv");
  EXPECT_EQ(read.feature_names, (std::vector<std::string>{"a b", "c"}));
  EXPECT_EQ(read.class_names, (std::vector<std::string>{"x, y", "z"}));
  EXPECT_EQ(std::get<Matrix<double>>(read.table.features)(0, 0), 0.1);
  EXPECT_EQ(std::get<Matrix<double>>(read.table.features)(0, 1), 1e-300);
  data::write_dataset(made, folder / "out.npy");
  EXPECT_EQ(std::get<Matrix<double>>(read_source(folder / "out.npy").table.features)(0, 1), 1e-300);
}

TEST(WriteDataset, names_that_would_be_formulas_are_guarded) {
  const TempDir folder;
  const Dataset made = read_source(write_bytes(folder / "in.csv", "=a,kind\n1,@x\n2,-1+1\n3,@x\n"));
  data::write_dataset(made, folder / "out.csv");
  EXPECT_EQ(read_source(folder / "out.csv").class_names, (std::vector<std::string>{"'-1+1", "'@x"}));
  data::write_dataset(made, folder / "raw.csv", CsvCells::kRaw);
  const Dataset raw = read_source(folder / "raw.csv");
  EXPECT_EQ(raw.class_names, made.class_names);
  EXPECT_EQ(raw.feature_names, (std::vector<std::string>{"=a"}));
}

TEST(WriteDataset, regression_targets_survive) {
  const TempDir folder;
  const Dataset made = read_source(write_bytes(folder / "in.csv", "1,0.25\n2,1.75\n3,8.5\n"));
  for (const std::string ending : {".csv", ".npy", ".npz"}) {
    data::write_dataset(made, folder / ("out" + ending));
    const Dataset read = read_source(folder / ("out" + ending));
    EXPECT_EQ(read.task, Task::kRegression) << ending;
    EXPECT_EQ(read.table.values(2, 0), 8.5) << ending;
  }
}

TEST(WriteDataset, unknown_ending_and_missing_folder_are_errors) {
  const Dataset made = read_source("moons");
  EXPECT_THROW(data::write_dataset(made, "/tmp/a.xlsx"), InputError);
  EXPECT_THROW(data::write_dataset(made, "/nonexistent-folder/a.csv"), RunError);
}

TEST(WriteDataset, numpy_reads_the_npz) {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) GTEST_SKIP() << "no numpy";
  const TempDir folder;
  data::write_dataset(read_source("moons"), folder / "a.npz");
  const std::string program = "import numpy as n; d = n.load('" + (folder / "a.npz") +
                              "'); assert d['x_train'].shape == (4000, 2) and d['y_valid'].sum() == 500";
  EXPECT_EQ(std::system(("/usr/bin/python3 -c \"" + program + "\"").c_str()), 0);
}

}  // namespace
}  // namespace gradus::test
