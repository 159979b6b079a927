// Every setting of a finite space, as nested loops would visit them: parameters in the order of the file, the last one
// innermost. Parameters that do not exist do not multiply the settings.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gradus/core/error.hpp"
#include "search/sampler.hpp"

namespace gradus {
namespace {

// More settings than anybody trains, and few enough to be kept.
constexpr std::size_t kMaxSettings = 1'000'000;
constexpr std::size_t kMaxVisits = 20'000'000;

class GridSampler : public Sampler {
 public:
  GridSampler(const StudyConfig& config, Feasible feasible)
      : config_(config), feasible_(std::move(feasible)), budget_(config.options.trials) {
    for (const Parameter& parameter : config.space.parameters) {
      if (parameter.count()) continue;
      throw InputError({.where = parameter.where + ": " + parameter.name,
                        .expected = "a list or a range with a step or count, as a grid needs",
                        .found = "a range",
                        .advice = "or use sampler = \"random\", \"sobol\" or \"tpe\""});
    }
    Setting setting(config.space.parameters.size());
    visit(0, setting);
    if (settings_.empty()) report_no_setting(config);
  }
  Setting choose(const SamplerView& view) override { return settings_[view.trials.size()]; }
  [[nodiscard]] std::optional<std::size_t> size() const override { return settings_.size(); }

 private:
  void visit(std::size_t depth, Setting& setting) {
    const Space& space = config_.space;
    if (depth == space.parameters.size()) {
      ++visits_;
      if (feasible_(setting)) settings_.push_back(setting);
      // One more than the budget is enough to know that it is too small.
      if (settings_.size() > (budget_ > 0 ? budget_ : kMaxSettings) || visits_ > kMaxVisits) report_size();
      return;
    }
    const std::size_t i = space.order()[depth];
    if (!space.exists(i, setting)) {
      visit(depth + 1, setting);
      return;
    }
    const std::size_t count = *space.parameters[i].count();
    for (std::size_t v = 0; v < count; ++v) {
      setting[i] = space.parameters[i].text_of(v);
      visit(depth + 1, setting);
    }
    setting[i].reset();
  }

  [[noreturn]] void report_size() const {
    throw InputError({.where = "search.trials",
                      .expected = "at most " + std::to_string(budget_ > 0 ? budget_ : kMaxSettings) + " settings",
                      .found = "a larger grid",
                      .advice = "raise search.trials, shorten the lists or use sampler = \"random\""});
  }

  const StudyConfig& config_;
  Feasible feasible_;
  std::uint64_t budget_;
  std::size_t visits_ = 0;
  std::vector<Setting> settings_;
};

}  // namespace

std::unique_ptr<Sampler> make_grid_sampler(const StudyConfig& config, Feasible feasible) {
  return std::make_unique<GridSampler>(config, std::move(feasible));
}

}  // namespace gradus
