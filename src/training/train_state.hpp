// Everything that changes while a network trains, in one place, so that a checkpoint cannot forget a part.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gradus/engine/engine.hpp"
#include "gradus/training/monitor.hpp"
#include "gradus/training/run_record.hpp"
#include "gradus/training/schedule.hpp"
#include "training/history_text.hpp"

namespace gradus {

/// Sums over the steps of an epoch that is under way.
struct RunningSums {
  double loss_sum = 0.0;            // sum of w_b loss_b
  double weight_sum = 0.0;          // sum of w_b
  double batch_loss_sum = 0.0;      // sum of the batches' mean losses
  double batch_accuracy_sum = 0.0;  // sum of the batches' accuracies
  double seconds = 0.0;
  std::uint64_t batches = 0;
  std::uint64_t correct = 0;
  std::uint64_t rows = 0;

  void add(const BatchStats& stats);
};

/// Where the run stands beside its parameters.
struct TrainProgress {
  std::size_t epoch = 0;          // epochs that are done
  std::size_t step = 0;           // steps of the next epoch that are done
  std::uint64_t global_step = 0;  // steps over the whole training that are done
  RunningSums sums;
  PlateauState plateau;
  EarlyStoppingState stopping;
  std::vector<EpochRecord> history;
  HistoryText history_text;  // the same, as checkpoints have it
  double wall_seconds = 0.0;

  void add(const EpochRecord& record) {
    history.push_back(record);
    history_text.add(record);
  }
};

/// Progress, parameters and the best epoch's parameters where they are kept. The optimizer's state is the engine's.
template <class T>
struct TrainState {
  TrainProgress progress;
  Network<T> network;
  std::optional<Network<T>> best;
};

}  // namespace gradus
