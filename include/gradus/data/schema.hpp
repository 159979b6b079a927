// The columns of a table: what each is called, what kind it is, which levels a category has. A model file keeps them,
// and new tables are matched with them by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/fact_table.hpp"

namespace gradus {

/// What the values of a column are.
enum class ColumnKind : std::uint8_t {
  kNumber,    // a column of Table::features; NaN: missing
  kDate,      // the same, as days since 1970-01-01 00:00 with the time as their fraction
  kCategory,  // a column of Table::codes: index of a level; kMissingCode: missing
  kIgnored,   // in neither
};

inline constexpr std::array kColumnKindTable = {
    NamedKind<ColumnKind>{ColumnKind::kNumber, "number"},
    NamedKind<ColumnKind>{ColumnKind::kDate, "date"},
    NamedKind<ColumnKind>{ColumnKind::kCategory, "category"},
    NamedKind<ColumnKind>{ColumnKind::kIgnored, "ignored"},
};

std::string_view column_kind_name(ColumnKind kind);

/// The code of a missing cell of a category.
inline constexpr std::int32_t kMissingCode = -1;

/// A column of inputs.
struct Column {
  std::string name;  // empty in a table without names
  ColumnKind kind = ColumnKind::kNumber;
  std::vector<std::string> levels;  // of a category: all different; a code is an index of it
  bool operator==(const Column&) const = default;
};

/// The inputs of a table in the table's order. Numbers and dates stand in Table::features in this order, categories in
/// Table::codes.
struct Schema {
  std::vector<Column> columns;
  /// Where the label stood among the columns of a table without names; as many as there are columns: it had none.
  std::size_t label_column = 0;
  /// A column of sample weights that is taken along behind the others where the table has one of that name.
  std::string weight_name;

  [[nodiscard]] bool has_names() const { return !columns.empty() && !columns.front().name.empty(); }
};

/// How many of the columns are of this kind.
std::size_t count_kind(const std::vector<Column>& columns, ColumnKind kind);

}  // namespace gradus
