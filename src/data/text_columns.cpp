// SPDX-License-Identifier: Apache-2.0
#include "data/text_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// In fewer rows everything looks like a sequence.
constexpr std::size_t kFewestRows = 20;

bool is_stored_number(ColumnKind kind) {
  return kind == ColumnKind::kNumber || kind == ColumnKind::kDate;
}

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
  const bool asked_first = missing_.are_given() && missing_.is_missing(field);
  const std::optional<double> number = asked_first ? std::nullopt : parse_number(field, dialect_.numbers);
  const bool is_known = number && std::isfinite(*number);
  if (is_known && (state.input.kind || !is_code(field, *number))) {
    numbers_.push_back(*number);
    return;
  }
  numbers_.push_back(kNaN);
  if (!is_known && missing_.count(field)) return;
  if (number && !is_known) {
    throw InputError(ErrorParts{fmt::format("{}: line {}, {}", name_, line, where(state)), "a finite number",
                                fmt::format("'{}'", field.substr(0, 40)), "fill in or remove the row"});
  }
  if (state.input.kind) throw no_number(state, field, line);
  state.has_words = true;
  has_words_ = true;
}

void TextColumns::add_words(const std::vector<TextField>& fields, std::size_t line) {
  for (State& state : states_) {
    if (!state.has_words) continue;
    const std::string_view field = fields[state.input.at].text;
    if (missing_.count(field)) {
      state.words.add_missing();
    } else {
      state.words.add(field, line);
    }
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
void TextColumns::check_words(const State& state) const {
  const NumberFormat& format = dialect_.numbers;
  if (const std::optional<WordColumn::Stray> foreign = state.words.foreign_number(format)) {
    throw no_number(state, foreign->word, foreign->line);
  }
  const std::optional<WordColumn::Stray> stray = state.words.stray(format, first_line_);
  if (stray) throw no_number(state, stray->word, stray->line);
}

void TextColumns::decide(State& state, std::vector<std::string>& notes) {
  if (!state.has_words || state.input.kind) return;
  check_words(state);
  state.kind = state.words.decide(name_ + ": " + where(state), dialect_.numbers, notes);
}

void TextColumns::note_numbers(const State& state, const Matrix<double>& features, std::size_t column,
                               std::vector<std::string>& notes) const {
  const std::size_t rows = features.rows();
  if (state.kind != ColumnKind::kNumber || rows < kFewestRows) return;
  std::size_t missing = 0;
  bool counts = true;
  for (std::size_t r = 0; r < rows; ++r) {
    const double value = features(r, column);
    missing += std::isnan(value) ? 1 : 0;
    counts = counts && value == features(0, column) + static_cast<double>(r);
  }
  if (counts) {
    notes.push_back(fmt::format("{}: {} counts the rows; data.ignore leaves it out", name_, where(state)));
  }
  if (2 * missing > rows) {
    notes.push_back(fmt::format("{}: {} is missing in {} of {} rows", name_, where(state), missing, rows));
  }
}

void TextColumns::move_to(PartBlock& block, std::vector<std::string>& notes) {
  const std::size_t width = states_.size();
  const std::size_t rows = width == 0 ? 0 : numbers_.size() / width;
  for (State& state : states_) decide(state, notes);
  const auto count = [this](auto has) {
    return static_cast<std::size_t>(std::count_if(states_.begin(), states_.end(), has));
  };
  Matrix<double> features(rows, count([](const State& s) { return is_stored_number(s.kind); }));
  block.codes = Matrix<std::int32_t>(rows, count([](const State& s) { return s.kind == ColumnKind::kCategory; }));
  std::size_t at = 0;
  std::size_t code_at = 0;
  for (std::size_t c = 0; c < width; ++c) {
    State& state = states_[c];
    Column column{state.input.name, state.kind, {}};
    if (state.kind == ColumnKind::kCategory) {
      column.levels = state.words.levels(dialect_.numbers);
      for (std::size_t r = 0; r < rows; ++r) block.codes(r, code_at) = state.words.codes()[r];
      ++code_at;
    } else if (state.kind == ColumnKind::kDate) {
      const std::vector<double> days = state.words.days(name_ + ": " + where(state), notes);
      for (std::size_t r = 0; r < rows; ++r) features(r, at) = days[r];
      ++at;
    } else if (state.kind == ColumnKind::kNumber) {
      for (std::size_t r = 0; r < rows; ++r) features(r, at) = numbers_[r * width + c];
      note_numbers(state, features, at, notes);
      ++at;
    }
    block.columns.push_back(std::move(column));
  }
  missing_.note(name_, notes);
  block.features = std::move(features);
  numbers_ = {};
}

}  // namespace gradus::data
