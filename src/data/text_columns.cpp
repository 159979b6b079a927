// SPDX-License-Identifier: Apache-2.0
#include "data/text_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "data/cell_rule.hpp"
#include "data/word_codes.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// In fewer rows everything looks like a sequence.
constexpr std::size_t kFewestRows = 20;

}  // namespace

TextColumns::TextColumns(const std::string& name, const TextDialect& dialect, std::vector<InputColumn> columns,
                         MissingCells missing, std::size_t first_line)
    : name_(name), dialect_(dialect), missing_(std::move(missing)), first_line_(first_line), states_(columns.size()) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    State& state = states_[c];
    state.input = std::move(columns[c]);
    state.kind = state.input.kind.value_or(ColumnKind::kNumber);
    state.has_words = state.kind == ColumnKind::kCategory || state.kind == ColumnKind::kDate;
    has_words_ = has_words_ || state.has_words;
  }
}

void TextColumns::add(const std::vector<TextField>& fields, std::size_t line) {
  for (State& state : states_) {
    if (state.has_words || state.kind == ColumnKind::kIgnored) {
      numbers_.push_back(kNaN);
    } else {
      add_number(state, fields[state.input.at].text, line);
    }
  }
}

void TextColumns::add_number(State& state, std::string_view field, std::size_t line) {
  const bool is_given = state.input.kind.has_value();
  const Cell cell = read_cell(field, dialect_.numbers, missing_, is_given, state.missing);
  numbers_.push_back(cell.kind == CellKind::kNumber ? cell.number : kNaN);
  if (cell.kind == CellKind::kMissing) ++state.num_missing;
  if (cell.kind == CellKind::kNumber || cell.kind == CellKind::kMissing) return;
  if (cell.kind == CellKind::kInfinite) {
    throw InputError(ErrorParts{fmt::format("{}: line {}, {}", name_, line, where(state)), "a finite number",
                                fmt::format("'{}'", field.substr(0, 40)), "fill in or remove the row"});
  }
  if (is_given) throw no_number(state, field, line);
  state.has_words = true;
  state.missing.clear();  // the second reading counts them all
  has_words_ = true;
}

void TextColumns::add_words(const std::vector<TextField>& fields, std::size_t line) {
  for (State& state : states_) {
    if (!state.has_words) continue;
    const std::string_view field = trimmed(fields[state.input.at].text);
    state.codes.push_back(missing_.count(field, state.missing) ? kMissingCode : state.words.add(field, line));
  }
}

std::string TextColumns::where(const State& state) const {
  std::string text = fmt::format("column {} (from 0)", state.input.at);
  if (!state.input.name.empty()) text += " '" + state.input.name + "'";
  return text;
}

std::string TextColumns::advice(std::string_view field, std::size_t line) const {
  const OtherNotation other = other_notation(field, dialect_.numbers);
  if (other.decimal && other.thousands) {
    return fmt::format("set data.decimal or data.thousands to '{}', as is meant", other.sign);
  }
  if (other.decimal) return fmt::format("set data.decimal to '{}'", other.sign);
  if (other.thousands) return fmt::format("set data.thousands to '{}'", other.sign);
  if (line == first_line_) {
    return "set data.header to yes if these are names, or data.categories to this column if it holds words";
  }
  return "correct it, set data.missing to it if it stands for nothing, or data.categories to this column if it holds "
         "words";
}

InputError TextColumns::no_number(const State& state, std::string_view field, std::size_t line) const {
  constexpr std::size_t kShown = 40;
  return InputError(ErrorParts{fmt::format("{}: line {}, {}", name_, line, where(state)), "a number",
                               fmt::format("'{}'", field.substr(0, kShown)), advice(field, line)});
}

/// Numbers in another notation, and a few words among many numbers, are no levels.
void TextColumns::check_words(const State& state, const WordList& words) const {
  const NumberFormat& format = dialect_.numbers;
  if (const std::optional<WordList::Stray> foreign = words.foreign_number(format)) {
    throw no_number(state, foreign->word, foreign->line);
  }
  const std::optional<WordList::Stray> stray = words.stray(format, first_line_);
  if (stray) throw no_number(state, stray->word, stray->line);
}

void TextColumns::decide(State& state, const WordList& words, std::vector<std::string>& notes) {
  if (!state.has_words || state.input.kind) return;
  check_words(state, words);
  state.kind = words.decide(name_ + ": " + where(state), dialect_.numbers, notes);
}

void TextColumns::watch_numbers(State& state, const InputCells& cells, const InputCells::Input& input) const {
  const std::size_t rows = cells.numbers.rows();
  if (moved_rows_ == 0 && rows > 0) state.first = cells.numbers(0, input.number_slot);
  for (std::size_t r = 0; state.counts_rows && r < rows; ++r) {
    const double row = static_cast<double>(moved_rows_ + r);
    state.counts_rows = cells.numbers(r, input.number_slot) == state.first + row;
  }
  state.moved_missing += input.num_missing;
}

void TextColumns::note_numbers(const State& state, std::vector<std::string>& notes) const {
  if (state.kind != ColumnKind::kNumber || moved_rows_ < kFewestRows) return;
  if (state.counts_rows) {
    notes.push_back(fmt::format("{}: {} counts the rows; data.ignore leaves it out", name_, where(state)));
  }
  if (2 * state.moved_missing > moved_rows_) {
    notes.push_back(
        fmt::format("{}: {} is missing in {} of {} rows", name_, where(state), state.moved_missing, moved_rows_));
  }
}

void TextColumns::note_cells(std::vector<std::string>& notes) const {
  for (const State& state : states_) {
    notes.insert(notes.end(), state.notes.begin(), state.notes.end());
    note_numbers(state, notes);
  }
  missing_.note(name_, moved_missing_, notes);
}

InputCells TextColumns::take_cells() {
  const std::size_t width = states_.size();
  const std::size_t rows = width == 0 ? 0 : numbers_.size() / width;
  InputCells cells;
  std::size_t num_slots = 0;
  std::size_t code_slots = 0;
  for (State& state : states_) {
    InputCells::Input& input = cells.inputs.emplace_back();
    const bool is_date = state.has_words && (state.kind == ColumnKind::kDate || !state.words.date_orders().empty());
    if (state.has_words) input.code_slot = code_slots++;
    if (is_date || (!state.has_words && state.kind == ColumnKind::kNumber)) input.number_slot = num_slots++;
    input.num_missing = state.num_missing;
    input.words = std::move(state.words);
    add_counts(state.missing, cells.missing);
  }
  cells.numbers = Matrix<double>(rows, num_slots);
  cells.codes = Matrix<std::int32_t>(rows, code_slots);
  for (std::size_t c = 0; c < width; ++c) {
    const InputCells::Input& input = cells.inputs[c];
    for (std::size_t r = 0; r < rows && input.number_slot != kNoSlot; ++r) {
      cells.numbers(r, input.number_slot) = numbers_[r * width + c];
    }
    for (std::size_t r = 0; r < rows && input.code_slot != kNoSlot; ++r) {
      cells.codes(r, input.code_slot) = states_[c].codes[r];
    }
  }
  numbers_ = {};
  return cells;
}

void TextColumns::move_to(PartBlock& block, InputCells cells, std::vector<std::string>& notes) {
  for (std::size_t c = 0; c < states_.size(); ++c) {
    states_[c].has_words = cells.inputs[c].code_slot != kNoSlot;
    decide(states_[c], cells.inputs[c].words, notes);
  }
  WordCodes meaning(cells);
  for (std::size_t c = 0; c < states_.size(); ++c) {
    State& state = states_[c];
    const InputCells::Input& input = cells.inputs[c];
    Column column{state.input.name, state.kind, {}};
    if (state.kind == ColumnKind::kCategory) {
      WordList::Levels levels = input.words.levels(dialect_.numbers);
      column.levels = std::move(levels.names);
      meaning.set_category(c, std::move(levels.place));
    } else if (state.kind == ColumnKind::kDate) {
      meaning.set_date(c, input.words.days(name_ + ": " + where(state), state.notes));
    } else if (state.kind == ColumnKind::kNumber) {
      meaning.set_number(c);
      watch_numbers(state, cells, input);
    }
    block.columns.push_back(std::move(column));
  }
  moved_rows_ += cells.numbers.rows();
  add_counts(cells.missing, moved_missing_);
  meaning.apply();
  block.codes = std::move(cells.codes);
  block.features = std::move(cells.numbers);
}

}  // namespace gradus::data
