// SPDX-License-Identifier: Apache-2.0
#include "search/data_pool.hpp"

namespace gradus {
namespace {

std::string key_of(const RunConfig& config) {
  std::string key;
  for (const ConfigOption& option : config_options()) {
    // The divisor acts when batches are gathered; the stored rows are the same.
    const bool decides = option.key.starts_with("data.") || option.key == "training.init_from";
    if (!decides || option.key == "data.scale") continue;
    key += option_text(option, config) + '\n';
  }
  return key;
}

}  // namespace

const DataPool::Entry& DataPool::get(RunConfig& config) {
  const std::string key = key_of(config);
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Entry>& entry = entries_[key];
  if (!entry) {
    auto fresh = std::make_unique<Entry>();
    fresh->dataset = read_data(config, base_folder_);
    if (seals_test_) fresh->sealed_test.swap(fresh->dataset.test);
    fresh->resolved = config.data;
    entry = std::move(fresh);
  }
  config.data.valid = entry->resolved.valid;
  config.data.test = entry->resolved.test;
  config.data.stratified = entry->resolved.stratified;
  config.data.target_scaling = entry->resolved.target_scaling;
  return *entry;
}

}  // namespace gradus
