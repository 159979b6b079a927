// Columns of a table as inputs of a network.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/preprocessing.hpp"

#include <cmath>

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

constexpr const char* kTable =
    "colour,size,day,y\n"
    "red,1,2018-01-01,a\n"
    "blue,,2018-01-08,b\n"
    ",3,2018-07-02,a\n"
    "red,5,,b\n";

/// Inputs of the text, fitted on the rows `train`.
Dataset prepared(const std::string& text, const std::vector<std::uint32_t>& train, PreprocessingOptions options = {},
                 const SourceOptions& reading = {}) {
  Dataset dataset = read_text(text, reading);
  dataset.train = train;
  apply_preprocessing(dataset, fit_preprocessing(dataset, options, dataset.notes));
  return dataset;
}

std::vector<double> column(const Dataset& dataset, const std::string& name) {
  std::vector<double> values;
  for (std::size_t i = 0; i < dataset.feature_names.size(); ++i) {
    if (dataset.feature_names[i] != name) continue;
    for (std::size_t r = 0; r < dataset.table.rows(); ++r) values.push_back(feature(dataset, r, i));
  }
  return values;
}

TEST(Preprocessing, columns_become_named_inputs) {
  const Dataset dataset = prepared(kTable, {0, 1, 2, 3});
  EXPECT_EQ(dataset.feature_names,
            (Names{"colour=blue", "colour=red", "colour (missing)", "size", "size (missing)", "day", "day (year, sin)",
                   "day (year, cos)", "day (week, sin)", "day (week, cos)", "day (missing)"}));
  EXPECT_EQ(column(dataset, "colour=red"), (std::vector<double>{1, 0, 0, 1}));
  EXPECT_EQ(column(dataset, "colour (missing)"), (std::vector<double>{0, 0, 1, 0}));
  EXPECT_EQ(column(dataset, "size"), (std::vector<double>{1, 3, 3, 5}));
  EXPECT_EQ(column(dataset, "size (missing)"), (std::vector<double>{0, 1, 0, 0}));
  EXPECT_EQ(column(dataset, "day")[0], 17532.0);
  EXPECT_EQ(column(dataset, "day")[3], (17532.0 + 17539.0 + 17714.0) / 3.0);
  EXPECT_EQ(column(dataset, "day (week, cos)"), (std::vector<double>{1, 1, 1, 0}));
  EXPECT_NEAR(column(dataset, "day (year, sin)")[2], std::sin(2.0 * M_PI * 182.0 / 365.0), 1e-15);
  EXPECT_EQ(dataset.preprocessing.num_inputs(), 11u);
  EXPECT_EQ(dataset.preprocessing.input_names(), dataset.feature_names);
}

TEST(Preprocessing, training_rows_alone_decide) {
  const Dataset dataset = prepared(kTable, {0, 3});
  EXPECT_EQ(dataset.feature_names, (Names{"size", "day", "day (year, sin)", "day (year, cos)", "day (week, sin)",
                                          "day (week, cos)", "day (missing)"}));
  EXPECT_EQ(column(dataset, "size"), (std::vector<double>{1, 3, 3, 5}));
  EXPECT_THAT(notes_of(dataset) + dataset.notes.front(), HasSubstr("same value in every training row"));
}

TEST(Preprocessing, numbers_are_filled_as_asked) {
  const std::string text = "a,y\n1,u\n2,v\n9,u\n,v\n";
  const std::vector<std::uint32_t> rows = {0, 1, 2, 3};
  EXPECT_EQ(column(prepared(text, rows), "a")[3], 4.0);
  EXPECT_EQ(column(prepared(text, rows, {.impute = "median"}), "a")[3], 2.0);
  EXPECT_EQ(column(prepared(text, rows, {.impute = "-1"}), "a")[3], -1.0);
  EXPECT_EQ(column(prepared("a,y\n1,u\n2,v\n4,u\n9,v\n,v\n", {0, 1, 2, 3, 4}, {.impute = "median"}), "a")[4], 3.0);
  EXPECT_THROW(prepared(text, rows, {.impute = "mode"}), InputError);
}

TEST(Preprocessing, mean_of_huge_numbers_is_finite) {
  EXPECT_EQ(column(prepared("a,y\n1e308,u\n1e308,v\n1e308,u\n,v\n", {0, 1, 2, 3}), "a")[3], 1e308);
}

TEST(Preprocessing, rare_levels_share_an_input) {
  std::string text = "c,n,y\n";
  for (int r = 0; r < 60; ++r) {
    text += std::string(r < 30       ? "many"
                        : r < 50     ? "some"
                        : r % 2 == 0 ? "few"
                                     : "rare") +
            ",1," + (r % 2 == 0 ? "u\n" : "v\n");
  }
  std::vector<std::uint32_t> rows(60);
  for (std::uint32_t r = 0; r < 60; ++r) rows[r] = r;
  const Dataset dataset = prepared(text, rows, {.max_one_hot = 3});
  EXPECT_EQ(dataset.feature_names, (Names{"c=many", "c=some", "c (other)", "n"}));
  EXPECT_EQ(column(dataset, "c (other)")[55], 1.0);
  EXPECT_THAT(dataset.notes.back() + notes_of(dataset), HasSubstr("rare"));
}

TEST(Preprocessing, complete_numbers_stay_as_they_are) {
  const Dataset dataset = prepared("a,b,y\n1,2,u\n3,4,v\n", {0, 1});
  EXPECT_TRUE(dataset.preprocessing.is_identity());
  EXPECT_EQ(features_of(dataset), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(dataset.feature_names, (Names{"a", "b"}));
}

TEST(Preprocessing, new_tables_are_matched_by_level_and_fill) {
  const Dataset trained = prepared(kTable, {0, 1, 2, 3});
  SourceOptions options;
  options.schema = std::make_shared<const Schema>(trained.preprocessing.schema());
  options.read_targets = false;
  Dataset dataset = read_text("day,size,colour,more\n2018-07-02,,green,x\n2018-07-02,7,blue,x\n", options);
  apply_preprocessing(dataset, trained.preprocessing);
  EXPECT_EQ(dataset.feature_names, trained.feature_names);
  EXPECT_EQ(column(dataset, "size"), (std::vector<double>{3, 7}));
  EXPECT_EQ(column(dataset, "colour=blue"), (std::vector<double>{0, 1}));
  EXPECT_EQ(column(dataset, "colour (missing)"), (std::vector<double>{1, 0}));
  EXPECT_THAT(notes_of(dataset), HasSubstr("'green', and count as missing"));
}

TEST(Preprocessing, indicators_are_known) {
  const Preprocessing steps = prepared(kTable, {0, 1, 2, 3}).preprocessing;
  EXPECT_EQ(steps.is_indicator(),
            (std::vector<bool>{true, true, true, false, true, false, true, true, true, true, true}));
}

TEST(Preprocessing, table_without_anything_to_learn_is_refused) {
  EXPECT_THROW(prepared("a,y\nx,u\nx,v\n", {0, 1}), InputError);
}

}  // namespace
}  // namespace gradus::test
