// SPDX-License-Identifier: Apache-2.0
#include "core/aligned_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/printable.hpp"

namespace gradus {

std::string aligned_table(std::vector<std::vector<std::string>> rows, std::size_t left_columns, bool last_left) {
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t c = 0; c < row.size(); ++c) {
      row[c] = printable(row[c]);
      widths[c] = std::max(widths[c], row[c].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (c > 0) line += "  ";
      const bool left = c < left_columns || (last_left && c + 1 == row.size());
      line += left ? fmt::format("{:<{}}", row[c], widths[c]) : fmt::format("{:>{}}", row[c], widths[c]);
    }
    if (last_left) line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace gradus
