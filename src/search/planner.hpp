// What follows from what is known: new trials, promotions and prunings, as a pure function of the trials' records. Any
// process may ask at any time; the answers are the same whoever finished which trial when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gradus/search/trial.hpp"
#include "search/bracket.hpp"
#include "search/sampler.hpp"
#include "search/trial_table.hpp"

namespace gradus {

class Planner {
 public:
  /// `epochs` of a whole training; trials whose settings change training.epochs need scheduler "none" or "median".
  Planner(const StudyConfig& config, std::unique_ptr<Sampler> sampler, std::size_t epochs);

  /// Whether the setting of the next trial can be chosen.
  [[nodiscard]] bool can_choose(const TrialTable& trials) const;
  /// The next trial: the same one whichever process asks, and whenever.
  TrialRecord choose(const TrialTable& trials);
  /// Decides rungs that are complete, in at most `most` records: what is left is decided by the next call, of whichever
  /// process. Gives the numbers of the trials that changed.
  std::vector<std::size_t> decide(TrialTable& trials, std::size_t most = SIZE_MAX) const;
  [[nodiscard]] bool finished(const TrialTable& trials) const { return trials.num_finished() == num_trials_; }
  [[nodiscard]] std::size_t num_trials() const { return num_trials_; }
  [[nodiscard]] const std::vector<Bracket>& brackets() const { return brackets_; }
  [[nodiscard]] const Bracket& bracket_of(std::size_t trial) const;
  /// Throws InputError, opened by `where`, for a stored trial at a rung that its bracket does not have.
  void require_possible(const TrialRecord& trial, const std::string& where) const;
  /// The first so many trials are finished before trial `trial` begins, where generations wait; else 0.
  [[nodiscard]] std::size_t known_before(std::size_t trial) const;
  /// Puts a rung's outcome into the record: complete at the last rung, waiting for the decision before it.
  void record_rung(TrialRecord& trial, const RungResult& result) const;

 private:
  // Numbers of the trials that go on from the end of rung `k`, in ascending order.
  [[nodiscard]] std::vector<std::size_t> ranked_first(const TrialTable& trials, const Bracket& bracket,
                                                      std::size_t k) const;

  std::unique_ptr<Sampler> sampler_;
  bool larger_is_better_;
  bool waits_;  // generations wait for each other
  std::size_t num_trials_;
  std::vector<Bracket> brackets_;
};

}  // namespace gradus
