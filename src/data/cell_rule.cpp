// SPDX-License-Identifier: Apache-2.0
#include "data/cell_rule.hpp"

#include <cmath>

#include "data/word_list.hpp"

namespace gradus::data {

Cell read_cell(std::string_view field, const NumberFormat& format, const MissingCells& missing, bool is_given,
               MissingCounts& counts) {
  const bool asked_first = missing.are_given() && missing.is_missing(field);
  const std::optional<double> number = asked_first ? std::nullopt : parse_number(field, format);
  const bool is_known = number && std::isfinite(*number);
  if (is_known) return {is_given || !is_code(field, *number) ? CellKind::kNumber : CellKind::kWord, *number};
  if (missing.count(field, counts)) return {};
  return {number ? CellKind::kInfinite : CellKind::kWord};
}

}  // namespace gradus::data
