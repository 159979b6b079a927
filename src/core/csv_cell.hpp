// The one writer of text cells of CSV.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gradus {

/// What becomes of text that a spreadsheet would compute: kGuarded puts a ' before it, kRaw leaves it.
enum class CsvCells : std::uint8_t { kGuarded, kRaw };

/// Whether spreadsheets take a cell for a formula: it begins with = + - @, a tab or a carriage return, and is no number
/// (a sign, digits with points and commas, an exponent) and no sign alone.
bool is_formula(std::string_view text);

/// `text` as a cell: guarded as `cells` says, and in quotes (inner ones doubled) where it has a comma, a quote, an end
/// of a line, or one of `also_quoted`.
std::string csv_cell(std::string_view text, CsvCells cells = CsvCells::kGuarded, std::string_view also_quoted = {});

/// Adds csv_cell() to `line`.
void append_csv_cell(std::string& line, std::string_view text, CsvCells cells = CsvCells::kGuarded,
                     std::string_view also_quoted = {});

}  // namespace gradus
