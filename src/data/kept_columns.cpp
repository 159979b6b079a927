// SPDX-License-Identifier: Apache-2.0
#include "data/kept_columns.hpp"

#include <algorithm>

#include "data/input_columns.hpp"
#include "data/part_block.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {

void KeptFields::append(const KeptFields& further) {
  const std::size_t start = text.size();
  text += further.text;
  std::transform(further.ends.begin(), further.ends.end(), std::back_inserter(ends),
                 [start](std::size_t end) { return start + end; });
}

std::vector<std::size_t> kept_columns(const std::vector<std::string>& wanted, const TextLayout& layout,
                                      const std::string& name) {
  std::vector<std::size_t> columns;
  const auto add = [&columns](std::size_t column) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
  };
  for (const std::string& text : wanted) {
    const bool exact = std::find(layout.names.begin(), layout.names.end(), text) != layout.names.end();
    if (exact || text.find_first_of("*?") == std::string::npos) {
      add(named_column(text, layout.names, layout.num_columns, "column", name + ": --keep"));
      continue;
    }
    bool any = false;
    for (std::size_t c = 0; c < layout.names.size(); ++c) {
      if (!fits_pattern(layout.names[c], text)) continue;
      add(c);
      any = true;
    }
    if (any) continue;
    throw InputError(ErrorParts{name + ": --keep", "a pattern that fits the name of a column", "'" + text + "'", ""});
  }
  return columns;
}

std::string kept_header(const KeptColumns& columns, const TextLayout& layout) {
  std::string header;
  for (const std::size_t column : columns.numbers) {
    columns.append(header, layout.names.empty() ? "column_" + std::to_string(column) : layout.names[column]);
  }
  return header;
}

}  // namespace gradus::data
