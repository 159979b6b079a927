// Tables of words, blanks and dates from the outside: trained without an option, applied by the columns' names.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/program.hpp"
#include "data/fixtures.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using Table = std::vector<std::vector<std::string>>;

/// 60 rows: a category, a number with blanks, a date, a code, and either label.
Table people(bool with_price) {
  Table rows = {{"colour", "size", "day", "code", with_price ? "price" : "kind"}};
  for (int r = 0; r < 60; ++r) {
    const bool red = r % 3 == 0;
    rows.push_back({red          ? "red"
                    : r % 3 == 1 ? "blue"
                                 : "",
                    r % 7 == 0 ? "" : std::to_string(r % 10) + ".5", "2019-0" + std::to_string(1 + r % 9) + "-10",
                    r % 2 == 0 ? "007" : "012",
                    with_price ? std::to_string(100000 + 1000 * (r % 10) + (red ? 20000 : 0))
                    : red      ? "yes"
                               : "no"});
  }
  return rows;
}

/// The table with its columns in this order; -1 stands for a column of words that training did not see.
std::string text_of(const Table& rows, const std::vector<int>& columns) {
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line;
    for (const int c : columns) {
      if (!line.empty() || c != columns.front()) line += ",";
      line += c >= 0 ? rows[r][static_cast<std::size_t>(c)] : r == 0 ? "further" : "word" + std::to_string(r);
    }
    text += line + "\n";
  }
  return text;
}

std::string trained(const TempDir& folder, const std::string& text, const std::vector<std::string>& more = {}) {
  const std::string out = folder / "run";
  std::vector<std::string> words = {"train",    "--data",  write_bytes(folder / "train.csv", text),
                                    "--epochs", "30",      "--lr",
                                    "0.02",     "--quiet", "--no-report",
                                    "--out",    out};
  words.insert(words.end(), more.begin(), more.end());
  const ProcessResult result = gradus_program(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return out;
}

ProcessResult predicted(const TempDir& folder, const std::string& model, const std::string& text) {
  return gradus_program({"predict", model, "--data", write_bytes(folder / "new.csv", text), "--probabilities"});
}

TEST(ColumnsProgram, other_order_and_further_columns_give_the_same_bits) {
  for (const bool with_price : {false, true}) {
    const TempDir folder;
    const Table rows = people(with_price);
    const std::string model = trained(folder, text_of(rows, {0, 1, 2, 3, 4}), {"--label", rows[0][4]});
    const std::string expected = predicted(folder, model, text_of(rows, {0, 1, 2, 3, 4})).out;
    EXPECT_EQ(count_lines(expected), 61);
    for (const std::vector<int>& columns :
         {std::vector<int>{3, 1, 0, 2, 4}, {-1, 2, 3, 4, 0, 1}, {2, 1, 0, 3}, {3, -1, 0, 1, 2, -1}}) {
      const ProcessResult other = predicted(folder, model, text_of(rows, columns));
      EXPECT_EQ(other.out, expected) << other.err;
    }
    const ProcessResult missing = predicted(folder, model, text_of(rows, {0, 1, 3, 4}));
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_THAT(missing.err, HasSubstr("expected the column day, found a table without it"));
  }
}

TEST(ColumnsProgram, quantities_are_predicted_in_their_own_unit) {
  const TempDir folder;
  const Table rows = people(true);
  const std::string text = text_of(rows, {0, 1, 2, 3, 4});
  const std::string model = trained(folder, text, {"--set", "training.epochs=150", "--task", "regression"});
  const ProcessResult result = gradus_program({"evaluate", model, "--data", folder / "train.csv", "--json"});
  const json measured = json::parse(result.out);
  EXPECT_GT(measured["r2"].get<double>(), 0.9);
  EXPECT_LT(measured["mae"].get<double>(), 3000.0);
  EXPECT_GT(measured["mae"].get<double>(), 10.0);
  EXPECT_LT(measured["loss"].get<double>(), 1.0);
  const ProcessResult values = predicted(folder, model, text);
  EXPECT_GT(std::stod(values.out.substr(values.out.find('\n') + 1)), 90000.0);
}

TEST(ColumnsProgram, empty_marked_or_absent_labels_are_predicted) {
  const TempDir folder;
  Table rows = people(false);
  const std::string model = trained(folder, text_of(rows, {0, 1, 2, 3, 4}));
  const std::string expected = predicted(folder, model, text_of(rows, {0, 1, 2, 3})).out;
  for (const char* label : {"", "?", "NA", "never seen"}) {
    for (std::size_t r = 1; r < rows.size(); ++r) rows[r][4] = label;
    const ProcessResult result = predicted(folder, model, text_of(rows, {0, 1, 2, 3, 4}));
    EXPECT_EQ(result.out, expected) << label << result.err;
  }
}

TEST(ColumnsProgram, tables_without_names_remember_where_the_label_stood) {
  for (const std::vector<int>& columns : {std::vector<int>{4, 0, 1, 3}, {0, 4, 1, 3}, {0, 1, 3, 4}}) {
    const TempDir folder;
    Table rows = people(false);
    rows.erase(rows.begin());
    const auto at = std::find(columns.begin(), columns.end(), 4) - columns.begin();
    const std::vector<std::string> label = {"--label", std::to_string(at), "--set", "data.header=no"};
    const std::string model = trained(folder, text_of(rows, columns), label);
    const ProcessResult evaluated =
        gradus_program({"evaluate", model, "--data", folder / "train.csv", "--header", "no", "--json"});
    EXPECT_GT(json::parse(evaluated.out)["accuracy"].get<double>(), 0.95) << evaluated.err;
    const std::string expected = predicted(folder, model, text_of(rows, columns)).out;
    EXPECT_EQ(predicted(folder, model, text_of(rows, {0, 1, 3})).out, expected);
    EXPECT_THAT(predicted(folder, model, text_of(rows, {0, 1})).err, HasSubstr("3 columns beside the label"));
  }
}

TEST(ColumnsProgram, info_shows_kinds_and_contents) {
  const TempDir folder;
  const std::string path = write_bytes(folder / "a.csv", text_of(people(false), {0, 1, 2, 3, 4}));
  const json columns = json::parse(gradus_program({"data", "info", path, "--json"}).out)["columns"];
  ASSERT_EQ(columns.size(), 4U);
  EXPECT_EQ(columns[0]["kind"], "category");
  EXPECT_EQ(columns[0]["missing"], 20);
  EXPECT_EQ(columns[0]["levels"], (json{"blue", "red"}));
  EXPECT_EQ(columns[1]["kind"], "number");
  EXPECT_EQ(columns[1]["missing"], 9);
  EXPECT_EQ(columns[1]["max"], 9.5);
  EXPECT_EQ(columns[2]["kind"], "date");
  EXPECT_EQ(columns[3]["levels"], (json{"007", "012"}));
  const std::string text = gradus_program({"data", "info", path}).out;
  EXPECT_THAT(text, HasSubstr("2019-01-10 to 2019-09-10"));
  const ProcessResult made = gradus_program({"data", "make", path, "--out", folder / "b.csv"});
  EXPECT_EQ(made.exit_code, 2);
  EXPECT_THAT(made.err, HasSubstr("expected a table of numbers"));
}

TEST(ColumnsProgram, ignored_columns_do_not_matter) {
  const TempDir folder;
  const Table rows = people(false);
  const std::string model = trained(folder, text_of(rows, {0, 1, 2, 3, 4}), {"--ignore", "d*,code"});
  const ProcessResult result = predicted(folder, model, text_of(rows, {1, 0}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

}  // namespace
}  // namespace gradus::test
