// Events of a training run. Progress bar, log and run folder are observers; none of them can change a weight.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "gradus/training/run_record.hpp"

namespace gradus {

struct TrainingRun;

/// What an observer says to the training that tells it something.
enum class Next : std::uint8_t { kGoOn, kStop };

/// Before the first step of a session.
struct StartEvent {
  const TrainingRun& run;                     // valid during the session
  const Dataset& dataset;                     // valid during the session
  std::size_t steps_per_epoch = 0;            // batches of an epoch, at least 1
  std::size_t epoch = 0;                      // epochs that are already done (resumed run)
  std::size_t step = 0;                       // steps of the next epoch that are already done
  std::span<const EpochRecord> history = {};  // records of the epochs that are already done
  bool resumed = false;                       // continued from a checkpoint
};

/// After a step.
struct StepEvent {
  std::size_t epoch = 0;        // counted from 1, as are batches
  std::size_t batch = 0;        // of this step, up to num_batches
  std::size_t num_batches = 0;  // of the epoch
  double loss_mean = 0.0;       // weighted mean over the rows of the epoch so far, each before its step's update
  std::optional<double> accuracy = {};  // share of the epoch's rows so far, in [0, 1]; classification only
  double seconds = 0.0;                 // of the epoch so far
  std::size_t samples = 0;              // rows of the epoch so far
};

/// The weights after an epoch, to be measured and not kept: they change with the next step.
struct WeightsEvent {
  std::size_t epoch = 0;  // counted from 1
  std::variant<const Network<float>*, const Network<double>*> network;
};

/// Takes bytes piece by piece, in their order; each piece is valid during the call.
using ByteSink = std::function<void(std::span<const std::byte>)>;

/// A state that training can continue from, ready to be stored. TrainingSession::begin() takes the state's bytes and
/// the history's behind them.
struct CheckpointEvent {
  /// Gives the state, in pieces because no whole copy of it exists. Valid during the call.
  const std::function<void(const ByteSink&)>& write_state;
  /// A line for each epoch that is done. Within a run it only grows: what a run's earlier events had is its beginning.
  std::string_view history;
  std::size_t epoch = 0;  // epochs that are done
  std::size_t step = 0;   // steps of the next epoch that are done

  /// Both, for begin().
  [[nodiscard]] std::vector<std::byte> bytes() const;
};

/// Hears of a training. All observers hear of an event even if the first one says stop; then the training ends where it
/// is, with a record like any other (RunRecord::end). Nothing is to be thrown but what ends the program's work: an
/// exception leaves through TrainingSession's functions and the run has no record.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual Next on_start(const StartEvent& /*event*/) { return Next::kGoOn; }
  virtual Next on_step(const StepEvent& /*event*/) { return Next::kGoOn; }
  /// Before the epoch's on_epoch_end().
  virtual void on_weights(const WeightsEvent& /*event*/) {}
  virtual Next on_epoch_end(const EpochRecord& /*record*/) { return Next::kGoOn; }
  virtual Next on_checkpoint(const CheckpointEvent& /*event*/) { return Next::kGoOn; }
  /// The final weights with all that their use needs, before they are evaluated: whatever becomes of the evaluation,
  /// they are there.
  virtual void on_model(const Model& /*model*/) {}
  virtual void on_end(const RunRecord& /*record*/) {}
  /// Asked at every point where a checkpoint could be made, `epoch` epochs and `step` steps into the training: it is
  /// made only when somebody wants it.
  [[nodiscard]] virtual bool wants_checkpoint(std::size_t /*epoch*/, std::size_t /*step*/) const { return false; }
};

}  // namespace gradus
