// What two studies must have in common to go on with each other's trials, as a hash.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <span>

#include "gradus/core/sha256.hpp"
#include "gradus/search/study_config.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

std::string parameter_text(const Parameter& p) {
  std::string text = fmt::format("{} {} {} {} {} {} [", p.name, static_cast<int>(p.kind), p.low, p.high, p.log, p.step);
  for (const std::string& choice : p.choices) text += choice + "|";
  for (const Condition& c : p.when) {
    text += fmt::format("] when {} {} {} [", c.parent, c.low, c.high);
    for (const std::string& value : c.values) text += value + "|";
  }
  return text + "]\n";
}

}  // namespace

std::string study_identity(const StudyConfig& config) {
  RunConfig base = config.base;
  // Neither changes a result.
  base.training.threads = 0;
  base.data.data_dir.clear();
  std::string text = config_identity(base);
  SearchOptions options = config.options;
  for (const SearchOption& option : search_options()) {
    text += fmt::format("{} = {}\n", option.key, toml_value(option.field(options)));
  }
  for (const Parameter& parameter : config.space.parameters) text += parameter_text(parameter);
  for (const DerivedKey& key : config.space.derived) {
    text += fmt::format("{} {} {} {} {}\n", key.key, static_cast<int>(key.kind), key.text, key.depth, key.growth);
  }
  for (const Setting& setting : config.table) text += setting_text(config.space, setting) + "\n";
  return sha256_hex(std::as_bytes(std::span(text)));
}

}  // namespace gradus
