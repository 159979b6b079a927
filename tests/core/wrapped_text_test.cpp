// Text and tables of 80 columns lose nothing.
// SPDX-License-Identifier: Apache-2.0
#include "core/wrapped_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace gradus {
namespace {

using testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void expect_fits(const std::string& text) {
  for (const std::string& line : lines_of(text)) EXPECT_LE(line.size(), kTextColumns) << line;
}

TEST(WrappedText, breaks_at_blanks_and_keeps_every_word) {
  EXPECT_EQ(wrapped("one two three", 2, 8), "one two\n  three");
  EXPECT_EQ(wrapped("one two", 2, 7), "one two");
  EXPECT_EQ(wrapped("", 2, 8), "");
  EXPECT_EQ(wrapped("averylongword and", 2, 8), "averylongword\n  and");
}

TEST(WrappedText, blanks_within_a_line_stay) {
  EXPECT_EQ(wrapped("  key      meaning of it", 11, 20), "  key      meaning\n           of it");
}

TEST(WrappedText, a_table_that_fits_stays_as_it_is) {
  EXPECT_EQ(fitted_table({{"part", "rows"}, {"train", "7"}}), "part   rows\ntrain     7\n");
  EXPECT_EQ(fitted_table({}), "");
}

TEST(WrappedText, long_texts_of_the_first_column_take_several_lines) {
  std::string label = "a label";
  for (int i = 0; i < 20; ++i) label += " of words";
  const std::string table = fitted_table({{"row", "published", "ours"}, {label, "1.5", "1.25"}});
  expect_fits(table);
  EXPECT_EQ(lines_of(table).back().substr(lines_of(table).back().size() - 4), "1.25");
}

TEST(WrappedText, columns_that_do_not_fit_follow_below) {
  std::vector<std::vector<std::string>> rows(3, {"class"});
  for (int c = 0; c < 40; ++c) {
    rows[0].push_back("column" + std::to_string(c));
    rows[1].push_back(std::to_string(100 + c));
    rows[2].push_back(std::to_string(200 + c));
  }
  rows[1][0] = "first";
  rows[2][0] = "second";
  const std::string table = fitted_table(rows);
  expect_fits(table);
  for (int c = 0; c < 40; ++c) {
    EXPECT_THAT(table, HasSubstr("column" + std::to_string(c)));
    EXPECT_THAT(table, HasSubstr(std::to_string(200 + c)));
  }
}

TEST(WrappedText, the_last_column_of_a_list_is_broken_below_itself) {
  std::string text = "words";
  for (int i = 0; i < 30; ++i) text += " and words";
  const std::string table = listed_table({{"name", "text"}, {"one", text}});
  expect_fits(table);
  EXPECT_EQ(lines_of(table)[2].find_first_not_of(' '), lines_of(table)[0].find("text"));
}

}  // namespace
}  // namespace gradus
