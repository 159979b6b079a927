#include "gradus/training/run_config.hpp"

#include <fmt/format.h>

#include <algorithm>

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "core/suggest.hpp"
#include "core/text_file.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

const ConfigOption* find_option(std::string_view key) {
  const std::span<const ConfigOption> options = config_options();
  const auto found = std::find_if(options.begin(), options.end(), [&](const auto& o) { return o.key == key; });
  return found == options.end() ? nullptr : &*found;
}

// A key like "epochs" deserves "training.epochs" although the distance is large.
InputError unknown_key(std::string_view key, const std::string& where) {
  std::vector<std::string_view> keys;
  std::string same_leaf;
  const std::string leaf =
      "." + std::string(key.substr(key.rfind('.') == std::string_view::npos ? 0 : key.rfind('.') + 1));
  for (const ConfigOption& option : config_options()) {
    keys.push_back(option.key);
    if (same_leaf.empty() && option.key.ends_with(leaf)) same_leaf = option.key;
  }
  std::string nearest(nearest_name(key, keys));
  if (nearest.empty()) nearest = same_leaf;
  return InputError(
      {.where = where,
       .expected = "a key of the configuration",
       .found = "'" + std::string(key) + "'",
       .advice = nearest.empty() ? "`gradus train --help` lists all keys" : "did you mean '" + nearest + "'?"});
}

// TOML values become text again and pass through the one parser of values. Doubles print in the shortest form that
// reads back to the same bits.
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

std::string node_text(const toml::node& node, const std::string& where) {
  const toml::array* array = node.as_array();
  if (array == nullptr) return scalar_text(node, where);
  std::string text;
  for (const toml::node& element : *array) text += (text.empty() ? "" : ",") + scalar_text(element, where);
  return text;
}

void read_table(const toml::table& table, const std::string& prefix, const std::string& path, RunConfig& config) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const std::string place = fmt::format("{}:{}", path, name.source().begin.line);
    const ConfigOption* option = find_option(key);
    if (option != nullptr) {
      const std::string where = place + ": " + key;
      store_text(*option, config, node_text(node, where), where);
    } else if (const toml::table* inner = node.as_table(); inner != nullptr && prefix.empty()) {
      read_table(*inner, key + ".", path, config);
    } else {
      throw unknown_key(key, place);
    }
  }
}

// The options for which `has` holds, each with what `doc` says of it.
template <class Has, class Doc>
std::string written_options(const RunConfig& config, Has has, Doc doc) {
  std::string text = "# A run of gradus: every option with its value.\n";
  std::string section;
  for (const ConfigOption& option : config_options()) {
    if (!has(option)) continue;
    const std::size_t dot = option.key.find('.');
    if (option.key.substr(0, dot) != section) {
      section = option.key.substr(0, dot);
      text += "\n[" + section + "]\n";
    }
    text += fmt::format("{} = {}  # {}\n", option.key.substr(dot + 1), toml_value(option, config), doc(option));
  }
  return text;
}

}  // namespace

void set_option(RunConfig& config, std::string_view key, std::string_view text, const std::string& where) {
  const ConfigOption* option = find_option(key);
  if (option == nullptr) throw unknown_key(key, where);
  store_text(*option, config, text, where);
}

void read_config(const std::string& path, RunConfig& config) {
  parse_config(read_text_file(path, "a TOML file"), path, config);
}

void parse_config(const std::string& text, const std::string& path, RunConfig& config) {
  toml::table table;
  try {
    table = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw InputError(fmt::format("{}:{}: not TOML: {}", path, error.source().begin.line, error.description()));
  }
  // What `gradus reproduce` reads beside the configuration.
  table.erase("reproduce");
  read_table(table, "", path, config);
}

std::string config_toml(const RunConfig& config) {
  return written_options(
      config, [](const ConfigOption&) { return true; }, [](const ConfigOption& option) { return option.doc; });
}

std::string config_identity(const RunConfig& config) {
  const RunConfig defaults;
  return written_options(
      config,
      [&](const ConfigOption& option) {
        return !option.came_later || toml_value(option, config) != toml_value(option, defaults);
      },
      [](const ConfigOption& option) { return option.first_doc.empty() ? option.doc : option.first_doc; });
}

std::string option_text(const ConfigOption& option, const RunConfig& config) {
  std::string text = toml_value(option, config);
  std::erase_if(text, [](char c) { return c == '"' || c == '[' || c == ']' || c == ' '; });
  return text;
}

}  // namespace gradus
