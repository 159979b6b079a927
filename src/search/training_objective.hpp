// A trial as a training: the setting becomes a configuration, each repeat a run on one thread, paused at the end of a
// rung with a checkpoint from which it goes on when it is promoted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "gradus/core/numpy_random.hpp"
#include "gradus/search/study_config.hpp"
#include "gradus/training/trainer.hpp"
#include "search/data_pool.hpp"
#include "search/objective.hpp"

namespace gradus {

/// Networks drawn from one numpy stream in the order of trials and repeats (study s2).
class NetworkStream {
 public:
  NetworkStream(std::uint64_t seed, const std::vector<std::string>& drawn_before);
  /// Sets run.initial to network number `index` of the stream; `spec_of(i)` gives the networks before it.
  void draw(std::size_t index, TrainingRun& run, const std::function<NetworkSpec(std::size_t)>& spec_of);

 private:
  std::mutex mutex_;
  std::vector<NumpyRandomSnapshot> before_;  // the stream's state before network i
};

class TrainingObjective : public Objective {
 public:
  /// `checkpoints`: folder for the states of trials under way; empty: none are kept. `settings_of` gives the setting
  /// of an earlier trial (seeds = numpy).
  TrainingObjective(const StudyConfig& config, DataPool& data, std::string checkpoints);
  ~TrainingObjective() override;

  TrialOutcome run(const TrialTask& task, const std::atomic<bool>& stop) override;
  void discard(std::size_t trial) override;

  /// The configuration of one repeat, "auto" filled in, as a file that `gradus train` takes.
  RunConfig config_of(const TrialRecord& trial, std::size_t repeat);
  TrainingRun run_of(const TrialRecord& trial, std::size_t repeat);
  /// Settings of all trials so far: what a shared stream of random numbers depends on.
  void know(const TrialRecord& trial);

 private:
  // One training of the trial, to the end of its rung or of all, added to `outcome`.
  void run_repeat(const TrialTask& task, std::size_t repeat, const std::atomic<bool>& stop, TrialOutcome& outcome);
  // The data of a trial. That it cannot be read is the trial's fault only where the study searches what is read.
  const DataPool::Entry& data_of(RunConfig& config);
  [[nodiscard]] std::string checkpoint_path(std::size_t trial, std::size_t repeat) const;
  TrainingRun make_run(RunConfig& config, const TrialRecord& trial, std::size_t repeat, bool with_network);

  const StudyConfig& config_;
  DataPool& data_;
  std::string checkpoints_;
  Monitor objective_;
  std::mutex mutex_;
  std::vector<std::optional<Setting>> settings_;
  std::unique_ptr<NetworkStream> stream_;
};

/// training.seed of a repeat: 63 bits from (search.seed, trial, repeat).
std::uint64_t trial_seed(std::uint64_t study_seed, std::size_t trial, std::size_t repeat);
/// Weights and biases of the network that `config` asks for on data of that shape; NaN where widths are no numbers.
double count_parameters(const RunConfig& config, std::size_t num_inputs, std::size_t num_outputs);

}  // namespace gradus
