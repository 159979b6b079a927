// SPDX-License-Identifier: Apache-2.0
#include "capi/config_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/json_text.hpp"
#include "gradus/config/config_file.hpp"
#include "gradus/core/error.hpp"

namespace gradus::capi {
namespace {

constexpr const char* kWhere = "config";

// Other characters would make the key another TOML.
void check_key(const std::string& key) {
  const bool plain = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
  if (plain) return;
  throw InputError({.where = kWhere,
                    .expected = "keys of letters, digits, dots and _",
                    .found = "'" + key.substr(0, 64) + "'",
                    .advice = "`gradus train --help` lists all keys"});
}

// Values of JSON that an option can have are written the same way in TOML.
std::string toml_of(const nlohmann::ordered_json& object) {
  std::string text;
  for (const auto& [section, value] : object.items()) {
    check_key(section);
    if (!value.is_object()) {
      if (!value.is_null()) text += section + " = " + value.dump() + "\n";
      continue;
    }
    for (const auto& [key, inner] : value.items()) {
      check_key(key);
      if (!inner.is_null()) text += section + "." + key + " = " + inner.dump() + "\n";
    }
  }
  return text;
}

}  // namespace

RunConfig config_of(const char* text) {
  RunConfig config;
  if (text == nullptr) return config;
  const std::string_view given(text);
  const std::size_t start = given.find_first_not_of(" \t\r\n");
  const bool is_json = start != std::string_view::npos && given[start] == '{';
  parse_config(is_json ? toml_of(require_json(given, kWhere)) : std::string(given), kWhere, config);
  return config;
}

}  // namespace gradus::capi
