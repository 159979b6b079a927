// A table from memory is the table that a file with the same cells gives.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/memory_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <memory>

#include "gradus/core/error.hpp"
#include "support/paths.hpp"
#include "support/refusal.hpp"

namespace gradus {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

MemoryTable small_table() {
  MemoryTable table;
  table.name = "small";
  table.rows = 4;
  table.columns = {{"age", NumberCells{{31, kNone, 25, 40}}},
                   {"town", WordCells{{"Rome", "Oslo", "", "Rome"}}},
                   {"size", CategoryCells{{"S", "M", "unused"}, {1, 0, kMissingCode, 1}}},
                   {"since", DateCells{{0, 1, 365, kNone}}},
                   {"class", WordCells{{"no", "yes", "no", "yes"}}}};
  return table;
}

constexpr const char* kSmallText =
    "age,town,size,since,class\n31,Rome,M,1970-01-01,no\n,Oslo,S,1970-01-02,yes\n25,,,1971-01-01,no\n40,Rome,M,,yes\n";

SourceOptions labelled(const std::string& label) {
  SourceOptions options;
  options.label = label;
  return options;
}

std::string table_refusal(const MemoryTable& table, const SourceOptions& options = {}) {
  return test::refusal_of([&] { read_table(table, nullptr, options); });
}

TEST(MemoryTable, ColumnsAreThoseOfTheFileWithTheSameCells) {
  const test::TempDir folder;
  const std::string path = folder / "small.csv";
  std::ofstream(path) << kSmallText;
  const Dataset file = read_source(path, labelled("class"));
  const Dataset memory = read_table(small_table(), nullptr, labelled("class"));
  EXPECT_EQ(memory.columns, file.columns);
  EXPECT_EQ(memory.class_names, file.class_names);
  EXPECT_EQ(memory.table.labels, file.table.labels);
  EXPECT_EQ(memory.target_name, file.target_name);
  ASSERT_EQ(memory.table.codes.size(), file.table.codes.size());
  for (std::size_t i = 0; i < file.table.codes.size(); ++i) {
    EXPECT_EQ(memory.table.codes.data()[i], file.table.codes.data()[i]) << i;
  }
  const auto& found = std::get<Matrix<double>>(memory.table.features);
  const auto& wanted = std::get<Matrix<double>>(file.table.features);
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_TRUE(found.data()[i] == wanted.data()[i] || (std::isnan(found.data()[i]) && std::isnan(wanted.data()[i])))
        << i;
  }
}

TEST(MemoryTable, MatrixIsBorrowedWhereNothingIsMissing) {
  std::vector<float> numbers = {1, 2, 3, 4, 5, 6};
  MemoryTable table;
  table.rows = 3;
  table.matrix = MatrixView<const float>(numbers.data(), 3, 2);
  table.matrix_names = {"a", "b"};
  const std::vector<std::int32_t> labels = {0, 1, 0};
  table.targets = ClassTargets{.labels = labels, .class_names = {"x", "y"}};
  const Dataset dataset = read_table(table, nullptr, {});
  EXPECT_EQ(std::get<MatrixView<const float>>(dataset.table.features).data(), numbers.data());
  EXPECT_EQ(dataset.columns.size(), 2U);
  EXPECT_EQ(dataset.class_names, (std::vector<std::string>{"x", "y"}));
  numbers[3] = std::numeric_limits<float>::quiet_NaN();
  const Dataset missing = read_table(table, nullptr, {});
  EXPECT_TRUE(std::isnan(std::get<Matrix<double>>(missing.table.features)(1, 1)));
}

TEST(MemoryTable, MatrixWithoutNamesIsAnArray) {
  const std::vector<double> numbers = {1, 2, 3, 4};
  MemoryTable table;
  table.rows = 2;
  table.matrix = MatrixView<const double>(numbers.data(), 2, 2);
  const std::vector<double> values = {5, 6};
  table.targets = ValueTargets{MatrixView<const double>(values.data(), 2, 1)};
  const Dataset dataset = read_table(table, nullptr, {});
  EXPECT_TRUE(dataset.columns.empty());
  EXPECT_EQ(dataset.task, Task::kRegression);
  EXPECT_EQ(dataset.table.values(1, 0), 6.0);
}

TEST(MemoryTable, SchemaFindsColumnsByTheirNames) {
  MemoryTable table = small_table();
  const Dataset first = read_table(table, nullptr, labelled("class"));
  Schema schema;
  schema.columns = first.columns;
  SourceOptions options = labelled("class");
  options.schema = std::make_shared<const Schema>(schema);
  options.read_targets = false;
  std::swap(table.columns[0], table.columns[3]);
  table.columns.pop_back();  // no label
  table.columns.push_back({"extra", NumberCells{{1, 2, 3, 4}}});
  const Dataset again = read_table(table, nullptr, options);
  EXPECT_EQ(again.columns, first.columns);
  EXPECT_EQ(std::get<Matrix<double>>(again.table.features)(0, 0), 31.0);
  table.columns.erase(table.columns.begin() + 1);
  EXPECT_EQ(
      table_refusal(table, options),
      "small: expected the column town, found a table without it; give the columns that the model was trained on, "
      "by their names");
}

TEST(MemoryTable, ValidationRowsAreReadInTheTermsOfTheTrainingRows) {
  const MemoryTable table = small_table();
  MemoryTable valid = small_table();
  valid.name = "valid";
  std::swap(valid.columns[0], valid.columns[4]);
  std::get<WordCells>(valid.columns[1].cells).words[1] = "Lima";
  const Dataset dataset = read_table(table, &valid, labelled("class"));
  EXPECT_EQ(dataset.train.size(), 4U);
  EXPECT_EQ(dataset.valid.size(), 4U);
  EXPECT_EQ(dataset.table.labels[4], dataset.table.labels[0]);
  EXPECT_EQ(dataset.table.codes(5, 0), kMissingCode);  // Lima
}

TEST(MemoryTable, RefusesWhatDoesNotFit) {
  MemoryTable table = small_table();
  std::get<NumberCells>(table.columns[0].cells).values.pop_back();
  EXPECT_EQ(table_refusal(table, labelled("class")), "small: column 'age': expected 4 rows, found 3");
  table = small_table();
  std::get<NumberCells>(table.columns[0].cells).values[2] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(table_refusal(table, labelled("class")),
            "small: column 'age': row 2 (from 0): expected a finite number or a missing one, found inf; correct it or "
            "leave the column out");
  table = small_table();
  std::get<CategoryCells>(table.columns[2].cells).codes[3] = 3;
  EXPECT_EQ(table_refusal(table, labelled("class")),
            "small: column 'size': row 3 (from 0): expected a code from 0 to 2, or -1 for a missing one, found 3");
  table = small_table();
  EXPECT_EQ(table_refusal(table, labelled("since")),
            "small: column 'since': expected numbers or classes as target, found dates");
  EXPECT_EQ(table_refusal(table, labelled("town")),
            "small: column 'town': expected a class in every row, found an empty cell");
  table.weights = {1, 1, -1, 1};
  EXPECT_EQ(table_refusal(table, labelled("class")),
            "small: weights: row 2 (from 0): expected a finite weight from 0, found -1");
}

TEST(MemoryTable, TargetsSayTheTask) {
  MemoryTable table = small_table();
  const std::vector<std::int32_t> labels = {0, 1, 2, 0};
  table.targets = ClassTargets{.labels = labels, .class_names = {"a", "b", "c", "d"}};
  SourceOptions options;
  options.task = "regression";
  EXPECT_EQ(table_refusal(table, options),
            "data.task: expected classification, which the targets are, found 'regression'");
  const Dataset dataset = read_table(table, nullptr, {});
  EXPECT_EQ(dataset.class_names.size(), 4U);  // also those that no row has
  EXPECT_EQ(dataset.columns.size(), 5U);
}

}  // namespace
}  // namespace gradus
