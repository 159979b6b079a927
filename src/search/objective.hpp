// What a worker runs: a trial up to the end of a rung. Training is the one implementation of the program; tests have
// others.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/search/trial.hpp"

namespace gradus {

/// Something that is not the trial's fault (a full disk): the study stops instead of calling the trial failed.
class StudyError : public RunError {
 public:
  using RunError::RunError;
};

struct TrialTask {
  TrialRecord trial;
  std::size_t epochs = 0;  // of the rung
  bool last = true;        // the rung is the whole training
  /// Median rule: a first repeat whose best value so far is worse than the entry of its epoch is stopped.
  std::map<std::size_t, double> thresholds{};
};

struct TrialOutcome {
  std::vector<RunResult> runs;
  std::vector<std::vector<EpochPoint>> epochs;  // per repeat, from the first epoch on
  bool pruned = false;
  std::size_t parameters = 0;
};

class Objective {
 public:
  Objective() = default;
  Objective(const Objective&) = delete;
  Objective& operator=(const Objective&) = delete;
  virtual ~Objective() = default;
  /// Called by several threads at once. Throws Interrupted when `stop` was set, another Error when the trial failed.
  virtual TrialOutcome run(const TrialTask& task, const std::atomic<bool>& stop) = 0;
  /// The trial is finished: what was kept to continue it can go.
  virtual void discard(std::size_t /*trial*/) {}
};

}  // namespace gradus
