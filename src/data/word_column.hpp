// A column of a text table that is not numbers alone: its different values, and what they make of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/calendar.hpp"
#include "data/text_number.hpp"
#include "gradus/data/schema.hpp"

namespace gradus::data {

class WordColumn {
 public:
  /// Appends a cell; blanks round `field` do not count.
  void add(std::string_view field, std::size_t line);
  void add_missing() { codes_.push_back(kMissingCode); }

  /// What the values are where nobody says it: dates, words that differ in nearly every row (ignored), else categories.
  /// Guesses that could be wrong are added to `notes`, after `where`.
  ColumnKind decide(const std::string& where, const NumberFormat& format, std::vector<std::string>& notes) const;
  struct Stray {
    std::string_view word;
    std::size_t line = 0;
  };
  /// The first of a few words among many numbers, or the word of the first line above numbers alone: a mistake rather
  /// than levels.
  [[nodiscard]] std::optional<Stray> stray(const NumberFormat& format, std::size_t first_line) const;
  /// The first value that would be a number with another decimal sign or with separated thousands.
  [[nodiscard]] std::optional<Stray> foreign_number(const NumberFormat& format) const;

  /// The levels in alphabetical order, or in the order of their numbers where all are numbers.
  std::vector<std::string> levels(const NumberFormat& format);
  /// One a cell, after levels().
  [[nodiscard]] const std::vector<std::int32_t>& codes() const { return codes_; }
  /// Days since 1970, one a cell, NaN where missing; a note where day and month could be the other way round. Throws
  /// InputError at a value that is no date.
  [[nodiscard]] std::vector<double> days(const std::string& where, std::vector<std::string>& notes) const;

 private:
  struct Value {
    std::size_t count = 0;
    std::size_t first_line = 0;
  };
  /// The order in which all values are dates.
  [[nodiscard]] std::vector<DateOrder> date_orders() const;

  std::deque<std::string> texts_;
  std::vector<Value> values_;
  std::unordered_map<std::string_view, std::int32_t> code_of_;
  std::vector<std::int32_t> codes_;
};

/// A field that is a number but not only that: 007, or 19 digits that double cannot hold. Its characters matter.
bool is_code(std::string_view field, double number);

}  // namespace gradus::data
