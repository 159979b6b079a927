// The curve after training: every dot where its value says.
// SPDX-License-Identifier: Apache-2.0
#include "cli/curve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "cli/terminal.hpp"

namespace gradus::cli {
namespace {

// The dots of the lines as (column, row from the top), two by four to a character (Unicode block U+2800).
std::set<std::pair<std::size_t, std::size_t>> dots_of(const std::vector<std::string>& lines) {
  constexpr std::size_t kColumn[] = {0, 0, 0, 1, 1, 1, 0, 1};
  constexpr std::size_t kRow[] = {0, 1, 2, 0, 1, 2, 3, 3};
  std::set<std::pair<std::size_t, std::size_t>> dots;
  for (std::size_t line = 0; line < lines.size(); ++line) {
    for (std::size_t c = 0; 3 * c < lines[line].size(); ++c) {
      const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(lines[line][3 * c + i]); };
      EXPECT_EQ(byte(0), 0xe2);
      const unsigned code = (byte(1) & 0x3fU) << 6 | (byte(2) & 0x3fU);
      EXPECT_EQ(code & 0xf00U, 0x800U);
      for (std::size_t bit = 0; bit < 8; ++bit) {
        if ((code >> bit & 1U) != 0) dots.emplace(2 * c + kColumn[bit], 4 * line + kRow[bit]);
      }
    }
  }
  return dots;
}

using Dots = std::set<std::pair<std::size_t, std::size_t>>;

TEST(BrailleCurve, has_a_dot_for_every_value) {
  const std::vector<double> values = {7, 6, 5, 4, 3, 2, 1, 0};
  EXPECT_EQ(dots_of(braille_curve(values, 10, 2)),
            (Dots{{0, 0}, {1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 6}, {7, 7}}));
}

TEST(BrailleCurve, joins_steep_steps_and_leaves_gaps) {
  EXPECT_EQ(dots_of(braille_curve(std::vector<double>{0, 3}, 10, 1)), (Dots{{0, 3}, {1, 2}, {1, 1}, {1, 0}}));
  EXPECT_EQ(dots_of(braille_curve(std::vector<double>{0, NAN, 3}, 10, 1)), (Dots{{0, 3}, {2, 0}}));
  EXPECT_EQ(dots_of(braille_curve(std::vector<double>{5, 5}, 10, 1)).size(), 2U);
}

TEST(BrailleCurve, never_is_wider_than_asked) {
  std::vector<double> values(10007);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::exp(-static_cast<double>(i) / 900.0);
  const std::vector<std::string> lines = braille_curve(values, 30, 3);
  ASSERT_EQ(lines.size(), 3U);
  for (const std::string& line : lines) EXPECT_EQ(line.size(), 3U * 30U);
  const Dots dots = dots_of(lines);
  EXPECT_TRUE(dots.contains({0, 0}));
  EXPECT_TRUE(dots.contains({59, 11}));
}

TEST(BrailleCurve, of_nothing_is_empty) {
  EXPECT_TRUE(braille_curve({}, 10, 3).empty());
  EXPECT_TRUE(braille_curve(std::vector<double>{1.0}, 10, 3).empty());
  EXPECT_TRUE(braille_curve(std::vector<double>{1.0, INFINITY, NAN}, 10, 3).empty());
}

TEST(CutToColumns, counts_characters_and_keeps_escapes) {
  EXPECT_EQ(cut_to_columns("abcdef", 4), "abcd");
  EXPECT_EQ(cut_to_columns("\033[36mabc\033[0mdef", 4), "\033[36mabc\033[0md");
  EXPECT_EQ(cut_to_columns("\033[36mabcdef\033[0m", 2), "\033[36mab\033[0m");
  EXPECT_EQ(cut_to_columns("\xc3\xa4\xc3\xb6\xc3\xbc", 2), "\xc3\xa4\xc3\xb6");
  EXPECT_EQ(cut_to_columns("abc", 3), "abc");
}

}  // namespace
}  // namespace gradus::cli
