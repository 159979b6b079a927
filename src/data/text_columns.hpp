// The inputs of a text table, column by column: numbers as they come, and in a second reading the columns that are not
// numbers alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/input_columns.hpp"
#include "data/missing_cells.hpp"
#include "data/part_block.hpp"
#include "data/text_records.hpp"
#include "data/word_column.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {

class TextColumns {
 public:
  /// All references must outlive the columns; `first_line` is the line of the first record.
  TextColumns(const std::string& name, const TextDialect& dialect, std::vector<InputColumn> columns,
              MissingCells missing, std::size_t first_line);

  /// First reading of a record. Throws InputError at infinity, and at a word where data.numbers wants a number.
  void add(const std::vector<TextField>& fields, std::size_t line);
  /// Some columns hold words, so all records must be given to add_words().
  [[nodiscard]] bool has_words() const { return has_words_; }
  /// Second reading of a record.
  void add_words(const std::vector<TextField>& fields, std::size_t line);
  /// Moves features, codes and columns to `block`, with a note on every guess. Throws InputError at a word that is a
  /// mistake among numbers, or a number that is written in another way.
  void move_to(PartBlock& block, std::vector<std::string>& notes);

 private:
  struct State {
    InputColumn input;
    bool has_words = false;
    ColumnKind kind = ColumnKind::kNumber;
    WordColumn words;
  };
  void add_number(State& state, std::string_view field, std::size_t line);
  void decide(State& state, std::vector<std::string>& notes);
  void check_words(const State& state) const;
  [[nodiscard]] std::string where(const State& state) const;
  [[nodiscard]] InputError no_number(const State& state, std::string_view field, std::size_t line) const;
  [[nodiscard]] std::string advice(std::string_view field, std::size_t line) const;
  void note_numbers(const State& state, const Matrix<double>& features, std::size_t column,
                    std::vector<std::string>& notes) const;

  const std::string& name_;
  const TextDialect& dialect_;
  MissingCells missing_;
  std::size_t first_line_;
  std::vector<State> states_;
  std::vector<double> numbers_;  // row by row, NaN where missing and for words
  bool has_words_ = false;
};

}  // namespace gradus::data
