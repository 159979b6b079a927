// A trial: one setting and what became of it. A finished record never changes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/search/space.hpp"

namespace gradus {

enum class TrialState : std::uint8_t {
  kWaiting,   // for a worker, or for the decision of its rung
  kRunning,   // claimed by a worker
  kComplete,  // trained to the end
  kPruned,    // stopped by the scheduler
  kFailed,    // diverged or impossible; `error` says why
};

std::string_view state_name(TrialState state);
TrialState parse_state(std::string_view name);

/// What a trial had reached at the end of a rung: the mean over its repeats.
struct RungResult {
  std::size_t epochs = 0;
  double value = 0.0;
  bool operator==(const RungResult&) const = default;
};

/// One training of a trial; there are search.repeats of them.
struct RunResult {
  std::uint64_t seed = 0;
  double value = 0.0;
  std::size_t epochs = 0;
  std::string weights_sha256{};  // of a training that came to its end
  bool operator==(const RunResult&) const = default;
};

struct TrialRecord {
  std::size_t number = 0;  // counted from 0
  Setting setting{};
  TrialState state = TrialState::kWaiting;
  std::size_t rung = 0;             // the rung to run next, or that runs
  std::vector<RungResult> rungs{};  // rungs that are done
  std::vector<RunResult> runs{};
  std::optional<double> value{};  // mean over the repeats, once finished
  double spread = 0.0;            // standard deviation over the repeats (n - 1)
  std::size_t parameters = 0;     // weights and biases
  std::string error{};
  std::uint64_t owner = 0;  // worker that runs it
  double seconds = 0.0;     // of work, over all rungs

  [[nodiscard]] bool finished() const { return state != TrialState::kWaiting && state != TrialState::kRunning; }
  /// Ready for a worker: not for a decision.
  [[nodiscard]] bool ready() const { return state == TrialState::kWaiting && rungs.size() == rung; }
  [[nodiscard]] std::size_t epochs() const;
};

/// Measured after an epoch of one training.
struct EpochPoint {
  std::size_t epoch = 0;  // counted from 1
  double value = 0.0;     // the objective
  double train_loss = 0.0;
  std::optional<double> train_accuracy{};
  std::optional<double> valid_loss{};
  std::optional<double> valid_accuracy{};
  double learning_rate = 0.0;
};

}  // namespace gradus
