// Cells of CSV: what spreadsheets would compute, and what would break a line.
// SPDX-License-Identifier: Apache-2.0
#include "core/csv_cell.hpp"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(CsvCell, text_that_would_be_a_formula_gets_an_apostrophe) {
  for (const char* text : {"=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+1+1", "-1+1", "-2-3", "+A1", "-", "--", "=",
                           "+49 170", "-inf", "-1e", "-e5", "-1e5x", "\tx", "-1e+"}) {
    const std::string_view view = text;
    EXPECT_EQ(csv_cell(text), view.size() == 1 ? std::string(text) : "'" + std::string(text)) << text;
    EXPECT_EQ(csv_cell(text, CsvCells::kRaw), text);
  }
  EXPECT_EQ(csv_cell("=HYPERLINK(\"http://x\",1)"), "\"'=HYPERLINK(\"\"http://x\"\",1)\"");
  EXPECT_EQ(csv_cell("\r=1"), "\"'\r=1\"");
}

TEST(CsvCell, numbers_and_other_text_stay) {
  for (const char* text :
       {"-1", "+3", "-.5", "-1.5e-300", "+1E5", "-1.234.5", "1-1", "a=b", "", "'=1", " =1", "-7e+05", "x\tz"}) {
    EXPECT_EQ(csv_cell(text), text);
  }
  EXPECT_EQ(csv_cell("-1,5"), "\"-1,5\"");
  EXPECT_EQ(csv_cell("-1.234,5"), "\"-1.234,5\"");
}

TEST(CsvCell, ends_of_lines_and_quotes_stay_within_the_cell) {
  EXPECT_EQ(csv_cell("a\nb"), "\"a\nb\"");
  EXPECT_EQ(csv_cell("a\rb"), "\"a\rb\"");
  EXPECT_EQ(csv_cell("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(csv_cell("a b"), "a b");
  EXPECT_EQ(csv_cell("a b", CsvCells::kGuarded, " "), "\"a b\"");
  std::string line = "1,";
  append_csv_cell(line, "=x,y", CsvCells::kGuarded);
  EXPECT_EQ(line, "1,\"'=x,y\"");
}

}  // namespace
}  // namespace gradus
