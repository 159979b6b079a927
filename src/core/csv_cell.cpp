// SPDX-License-Identifier: Apache-2.0
#include "core/csv_cell.hpp"

#include <algorithm>

namespace gradus {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "-1", "+0.5e-3", "-1.234,5"; spreadsheets differ in which of , and . they take for the decimal point.
bool is_signed_number(std::string_view text) {
  text.remove_prefix(1);
  const std::size_t exponent = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, exponent);
  if (std::none_of(digits.begin(), digits.end(), is_digit)) return false;
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return is_digit(c) || c == '.' || c == ','; })) {
    return false;
  }
  if (exponent == text.size()) return true;
  std::string_view power = text.substr(exponent + 1);
  if (power.starts_with('+') || power.starts_with('-')) power.remove_prefix(1);
  return !power.empty() && std::all_of(power.begin(), power.end(), is_digit);
}

}  // namespace

bool is_formula(std::string_view text) {
  if (text.size() < 2) return false;
  switch (text[0]) {
    case '=':
    case '@':
    case '\t':
    case '\r':
      return true;
    case '+':
    case '-':
      return !is_signed_number(text);
    default:
      return false;
  }
}

void append_csv_cell(std::string& line, std::string_view text, CsvCells cells, std::string_view also_quoted) {
  const bool guard = cells == CsvCells::kGuarded && is_formula(text);
  const bool quote = text.find_first_of(",\"\r\n") != std::string_view::npos ||
                     text.find_first_of(also_quoted) != std::string_view::npos;
  if (quote) line += '"';
  if (guard) line += '\'';
  if (!quote) {
    line += text;
    return;
  }
  for (const char c : text) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

std::string csv_cell(std::string_view text, CsvCells cells, std::string_view also_quoted) {
  std::string cell;
  append_csv_cell(cell, text, cells, also_quoted);
  return cell;
}

}  // namespace gradus
