// "Did you mean ...?" for names that a user mistyped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "gradus/core/error.hpp"
#include "gradus/core/fact_table.hpp"

namespace gradus {

/// The known name nearest to `name` by edit distance (insert, delete, replace, swap of neighbours), or empty when none
/// is near (distance over a third of the length, at least 2). Names of more than 64 bytes are near to none.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> known);

/// The error for a name that is not known: "WHERE: expected one of a, b, c, found 'x'; did you mean 'a'?".
InputError unknown_name(std::string_view where, std::string_view name, std::span<const std::string_view> known);

/// The kind of that name in a table of facts; throws unknown_name() for another.
template <class Row, std::size_t N>
auto parse_kind(std::string_view where, const std::array<Row, N>& table, std::string_view name) {
  for (const Row& row : table) {
    if (row.name == name) return row.kind;
  }
  throw unknown_name(where, name, names_of(table));
}

}  // namespace gradus
