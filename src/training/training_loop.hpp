// What a session does, for one number type: steps, epochs, checkpoints, the record at the end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradus/training/session.hpp"
#include "training/batch_feeder.hpp"
#include "training/checkpoint.hpp"
#include "training/checkpoint_pace.hpp"
#include "training/train_state.hpp"

namespace gradus {

/// TrainingSession has the meaning of each function.
class TrainingSession::Loop {
 public:
  virtual ~Loop() = default;
  virtual Next begin(std::span<const std::byte> checkpoint) = 0;
  virtual Next step() = 0;
  virtual std::vector<std::byte> checkpoint() = 0;
  virtual void offer_checkpoint() = 0;
  virtual RunRecord finish() = 0;
  [[nodiscard]] virtual bool done() const = 0;
  [[nodiscard]] virtual SessionPosition position() const = 0;
  [[nodiscard]] virtual std::span<const EpochRecord> history() const = 0;
  virtual Model model() = 0;
};

template <class T>
class TrainingLoop : public TrainingSession::Loop {
 public:
  TrainingLoop(const TrainingRun& run, const Dataset& dataset, std::span<TrainingObserver* const> observers);

  Next begin(std::span<const std::byte> checkpoint) override;
  Next step() override;
  std::vector<std::byte> checkpoint() override;
  void offer_checkpoint() override;
  RunRecord finish() override;
  [[nodiscard]] bool done() const override;
  [[nodiscard]] SessionPosition position() const override;
  [[nodiscard]] std::span<const EpochRecord> history() const override { return state_.progress.history; }
  Model model() override;

 private:
  using Clock = std::chrono::steady_clock;

  /// All of a model but its network.
  Model make_model();
  void enter_epoch();
  void train_batch();
  void end_epoch();
  void hear(Next next) { stopped_ = stopped_ || next == Next::kStop; }
  void observe_values(const EpochRecord& record);
  EpochRecord make_epoch_record();
  PartMetrics train_metrics();
  PartMetrics measure(std::span<const std::uint32_t> rows, const std::vector<Measure>& watched);
  void write_state(const ByteSink& take);
  [[nodiscard]] CheckpointEvent checkpoint_event(const std::function<void(const ByteSink&)>& write) const;
  /// Whether the start of an epoch is kept to repeat it: three times the parameters with Adam, which large networks
  /// have no room for.
  [[nodiscard]] bool repeats_epochs() const;
  /// Repeats the epoch from its start to find what stopped being finite, then throws RunError; without that start, it
  /// names what is not finite now.
  [[noreturn]] void report_divergence(const std::string& symptom);
  [[nodiscard]] bool has_come_to_its_end() const;
  [[nodiscard]] EpochBatches epoch_batches() const;
  [[nodiscard]] StepOptions step_options(std::size_t steps_per_epoch) const;
  [[nodiscard]] double wall_seconds() const;
  [[nodiscard]] double seconds_since(Clock::time_point start) const;

  const TrainingRun& run_;
  const Dataset& dataset_;
  std::vector<TrainingObserver*> observers_;
  std::vector<double> row_weights_;
  CheckpointIdentity identity_;
  TrainState<T> state_;
  std::optional<Engine<T>> engine_;
  BatchFeeder<T> feeder_;
  CheckpointPace pace_;
  bool keeps_best_ = false;
  bool begun_ = false;
  Clock::time_point wall_start_;                    // of this session
  double wall_before_ = 0.0;                        // of the sessions before it, up to the checkpoint
  bool stopped_ = false;                            // by an observer, or closed by finish()
  std::optional<std::pair<double, double>> range_;  // Model::feature_range, once somebody asked for a model
  std::optional<EpochBatches> batches_;             // of the epoch under way
  // Where this process entered the epoch: what report_divergence() repeats from.
  Network<T> start_network_;
  OptimizerState<T> start_optimizer_;
  std::size_t start_step_ = 0;
  std::uint64_t start_global_step_ = 0;
};

}  // namespace gradus
