// SPDX-License-Identifier: Apache-2.0
#include "gradus/config/config_file.hpp"

#include "config/toml_text.hpp"
#include "core/text_file.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

void read_table(const toml::table& table, const std::string& prefix, const std::string& path, RunConfig& config) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const std::string place = toml_place(path, node);
    const toml::table* inner = node.as_table();
    const bool is_option = find_option(key) != nullptr;
    if (!is_option && inner != nullptr && prefix.empty()) {
      read_table(*inner, key + ".", path, config);
    } else {
      const std::string where = is_option ? place + ": " + key : place;
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
