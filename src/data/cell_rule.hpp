// What a cell of a column that may hold numbers is: the one rule for all ways of reading a table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "data/missing_cells.hpp"
#include "data/text_number.hpp"

namespace gradus::data {

enum class CellKind : std::uint8_t {
  kNumber,    // a finite number
  kMissing,   // counted
  kInfinite,  // a number that is not finite
  kWord,      // anything else, codes among it where the column is not said to hold numbers
};

struct Cell {
  CellKind kind = CellKind::kMissing;
  double number = 0.0;
};

/// `is_given`: the column is said to hold numbers, so that codes such as 007 are some too.
Cell read_cell(std::string_view field, const NumberFormat& format, const MissingCells& missing, bool is_given,
               MissingCounts& counts);

}  // namespace gradus::data
