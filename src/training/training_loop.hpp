// The loop of epochs and steps for one number type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "gradus/training/trainer.hpp"
#include "training/batch_feeder.hpp"
#include "training/checkpoint.hpp"
#include "training/train_state.hpp"

namespace gradus {

/// One run from its start or a checkpoint to its end. `run`, `dataset` and `control` outlive the loop.
template <class T>
class TrainingLoop {
 public:
  TrainingLoop(const TrainingRun& run, const Dataset& dataset, const TrainControl& control);
  RunRecord train();

 private:
  using Clock = std::chrono::steady_clock;

  void begin();
  void train_epoch();
  void train_batch(const EpochBatches& batches);
  void end_epoch();
  void observe_values(const EpochRecord& record);
  EpochRecord make_epoch_record();
  PartMetrics train_metrics();
  PartMetrics measure(std::span<const std::uint32_t> rows);
  void save_checkpoint();
  void stop_if_asked();
  void remember_epoch_start();
  /// Repeats the epoch from its start to find what stopped being finite, then throws RunError.
  [[noreturn]] void report_divergence(const std::string& symptom);
  RunRecord finish();
  Model make_model() const;
  EpochBatches epoch_batches() const;
  StepOptions step_options(std::size_t steps_per_epoch) const;
  double seconds_since(Clock::time_point start) const;
  bool done() const { return state_.progress.epoch >= run_.epochs || state_.progress.stopping.stop; }

  const TrainingRun& run_;
  const Dataset& dataset_;
  const TrainControl& control_;
  std::vector<double> row_weights_;
  CheckpointIdentity identity_;
  TrainState<T> state_;
  std::optional<Engine<T>> engine_;
  BatchFeeder<T> feeder_;
  bool keeps_best_ = false;
  // Where this process entered the epoch: what report_divergence() repeats from.
  Network<T> start_network_;
  OptimizerState<T> start_optimizer_;
  std::size_t start_step_ = 0;
  std::uint64_t start_global_step_ = 0;
};

}  // namespace gradus
