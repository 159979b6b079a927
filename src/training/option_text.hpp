// Text to option values and back; the only parser of values, for flags, --set and TOML alike.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gradus/training/run_config.hpp"

namespace gradus {

/// The option with this key, nullptr where there is none.
const ConfigOption* find_option(std::string_view key);
/// Whether options stand in this section: "training", but not "training.epochs".
bool is_section(std::string_view name);
/// Parts between commas; a comma inside parentheses separates nothing: "normal(0,1),zeros" has two parts.
std::vector<std::string> split_list(std::string_view text);
/// Stores `text` in the option's field. Throws InputError opened by `where`.
void store_text(const ConfigOption& option, RunConfig& config, std::string_view text, const std::string& where);
/// The same for a field of any object; `option` gives range and choices.
void store_text(const ConfigOption& option, OptionField field, std::string_view text, const std::string& where);
/// The value as TOML: quoted strings, bare numbers, lists in brackets, "auto" for what is not decided.
std::string toml_value(const ConfigOption& option, const RunConfig& config);
std::string toml_value(OptionField field);
/// Whether the option has another value than where nothing is said.
bool differs_from_default(const ConfigOption& option, const RunConfig& config);
/// The whole of `text` as a number. Throws InputError.
double parse_number(std::string_view text, const std::string& where);

}  // namespace gradus
