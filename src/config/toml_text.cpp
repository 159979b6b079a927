// SPDX-License-Identifier: Apache-2.0
#include "config/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "config/toml_limits.hpp"
#include "gradus/core/error.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

std::string scalar_text(const toml::node& node, const std::string& where) {
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* value = node.as_integer()) return std::to_string(value->get());
  if (const auto* value = node.as_floating_point()) return fmt::format("{}", value->get());
  if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
  throw InputError({.where = where,
                    .expected = "a string, a number, true, false or a list of them",
                    .found = "a value of another type",
                    .advice = ""});
}

void collect_entries(const std::string& name, const toml::node& node, std::vector<TomlEntry>& entries) {
  const toml::table* table = node.as_table();
  if (table == nullptr || find_option(name) != nullptr || !is_section(name)) {
    entries.push_back({name, &node});
    return;
  }
  for (const auto& [inner, value] : *table) collect_entries(name + "." + std::string(inner.str()), value, entries);
}

}  // namespace

toml::table parse_toml(const std::string& text, const std::string& path) {
  check_toml_limits(text, path);
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error&) {
    // Numbers pass through a stream, which calls it no number where memory was short for a moment.
  }
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw InputError(fmt::format("{}:{}: not TOML: {}", path, error.source().begin.line, error.description()));
  }
}

std::string toml_place(const std::string& path, const toml::node& node) {
  return fmt::format("{}:{}", path, node.source().begin.line);
}

std::string toml_text(const toml::node& node, const std::string& where) {
  const toml::array* array = node.as_array();
  if (array == nullptr) return scalar_text(node, where);
  std::string text;
  for (const toml::node& element : *array) text += (text.empty() ? "" : ",") + scalar_text(element, where);
  return text;
}

double toml_number(const toml::node& node, const std::string& where) {
  if (const auto* value = node.as_integer()) return static_cast<double>(value->get());
  const auto* value = node.as_floating_point();
  if (value != nullptr && std::isfinite(value->get())) return value->get();
  throw InputError({.where = where, .expected = "a finite number", .found = "something else", .advice = ""});
}

std::vector<TomlEntry> entries_in_order(const toml::table& table) {
  std::vector<TomlEntry> entries;
  for (const auto& [name, node] : table) collect_entries(std::string(name.str()), node, entries);
  std::stable_sort(entries.begin(), entries.end(), [](const TomlEntry& a, const TomlEntry& b) {
    const toml::source_position& at_a = a.node->source().begin;
    const toml::source_position& at_b = b.node->source().begin;
    return std::pair(at_a.line, at_a.column) < std::pair(at_b.line, at_b.column);
  });
  return entries;
}

}  // namespace gradus
