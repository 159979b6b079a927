// The inputs of a text table, column by column: numbers as they come, and in a second reading the columns that are not
// numbers alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/input_columns.hpp"
#include "data/missing_cells.hpp"
#include "data/part_block.hpp"
#include "data/text_records.hpp"
#include "data/word_list.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {

/// No column of a matrix.
inline constexpr std::size_t kNoSlot = static_cast<std::size_t>(-1);

/// What the cells of all inputs are, before it is decided what the columns of words mean.
struct InputCells {
  struct Input {
    std::size_t number_slot = kNoSlot;  // column of `numbers`
    std::size_t code_slot = kNoSlot;    // column of `codes`
    std::size_t num_missing = 0;        // of a column of numbers
    WordList words;                     // the values of a column of words
  };
  std::vector<Input> inputs;   // as many as there are inputs
  Matrix<double> numbers;      // N x slots: NaN where missing; columns of words that may be dates have a slot too
  Matrix<std::int32_t> codes;  // N x slots: codes of the words, kMissingCode where missing
  MissingCounts missing;       // of all inputs
};

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
  /// The cells that both readings found, one slot for every column that needs one.
  InputCells take_cells();

  /// Moves features, codes and columns to `block`, with a note on every guess of a kind. `cells` must be those of these
  /// columns. May be called again with the cells of further rows where all kinds are given. Throws InputError at a word
  /// that is a mistake among numbers, or a number that is written in another way.
  void move_to(PartBlock& block, InputCells cells, std::vector<std::string>& notes);
  /// What is to be said of all cells that were moved.
  void note_cells(std::vector<std::string>& notes) const;

 private:
  struct State {
    InputColumn input;
    bool has_words = false;
    ColumnKind kind = ColumnKind::kNumber;
    std::size_t num_missing = 0;
    MissingCounts missing;  // of the reading that counts for this column
    WordList words;
    std::vector<std::int32_t> codes;
    bool counts_rows = true;  // so far: cells that were moved
    double first = 0.0;       // the first of them
    std::size_t moved_missing = 0;
    std::vector<std::string> notes;
  };
  void add_number(State& state, std::string_view field, std::size_t line);
  void decide(State& state, const WordList& words, std::vector<std::string>& notes);
  void check_words(const State& state, const WordList& words) const;
  [[nodiscard]] std::string where(const State& state) const;
  [[nodiscard]] InputError no_number(const State& state, std::string_view field, std::size_t line) const;
  [[nodiscard]] std::string advice(std::string_view field, std::size_t line) const;
  void watch_numbers(State& state, const InputCells& cells, const InputCells::Input& input) const;
  void note_numbers(const State& state, std::vector<std::string>& notes) const;

  const std::string& name_;
  const TextDialect& dialect_;
  MissingCells missing_;
  std::size_t first_line_;
  std::vector<State> states_;
  std::vector<double> numbers_;  // row by row, NaN where missing and for words
  bool has_words_ = false;
  std::size_t moved_rows_ = 0;
  MissingCounts moved_missing_;
};

}  // namespace gradus::data
