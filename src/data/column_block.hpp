// The columns of a table that is no text (ARFF, structured arrays) as features and codes of a part, one after the
// other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "data/input_columns.hpp"
#include "data/part_block.hpp"

namespace gradus::data {

class ColumnBlock {
 public:
  /// `where` opens sentences about columns; `notes` takes guesses. Both outlive the columns.
  ColumnBlock(std::size_t rows, const std::string& where, std::vector<std::string>& notes)
      : rows_(rows), where_(where), notes_(notes) {}

  /// One value a row, NaN where missing: a number, or a category of the numbers that occur where `input` says so.
  void add_numbers(const InputColumn& input, std::vector<double> values);
  /// The same for days since 1970 (gradus/data/schema.hpp).
  void add_days(const InputColumn& input, std::vector<double> days);
  /// One code a row, kMissingCode where missing, or what `input` makes of the levels: numbers or dates.
  void add_category(const InputColumn& input, std::vector<std::string> levels, std::vector<std::int32_t> codes);
  /// One word a row, empty where missing; where `input` has no kind, numbers, dates, categories or names of the rows,
  /// as in text tables.
  void add_words(const InputColumn& input, const std::vector<std::string>& words);

  /// Moves all columns to `block`; returns the names of those that are features.
  std::vector<std::string> move_to(PartBlock& block);

 private:
  void add(const InputColumn& input, ColumnKind kind, std::vector<std::string> levels = {});
  [[noreturn]] void fail(const InputColumn& input, const std::string& expected, const std::string& found) const;
  [[nodiscard]] std::vector<double> parsed(const InputColumn& input, const std::vector<std::string>& words) const;

  std::size_t rows_;
  const std::string& where_;
  std::vector<std::string>& notes_;
  std::vector<Column> columns_;
  std::vector<std::vector<double>> numbers_;      // of numbers and dates
  std::vector<std::vector<std::int32_t>> codes_;  // of categories
};

}  // namespace gradus::data
