// What follows from what is known: new trials, promotions and prunings, as a pure function of the trials' records. Any
// process may ask at any time; the answers are the same whoever finished which trial when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gradus/search/trial.hpp"
#include "search/bracket.hpp"
#include "search/sampler.hpp"

namespace gradus {

class Planner {
 public:
  /// `epochs` of a whole training; trials whose settings change training.epochs need scheduler "none" or "median".
  Planner(const StudyConfig& config, std::unique_ptr<Sampler> sampler, std::size_t epochs);

  /// Appends trials whose settings can be chosen and decides rungs that are complete. Gives the numbers of the trials
  /// that it added or changed.
  std::vector<std::size_t> advance(std::vector<TrialRecord>& trials);
  [[nodiscard]] bool finished(const std::vector<TrialRecord>& trials) const;
  [[nodiscard]] std::size_t num_trials() const { return num_trials_; }
  [[nodiscard]] const std::vector<Bracket>& brackets() const { return brackets_; }
  [[nodiscard]] const Bracket& bracket_of(std::size_t trial) const;
  /// Throws InputError, opened by `where`, for a stored trial at a rung that its bracket does not have.
  void require_possible(const TrialRecord& trial, const std::string& where) const;
  /// The first so many trials are finished before trial `trial` begins, where generations wait; else 0.
  [[nodiscard]] std::size_t known_before(std::size_t trial) const;
  /// Puts a rung's outcome into the record: complete at the last rung, waiting for the decision before it.
  void record_rung(TrialRecord& trial, const RungResult& result) const;
  /// Whether `a` ranks before `b`; values that are no numbers come last, equals in the order of trials.
  [[nodiscard]] bool better(const TrialRecord& a, const TrialRecord& b) const;
  /// The best complete trial.
  [[nodiscard]] const TrialRecord* best(const std::vector<TrialRecord>& trials) const;

 private:
  bool decide(const Bracket& bracket, std::vector<TrialRecord>& trials, std::vector<std::size_t>& changed) const;
  [[nodiscard]] static bool all_finished(const std::vector<TrialRecord>& trials, std::size_t first, std::size_t count);

  std::unique_ptr<Sampler> sampler_;
  bool larger_is_better_;
  bool waits_;  // generations wait for each other
  std::size_t num_trials_;
  std::vector<Bracket> brackets_;
};

}  // namespace gradus
