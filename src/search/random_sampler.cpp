// Independent settings, each from its trial's own stream. A setting that was tried is drawn again where the space has
// others left: the same networks with another seed would teach less than a new setting.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/random.hpp"
#include "search/sampler.hpp"

namespace gradus {
namespace {

// Draws for something new; after that a setting may come twice (a space with fewer settings than trials).
constexpr std::size_t kMaxRedraws = 200;

class RandomSampler : public Sampler {
 public:
  RandomSampler(const StudyConfig& config, Feasible feasible) : config_(config), feasible_(std::move(feasible)) {}

  Setting choose(const SamplerView& view) override {
    RandomStream random(config_.options.seed, Purpose::kSearch, view.trials.size());
    std::vector<double> units(config_.space.parameters.size());
    for (std::size_t attempt = 0; attempt < kMaxAttempts; ++attempt) {
      for (double& u : units) u = random.uniform();
      Setting setting = setting_at(config_.space, units);
      if (!feasible_(setting)) continue;
      if (attempt >= kMaxRedraws || !tried_.contains(view, setting)) return setting;
    }
    report_no_setting(config_);
  }

 private:
  const StudyConfig& config_;
  Feasible feasible_;
  TriedSettings tried_;
};

}  // namespace

std::unique_ptr<Sampler> make_random_sampler(const StudyConfig& config, Feasible feasible) {
  return std::make_unique<RandomSampler>(config, std::move(feasible));
}

}  // namespace gradus
