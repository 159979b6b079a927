// TOML as text and nodes: the only place that reads it. Values become text again and pass through the one parser of
// values (training/option_text.hpp), whether they come from a file, a flag or --set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

namespace gradus {

/// The whole text as a table. Throws InputError with `path` and line where it is no TOML, or exceeds what
/// config/toml_limits.hpp allows.
toml::table parse_toml(const std::string& text, const std::string& path);

/// "path:line" of a node.
std::string toml_place(const std::string& path, const toml::node& node);

/// A string, number, boolean or list of these as set_option() takes it; doubles in the shortest form that reads back to
/// the same bits. Throws InputError, opened by `where`, for anything else.
std::string toml_text(const toml::node& node, const std::string& where);

/// A finite number. Throws InputError, opened by `where`, for anything else.
double toml_number(const toml::node& node, const std::string& where);

/// A key with its node. toml++ sorts keys by name; `entries_in_order()` has them as they stand in the file.
struct TomlEntry {
  std::string key;
  const toml::node* node;
};

/// The entries of a table by their place in the file. Tables inside are opened, their names joined by dots, until a
/// name is a key of the configuration or is no section of it ("training.epochs", but "depth").
std::vector<TomlEntry> entries_in_order(const toml::table& table);

}  // namespace gradus
