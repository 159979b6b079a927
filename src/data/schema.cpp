// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/schema.hpp"

#include <algorithm>

namespace gradus {

std::string_view column_kind_name(ColumnKind kind) {
  return kColumnKindTable[static_cast<std::size_t>(kind)].name;
}

std::size_t count_kind(const std::vector<Column>& columns, ColumnKind kind) {
  return static_cast<std::size_t>(
      std::count_if(columns.begin(), columns.end(), [kind](const Column& column) { return column.kind == kind; }));
}

}  // namespace gradus
