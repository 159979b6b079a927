// SPDX-License-Identifier: Apache-2.0
#include "gradus/config/config_file.hpp"

#include "config/toml_text.hpp"
#include "core/text_file.hpp"
#include "gradus/core/error.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

// A list of one would pass for a value, since options are read as text.
void require_one_value(const ConfigOption& option, const toml::node& node, const std::string& where) {
  RunConfig probe;
  const OptionField field = option.field(probe);
  const bool takes_list = std::holds_alternative<std::vector<std::string>*>(field) ||
                          std::holds_alternative<std::vector<double>*>(field) ||
                          std::holds_alternative<std::vector<std::uint64_t>*>(field);
  if (node.is_array() && !takes_list) {
    throw InputError({.where = where, .expected = "one value", .found = "a list", .advice = ""});
  }
}

void read_table(const toml::table& table, const std::string& prefix, const std::string& path, RunConfig& config) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const std::string place = toml_place(path, node);
    const toml::table* inner = node.as_table();
    const ConfigOption* const option = find_option(key);
    const bool is_option = option != nullptr;
    if (!is_option && inner != nullptr && prefix.empty()) {
      read_table(*inner, key + ".", path, config);
    } else {
      const std::string where = is_option ? place + ": " + key : place;
      if (is_option) require_one_value(*option, node, where);
      set_option(config, key, is_option ? toml_text(node, where) : "", where);
    }
  }
}

}  // namespace

void read_config(const std::string& path, RunConfig& config) {
  parse_config(read_text_file(path, "a TOML file"), path, config);
}

void parse_config(const std::string& text, const std::string& path, RunConfig& config) {
  toml::table table = parse_toml(text, path);
  // What `gradus reproduce` reads beside the configuration.
  table.erase("reproduce");
  read_table(table, "", path, config);
}

}  // namespace gradus
