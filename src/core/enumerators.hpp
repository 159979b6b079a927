// The enumerators of an enumeration, asked of the compiler: what lists and tables are compared with, so that nothing
// new can be left out of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace gradus {

/// "gradus::LayerKind::kDense" -> "kDense"; empty where `kValue` is no enumerator ("(gradus::LayerKind)7").
template <auto kValue>
constexpr std::string_view enumerator_name() {
  std::string_view text = __PRETTY_FUNCTION__;  // "... [with auto kValue = gradus::LayerKind::kDense; ..."
  text.remove_prefix(text.find("kValue = ") + 9);
  text = text.substr(0, text.find_first_of(";]"));
  if (text.find('(') != std::string_view::npos) return {};
  return text.substr(text.rfind(':') + 1);
}

namespace detail {
template <class E, std::size_t... I>
constexpr std::size_t count_enumerators(std::index_sequence<I...>) {
  std::size_t count = 0;
  bool goes_on = true;
  ((goes_on = goes_on && !enumerator_name<static_cast<E>(I)>().empty(), count += goes_on ? 1 : 0), ...);
  return count;
}
}  // namespace detail

/// Enumerators 0, 1, 2, ... of E without a gap; at most 64.
template <class E>
constexpr std::size_t num_enumerators() {
  return detail::count_enumerators<E>(std::make_index_sequence<64>());
}

/// Row i of the table is about enumerator i, and no enumerator lacks its row. Rows have a member `kind`.
template <class Table>
constexpr bool is_complete(const Table& table) {
  using Kind = decltype(table[0].kind);
  if (table.size() != num_enumerators<std::remove_const_t<Kind>>()) return false;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].kind) != i) return false;
  }
  return true;
}

}  // namespace gradus
