// SPDX-License-Identifier: Apache-2.0
#include "search/sampler.hpp"

#include <algorithm>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

class TableSampler : public Sampler {
 public:
  explicit TableSampler(std::vector<Setting> settings) : settings_(std::move(settings)) {}
  Setting choose(const SamplerView& view) override { return settings_[view.trials.size()]; }
  [[nodiscard]] std::optional<std::size_t> size() const override { return settings_.size(); }

 private:
  std::vector<Setting> settings_;
};

std::string resolve_name(const StudyConfig& config) {
  if (config.options.sampler != "auto") return config.options.sampler;
  if (!config.table.empty()) return "table";
  const auto& parameters = config.space.parameters;
  const bool finite = std::all_of(parameters.begin(), parameters.end(),
                                  [](const Parameter& p) { return p.count().has_value() && !p.log; });
  return finite ? "grid" : "tpe";
}

// The same for equal settings alone: every value with its length before it.
std::string key_of(const Setting& setting) {
  std::string key;
  for (const std::optional<std::string>& value : setting) {
    key += value ? std::to_string(value->size()) + ':' + *value : "-";
  }
  return key;
}

}  // namespace

bool TriedSettings::contains(const SamplerView& view, const Setting& setting) {
  if (view.trials.size() < seen_) {
    keys_.clear();
    seen_ = 0;
  }
  for (; seen_ < view.trials.size(); ++seen_) keys_.insert(key_of(view.trials[seen_].setting));
  return keys_.contains(key_of(setting));
}

Setting setting_at(const Space& space, std::span<const double> units) {
  Setting setting(space.parameters.size());
  for (const std::size_t i : space.order()) {
    if (space.exists(i, setting)) setting[i] = space.parameters[i].text_at(units[i]);
  }
  return setting;
}

bool is_open_ended(const StudyConfig& config) {
  const std::string name = resolve_name(config);
  return name != "table" && name != "grid";
}

void report_no_setting(const StudyConfig& config) {
  std::string text;
  for (const Constraint& constraint : config.constraints) text += (text.empty() ? "" : "; ") + constraint.text;
  throw InputError({.where = "search.constraints",
                    .expected = "a space with settings that satisfy them",
                    .found = text.empty() ? "none left" : "none for " + text,
                    .advice = "widen the ranges or loosen a constraint"});
}

std::unique_ptr<Sampler> make_sampler(const StudyConfig& config, const Feasible& feasible) {
  const std::string name = resolve_name(config);
  const bool table = name == "table";
  if (table == config.table.empty()) {
    throw InputError(
        {.where = "search.sampler",
         .expected = table ? "[[search.trial]] for the sampler table" : "[search.space] without [[search.trial]]",
         .found = table ? "none" : "both or sampler '" + name + "'",
         .advice = "keep one of the two"});
  }
  std::unique_ptr<Sampler> sampler;
  if (table) sampler = std::make_unique<TableSampler>(config.table);
  if (name == "grid") sampler = make_grid_sampler(config, feasible);
  if (name == "random") sampler = make_random_sampler(config, feasible);
  if (name == "sobol") sampler = make_sobol_sampler(config, feasible);
  if (name == "tpe") sampler = make_tpe_sampler(config, feasible);
  const std::uint64_t budget = config.options.trials;
  if (!sampler->size() && budget == 0) {
    throw InputError({.where = "search.trials",
                      .expected = "how many trials the sampler " + name + " may use",
                      .found = "0",
                      .advice = "set search.trials"});
  }
  if (sampler->size() && budget > 0 && *sampler->size() > budget) {
    throw InputError({.where = "search.trials",
                      .expected = "at most " + std::to_string(budget) + " settings",
                      .found = "a " + name + " of " + std::to_string(*sampler->size()),
                      .advice = "raise search.trials, shorten the lists or use sampler = \"random\""});
  }
  return sampler;
}

}  // namespace gradus
