// Kinds of columns in text tables: by their values, by options, by the schema of a model.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>

#include "data/input_columns.hpp"
#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;

std::string kinds_of(const Dataset& dataset) {
  std::string text;
  for (const Column& column : dataset.columns) {
    text += (text.empty() ? "" : " ") + column.name + ":" + std::string(column_kind_name(column.kind));
  }
  return text;
}

/// A table of 40 rows whose column x holds the values in turn, beside a number and a label.
std::string table_with(const std::vector<std::string>& values, const std::string& name = "x") {
  std::string text = name + ",n,y\n";
  for (std::size_t r = 0; r < 40; ++r) {
    text += values[r % values.size()] + "," + std::to_string(r % 7) + (r % 2 == 0 ? ",a\n" : ",b\n");
  }
  return text;
}

TEST(Columns, words_are_categories_and_blanks_are_missing) {
  const Dataset dataset = read_text("colour,size,kind\nred,1,oak\nblue,,ash\n,3,oak\nred,4,ash\n");
  EXPECT_EQ(kinds_of(dataset), "colour:category size:number");
  EXPECT_EQ(dataset.columns[0].levels, (Names{"blue", "red"}));
  EXPECT_EQ(dataset.table.codes(0, 0), 1);
  EXPECT_EQ(dataset.table.codes(1, 0), 0);
  EXPECT_EQ(dataset.table.codes(2, 0), kMissingCode);
  EXPECT_TRUE(std::isnan(feature(dataset, 1, 0)));
  EXPECT_EQ(feature(dataset, 3, 0), 4.0);
  EXPECT_EQ(dataset.class_names, (Names{"ash", "oak"}));
}

TEST(Columns, kinds_follow_the_values) {
  EXPECT_EQ(kinds_of(read_text(table_with({"1", "2.5", "-3e2"}))), "x:number n:number");
  EXPECT_EQ(kinds_of(read_text(table_with({"true", "FALSE"}))), "x:number n:number");
  EXPECT_EQ(kinds_of(read_text(table_with({"\" 7.4\"", "\"8\""}))), "x:number n:number");
  EXPECT_EQ(kinds_of(read_text(table_with({"yes", "no"}))), "x:category n:number");
  EXPECT_EQ(kinds_of(read_text(table_with({"2019-03-04", "2019-04-01"}))), "x:date n:number");
  EXPECT_EQ(kinds_of(read_text(table_with({"2019-03-04 12:30", ""}))), "x:date n:number");
  EXPECT_EQ(kinds_of(read_text(table_with({"0", "1", "3+"}))), "x:category n:number");
}

TEST(Columns, codes_keep_their_zeros_and_long_ids_their_digits) {
  const Dataset zeros = read_text(table_with({"007", "7", "042"}));
  EXPECT_EQ(zeros.columns[0].levels, (Names{"007", "7", "042"}));
  EXPECT_THAT(notes_of(zeros), HasSubstr("leading zeros"));
  const Dataset ids = read_text(table_with({"1234567890123456789", "1234567890123456788"}));
  EXPECT_EQ(ids.columns[0].levels, (Names{"1234567890123456788", "1234567890123456789"}));
  SourceOptions options;
  options.numbers = {"x"};
  EXPECT_EQ(feature(read_text(table_with({"007", "042"}), options), 0, 0), 7.0);
}

TEST(Columns, marks_of_missing_cells_are_counted_and_said) {
  const Dataset dataset = read_text(table_with({"1", "NA", "?", "n/a", "-", "2"}));
  EXPECT_EQ(kinds_of(dataset), "x:number n:number");
  EXPECT_TRUE(std::isnan(feature(dataset, 1, 0)));
  EXPECT_THAT(notes_of(dataset), HasSubstr("taken as missing: '-' (6 of them), '?' (7 of them)"));
  SourceOptions options;
  options.missing = {"999"};
  const Dataset given = read_text(table_with({"1", "999", "2"}), options);
  EXPECT_TRUE(std::isnan(feature(given, 1, 0)));
  EXPECT_EQ(notes_of(given), "");
  EXPECT_EQ(kinds_of(read_text(table_with({"NA", "EU"}), options)), "x:category n:number");
}

TEST(Columns, few_words_among_numbers_are_a_mistake) {
  std::vector<std::string> values(30, "1.5");
  values[20] = "1.5mm";
  EXPECT_THAT(text_error(table_with(values)),
              HasSubstr("line 22, column 0 (from 0) 'x': expected a number, found '1.5mm'; correct it"));
  SourceOptions options;
  options.categories = {"x"};
  EXPECT_EQ(kinds_of(read_text(table_with(values), options)), "x:category n:number");
  options = {};
  options.missing = {"1.5mm"};
  EXPECT_EQ(kinds_of(read_text(table_with(values), options)), "x:number n:number");
}

TEST(Columns, words_that_name_the_rows_are_left_out_and_said) {
  std::string text = "id,n,y\n";
  for (int r = 0; r < 40; ++r) text += "row" + std::to_string(r) + ",1," + (r % 2 == 0 ? "a\n" : "b\n");
  const Dataset dataset = read_text(text);
  EXPECT_EQ(kinds_of(dataset), "id:ignored n:number");
  EXPECT_THAT(notes_of(dataset), HasSubstr("40 different values in 40 rows"));
}

TEST(Columns, index_and_empty_columns_are_said) {
  std::string text = ",n,y\n";
  for (int r = 0; r < 40; ++r) text += std::to_string(r) + (r % 4 == 0 ? ",1" : ",") + (r % 2 == 0 ? ",a\n" : ",b\n");
  const std::string notes = notes_of(read_text(text));
  EXPECT_THAT(notes, HasSubstr("column 0 (from 0) counts the rows; data.ignore leaves it out"));
  EXPECT_THAT(notes, HasSubstr("column 1 (from 0) 'n' is missing in 30 of 40 rows"));
}

TEST(Columns, options_name_columns_by_name_number_or_pattern) {
  const std::string text = "a_1,a_2,b,y\n1,2,3,u\n1,2,3,v\n2,2,4,u\n";
  SourceOptions options;
  options.categories = {"a_*"};
  EXPECT_EQ(kinds_of(read_text(text, options)), "a_1:category a_2:category b:number");
  options.categories = {"0"};
  options.ignore = {"-2"};
  EXPECT_EQ(kinds_of(read_text(text, options)), "a_1:category a_2:number b:ignored");
  options.ignore = {"a_1"};
  EXPECT_THAT(text_error(text, options), HasSubstr("data.ignore: expected columns that have one kind"));
  options.ignore = {"c*"};
  EXPECT_THAT(text_error(text, options), HasSubstr("a pattern that fits the name of a column, found 'c*'"));
  options.ignore = {"y"};
  EXPECT_THAT(text_error(text, options), HasSubstr("columns beside the label"));
}

TEST(Columns, patterns_stand_for_any_characters) {
  EXPECT_TRUE(data::fits_pattern("age_of_house", "age*"));
  EXPECT_TRUE(data::fits_pattern("a.b.c", "*b*"));
  EXPECT_TRUE(data::fits_pattern("x1", "x?"));
  EXPECT_TRUE(data::fits_pattern("aab", "*ab"));
  EXPECT_FALSE(data::fits_pattern("x12", "x?"));
  EXPECT_FALSE(data::fits_pattern("xage", "age*"));
}

TEST(Columns, dates_that_could_be_either_way_round_are_said) {
  const Dataset dataset = read_text(table_with({"03/04/2019", "05/06/2019"}));
  EXPECT_EQ(feature(dataset, 0, 0), 17989.0);  // 3 April
  EXPECT_THAT(notes_of(dataset), HasSubstr("day and month could be either way round"));
  EXPECT_EQ(notes_of(read_text(table_with({"03/04/2019", "25/06/2019"}))), "");
  SourceOptions options;
  options.dates = {"x"};
  EXPECT_THAT(text_error(table_with({"2019-03-04", "soon"}), options), HasSubstr("expected dates in one form"));
}

TEST(Columns, schema_takes_columns_by_name_whatever_else_there_is) {
  Schema schema;
  schema.columns = {{"size", ColumnKind::kNumber, {}}, {"zip", ColumnKind::kCategory, {"10115", "20095"}}};
  SourceOptions options;
  options.schema = std::make_shared<const Schema>(schema);
  options.read_targets = false;
  const Dataset dataset = read_text("extra,zip,size\nfoo,10115,1\nbar,99999,2\n", options);
  EXPECT_EQ(kinds_of(dataset), "size:number zip:category");
  EXPECT_EQ(feature(dataset, 1, 0), 2.0);
  EXPECT_THAT(text_error("zip,length\n10115,1\n", options),
              HasSubstr("expected the column size, found a table without it"));
  EXPECT_THAT(text_error("size,zip,size\n1,2,3\n", options), HasSubstr("one column called 'size'"));
  EXPECT_THAT(text_error("size,zip\nlarge,2\n3,4\n", options), HasSubstr("expected a number, found 'large'"));
  const Dataset headerless = read_text("1,10115\n2,20095\n", options);
  EXPECT_THAT(notes_of(headerless), HasSubstr("taken in the order of the training table"));
  EXPECT_THAT(text_error("1,2,3,4\n", options), HasSubstr("2 columns beside the label"));
}

TEST(Columns, names_that_several_columns_have_are_taken_by_position) {
  const std::string text = "a,a,y\n1,2,u\n3,4,v\n";
  Schema schema;
  schema.columns = {{"a", ColumnKind::kNumber, {}}, {"a", ColumnKind::kNumber, {}}};
  schema.label_column = 2;
  SourceOptions options;
  options.schema = std::make_shared<const Schema>(schema);
  options.label = "y";
  EXPECT_EQ(features_of(read_text(text, options)), (std::vector<double>{1, 2, 3, 4}));
}

TEST(Columns, further_file_is_read_with_the_columns_of_the_first) {
  const TempDir folder;
  SourceOptions options;
  options.test_path = write_bytes(folder / "test.csv", "y,n,colour\nash,5,green\noak,,red\n");
  const Dataset dataset =
      read_source(write_bytes(folder / "a.csv", "colour,n,y\nred,1,oak\nblue,2,ash\nred,3,ash\n"), options);
  EXPECT_EQ(dataset.table.codes(3, 0), kMissingCode);
  EXPECT_EQ(dataset.table.codes(4, 0), 1);
  EXPECT_EQ(feature(dataset, 3, 0), 5.0);
  EXPECT_TRUE(std::isnan(feature(dataset, 4, 0)));
  EXPECT_EQ(dataset.table.labels, (std::vector<std::int32_t>{1, 0, 0, 0, 1}));
  EXPECT_THAT(notes_of(dataset) + dataset.notes.back(), HasSubstr("levels that training did not see, such as 'green'"));
}

TEST(Columns, several_label_columns_are_several_targets) {
  SourceOptions options;
  options.label = "y2,y1";
  const Dataset dataset = read_text("a,y1,y2\n1,0.5,10\n2,1.5,20\n3,2.5,30\n", options);
  EXPECT_EQ(dataset.task, Task::kRegression);
  EXPECT_EQ(dataset.table.values(1, 0), 20.0);
  EXPECT_EQ(dataset.table.values(1, 1), 1.5);
  EXPECT_EQ(dataset.target_name, "y2,y1");
  options.label = "y1,y1";
  EXPECT_THAT(text_error("a,y1,y2\n1,0.5,10\n", options), HasSubstr("different label columns"));
  options.label = "y1,y3";
  EXPECT_THAT(text_error("a,y1,y2\n1,0.5,10\n", options), HasSubstr("'y3'"));
}

TEST(Columns, numbers_of_the_label_are_classes_or_quantities_and_it_is_said) {
  const auto table = [](int rows, auto label) {
    std::string text = "a,y\n";
    for (int r = 0; r < rows; ++r) text += "1," + label(r) + "\n";
    return read_text(text);
  };
  const Dataset prices = table(200, [](int r) { return std::to_string(1000 + 7 * r); });
  EXPECT_EQ(prices.task, Task::kRegression);
  EXPECT_THAT(notes_of(prices), HasSubstr("200 different whole numbers of the label were taken as quantities"));
  const Dataset letters = table(200, [](int r) { return std::to_string(r % 26); });
  EXPECT_EQ(letters.task, Task::kClassification);
  EXPECT_THAT(notes_of(letters), HasSubstr("26 different numbers of the label were taken as classes"));
  const Dataset stars = table(100, [](int r) { return std::to_string(r % 10) + ".5"; });
  EXPECT_EQ(stars.task, Task::kClassification);
  EXPECT_THAT(notes_of(stars), HasSubstr("10 different numbers"));
  EXPECT_EQ(notes_of(table(100, [](int r) { return std::to_string(r % 3); })), "");
}

}  // namespace
}  // namespace gradus::test
