// Columns of a text table that predictions carry along, as the table writes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv_cell.hpp"
#include "data/text_layout.hpp"

namespace gradus::data {

/// The starts of rows of CSV: for every row its kept fields, each with a comma behind it.
struct KeptFields {
  std::string text;
  std::vector<std::size_t> ends;  // of each row in `text`

  [[nodiscard]] std::string_view row(std::size_t r) const {
    const std::size_t start = r == 0 ? 0 : ends[r - 1];
    return std::string_view(text).substr(start, ends[r] - start);
  }
  void append(const KeptFields& further);
};

/// Which columns are kept, and how their cells are written.
struct KeptColumns {
  std::vector<std::size_t> numbers;
  CsvCells cells = CsvCells::kGuarded;

  /// Adds `field` as a cell, and a comma.
  void append(std::string& row, std::string_view field) const {
    append_csv_cell(row, field, cells);
    row += ',';
  }
};

/// Numbers of the columns that each of `wanted` means: a name, a number (negative from the end), or a pattern of names;
/// in this order, each once. Throws InputError where one means none.
std::vector<std::size_t> kept_columns(const std::vector<std::string>& wanted, const TextLayout& layout,
                                      const std::string& name);

/// Their names as the start of a header; their numbers where the table names no columns.
std::string kept_header(const KeptColumns& columns, const TextLayout& layout);

}  // namespace gradus::data
