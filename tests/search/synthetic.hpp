// A search without training: values are a formula of the setting and the epoch, with trials that fail, give NaN and
// take irregular times. What samplers and schedulers make of it must not depend on those times.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cmath>
#include <map>
#include <mutex>
#include <thread>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "search/executor.hpp"
#include "search/objective.hpp"
#include "search/planner.hpp"
#include "search/study_store.hpp"
#include "support/paths.hpp"

namespace gradus::test {

inline constexpr std::size_t kSyntheticEpochs = 9;

inline StudyConfig synthetic_config(const std::string& search_keys) {
  const std::string text = "[training]\nepochs = 9\n[search]\nobjective = \"valid_loss\"\n" + search_keys + R"(
[search.space]
training.learning_rate = {low = 1e-4, high = 1.0, log = true, count = 5}
training.batch_size = [8, 16, 32]
training.optimizer = ["sgd", "momentum"]
training.momentum = {values = [0.5, 0.9], when = {training.optimizer = "momentum"}}
)";
  return parse_study_config(text, "synthetic.toml", {});
}

class SyntheticObjective : public Objective {
 public:
  /// `pace`: seed of the irregular times; 0: none.
  SyntheticObjective(const StudyConfig& config, std::uint64_t pace) : config_(config), pace_(pace) {}

  static double loss_at(const StudyConfig& config, const TrialRecord& trial, std::size_t epoch) {
    const auto rate = number_in(*trial.setting[*config.space.find("training.learning_rate")]);
    const double distance = std::log10(rate) + 2.0;
    RandomStream noise(trial.number, Purpose::kTest, epoch);
    return distance * distance + 1.0 / static_cast<double>(epoch) + 0.2 * noise.uniform();
  }

  TrialOutcome run(const TrialTask& task, const std::atomic<bool>& stop) override {
    const std::size_t number = task.trial.number;
    if (pace_ != 0) {
      RandomStream random(pace_, Purpose::kTest, number);
      std::this_thread::sleep_for(std::chrono::microseconds(random.below(1500)));
    }
    if (stop.load()) throw Interrupted("stopped");
    if (number % 7 == 3) throw RunError("diverged in epoch 1");
    if (number % 11 == 5 && task.last) throw RunError("diverged in the last rung");
    TrialOutcome outcome;
    outcome.parameters = 17;
    for (std::size_t repeat = 0; repeat < config_.options.repeats; ++repeat) {
      RunResult run{.seed = number};
      outcome.epochs.emplace_back();
      for (std::size_t epoch = 1; epoch <= (task.last ? kSyntheticEpochs : task.epochs); ++epoch) {
        run.value = loss_at(config_, task.trial, epoch) + 0.01 * static_cast<double>(repeat);
        outcome.epochs.back().push_back({.epoch = epoch, .value = run.value, .train_loss = 1.0});
        run.epochs = epoch;
        const auto threshold = task.thresholds.find(epoch);
        if (repeat == 0 && threshold != task.thresholds.end() && run.value > threshold->second) {
          outcome.pruned = true;
          break;
        }
      }
      if (number % 13 == 4) run.value = std::nan("");
      if (task.last && !outcome.pruned) run.weights_sha256 = "w" + std::to_string(number);
      outcome.runs.push_back(run);
      if (outcome.pruned) break;
    }
    const std::lock_guard lock(mutex_);
    rungs_run[{number, task.trial.rung}] += 1;
    return outcome;
  }

  std::map<std::pair<std::size_t, std::size_t>, int> rungs_run;  // how often each was run to its end

 private:
  const StudyConfig& config_;
  std::uint64_t pace_;
  std::mutex mutex_;
};

/// Everything of a study that must not depend on timing, as text.
inline std::string table_of(const StudyConfig& config, const std::vector<TrialRecord>& trials) {
  std::string text;
  for (const TrialRecord& trial : trials) {
    text += std::to_string(trial.number) + " " + std::string(state_name(trial.state)) + " ";
    text += setting_text(config.space, trial.setting) + " " + (trial.value ? std::to_string(*trial.value) : "-");
    text += " " + std::to_string(trial.spread) + " " + std::to_string(trial.epochs()) + " " + trial.error;
    for (const RungResult& rung : trial.rungs)
      text += " " + std::to_string(rung.epochs) + ":" + std::to_string(rung.value);
    for (const RunResult& run : trial.runs) text += " " + run.weights_sha256;
    text += "\n";
  }
  return text;
}

/// Runs the study in `folder` (new or begun) and gives its trials.
inline std::vector<TrialRecord> run_synthetic(const StudyConfig& config, const std::string& folder, unsigned jobs,
                                              SyntheticObjective& objective, const std::atomic<bool>* stop = nullptr) {
  StudyStore::create(folder, {.file = config.file, .identity = study_identity(config), .objective = "valid_loss"});
  StudyStore store(folder, Access::kWrite);
  Planner planner(config, make_sampler(config, [](const Setting&) { return true; }), kSyntheticEpochs);
  Executor executor(config, planner, store, objective);
  executor.run({.jobs = jobs, .stop = stop});
  return executor.trials().all();
}

}  // namespace gradus::test
