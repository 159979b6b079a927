// Samplers choose the settings of trials, in the order of their numbers. A choice depends on the study's seed, the
// trial's number, the settings before it and the finished trials of earlier generations: never on timing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>

#include "gradus/search/study_config.hpp"
#include "gradus/search/trial.hpp"

namespace gradus {

/// What a sampler may know when it chooses the setting of trial `trials.size()`.
struct SamplerView {
  std::span<const TrialRecord> trials;  // all trials before it
  std::size_t known = 0;                // the first so many are finished: the earlier generations
};

class Sampler {
 public:
  Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  virtual ~Sampler() = default;
  virtual Setting choose(const SamplerView& view) = 0;
  /// Whether results change its choices, so that generations must wait for each other.
  [[nodiscard]] virtual bool learns() const { return false; }
  /// How many settings it has; nothing where there is no end.
  [[nodiscard]] virtual std::optional<std::size_t> size() const { return std::nullopt; }
};

/// Whether a setting was tried, in O(1) for each question and each new trial.
class TriedSettings {
 public:
  bool contains(const SamplerView& view, const Setting& setting);

 private:
  std::size_t seen_ = 0;  // of the view's trials
  std::unordered_set<std::string> keys_;
};

/// Whether the constraints hold for a setting.
using Feasible = std::function<bool(const Setting&)>;

/// Throws InputError: a grid over a range without steps, more settings than search.trials, no setting that the
/// constraints allow.
std::unique_ptr<Sampler> make_sampler(const StudyConfig& config, const Feasible& feasible);

/// Whether the sampler draws settings without end, and not from a list of them.
bool is_open_ended(const StudyConfig& config);

std::unique_ptr<Sampler> make_grid_sampler(const StudyConfig& config, Feasible feasible);
std::unique_ptr<Sampler> make_random_sampler(const StudyConfig& config, Feasible feasible);
std::unique_ptr<Sampler> make_sobol_sampler(const StudyConfig& config, Feasible feasible);
std::unique_ptr<Sampler> make_tpe_sampler(const StudyConfig& config, Feasible feasible);

/// A setting from one number in [0, 1) per parameter, in the order of Space::parameters; those of parameters that do
/// not exist are passed over.
Setting setting_at(const Space& space, std::span<const double> units);

/// Settings drawn in vain before a sampler gives up.
inline constexpr std::size_t kMaxAttempts = 100'000;
[[noreturn]] void report_no_setting(const StudyConfig& config);

}  // namespace gradus
