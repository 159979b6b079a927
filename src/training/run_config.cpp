// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/run_config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/suggest.hpp"
#include "gradus/engine/optimizer.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

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
  config.stated.emplace_back(key);
}

std::vector<std::string> stated_keys(const RunConfig& config) {
  std::vector<std::string> keys;
  for (const ConfigOption& option : config_options()) {
    if (std::ranges::find(config.stated, option.key) != config.stated.end()) keys.emplace_back(option.key);
  }
  return keys;
}

std::string config_toml(const RunConfig& config) {
  return written_options(
      config, [](const ConfigOption&) { return true; }, [](const ConfigOption& option) { return option.doc; });
}

std::string config_identity(const RunConfig& given) {
  const RunConfig defaults;
  RunConfig config = given;
  // Before there was auto.
  config.data.standardize = given.data.standardize.value_or(false);
  config.data.stratified = given.data.stratified.value_or(false);
  config.training.checkpoint_epochs = given.training.checkpoint_epochs.value_or(1);
  if (!given.training.weight_decay) {
    const auto chosen = std::ranges::find(kOptimizerTable, given.training.optimizer, &OptimizerFacts::name);
    config.training.weight_decay = chosen == kOptimizerTable.end() ? 0.0 : chosen->weight_decay;
  }
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
