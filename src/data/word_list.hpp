// The different values of a column of a text table that is not numbers alone, and what they make of the column.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/calendar.hpp"
#include "data/text_number.hpp"
#include "gradus/data/schema.hpp"

namespace gradus::data {

class WordList {
 public:
  struct Value {
    std::size_t count = 0;
    std::size_t first_line = 0;
  };

  /// The code of `text`, or kMissingCode where it is not among the values.
  [[nodiscard]] std::int32_t find(std::string_view text) const { return find(text, hash_of(text)); }
  /// Counts a cell, or `count` of them, whose text is `text`: its code, from 0 in the order of first appearance.
  std::int32_t add(std::string_view text, std::size_t line, std::size_t count = 1);
  /// Counts one more cell of a value that is there.
  void count(std::int32_t code) { ++values_[static_cast<std::size_t>(code)].count; }
  /// One a code.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }
  [[nodiscard]] const std::vector<Value>& values() const { return values_; }

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

  struct Levels {
    std::vector<std::string> names;
    std::vector<std::int32_t> place;  // for each code its index in `names`
  };
  /// The levels in alphabetical order, or in the order of their numbers where all are numbers.
  [[nodiscard]] Levels levels(const NumberFormat& format) const;
  /// Days since 1970, one a code; a note where day and month could be the other way round. Throws InputError at a value
  /// that is no date.
  [[nodiscard]] std::vector<double> days(const std::string& where, std::vector<std::string>& notes) const;
  /// The orders in which all values are dates; none where there is no value.
  [[nodiscard]] std::vector<DateOrder> date_orders() const;

 private:
  static std::uint64_t hash_of(std::string_view text);
  [[nodiscard]] std::int32_t find(std::string_view text, std::uint64_t hash) const;
  void make_room();

  std::vector<std::string> texts_;
  std::vector<Value> values_;
  std::vector<std::uint64_t> hashes_;  // one a code
  std::vector<std::int32_t> table_;    // codes by hash, open addressing; kMissingCode: free
};

/// A field that is a number but not only that: 007, or 19 digits that double cannot hold. Its characters matter.
bool is_code(std::string_view field, double number);

}  // namespace gradus::data
