// Events of a training run. Progress bar, log and run folder are observers; none of them can change a weight.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <variant>

#include "gradus/training/run_record.hpp"

namespace gradus {

struct TrainingRun;

struct StartEvent {
  const TrainingRun& run;
  const Dataset& dataset;
  std::size_t steps_per_epoch = 0;
  std::size_t epoch = 0;  // epochs that are already done (resumed run)
  std::size_t step = 0;   // steps of the next epoch that are already done
  std::span<const EpochRecord> history = {};
  bool resumed = false;
};

struct StepEvent {
  std::size_t epoch = 0;  // counted from 1, as are batches
  std::size_t batch = 0;
  std::size_t num_batches = 0;
  double loss_mean = 0.0;  // running over the epoch
  std::optional<double> accuracy = {};
  double seconds = 0.0;  // of the epoch so far
  std::size_t samples = 0;
};

/// The weights after an epoch, to be measured and not kept: they change with the next step.
struct WeightsEvent {
  std::size_t epoch = 0;  // counted from 1
  std::variant<const Network<float>*, const Network<double>*> network;
};

/// A state that training can continue from, ready to be stored.
struct CheckpointEvent {
  std::span<const std::byte> bytes;
  std::size_t epoch = 0;
  std::size_t step = 0;
};

class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual void on_start(const StartEvent& /*event*/) {}
  virtual void on_step(const StepEvent& /*event*/) {}
  /// Before the epoch's on_epoch_end().
  virtual void on_weights(const WeightsEvent& /*event*/) {}
  virtual void on_epoch_end(const EpochRecord& /*record*/) {}
  virtual void on_checkpoint(const CheckpointEvent& /*event*/) {}
  virtual void on_end(const RunRecord& /*record*/) {}
  /// Asked at every point where a checkpoint could be made, `epoch` epochs and `step` steps into the training: it is
  /// made only when somebody wants it.
  [[nodiscard]] virtual bool wants_checkpoint(std::size_t /*epoch*/, std::size_t /*step*/) const { return false; }
};

}  // namespace gradus
