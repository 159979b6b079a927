// Tables of facts: everything that is known about the members of an enumeration, one row each, in their order. Lists,
// names and parsers are read from the table, so that what is new stands in one place.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace gradus {

/// The row of an enumeration of which nothing but names is known.
template <class Kind>
struct NamedKind {
  Kind kind;
  std::string_view name;
};

/// The row about `kind`.
template <class Row, std::size_t N>
constexpr const Row& row_of(const std::array<Row, N>& table, decltype(Row::kind) kind) {
  return table[static_cast<std::size_t>(kind)];
}

/// All kinds, for whoever walks through them.
template <class Row, std::size_t N>
constexpr std::array<decltype(Row::kind), N> kinds_of(const std::array<Row, N>& table) {
  std::array<decltype(Row::kind), N> kinds{};
  for (std::size_t i = 0; i < N; ++i) kinds[i] = table[i].kind;
  return kinds;
}

/// All names, in the same order; `kMore` empty ones before them for the caller to fill.
template <std::size_t kMore = 0, class Row, std::size_t N>
constexpr std::array<std::string_view, kMore + N> names_of(const std::array<Row, N>& table) {
  std::array<std::string_view, kMore + N> names{};
  for (std::size_t i = 0; i < N; ++i) names[kMore + i] = table[i].name;
  return names;
}

}  // namespace gradus
