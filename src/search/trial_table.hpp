// The trials of a study as this process knows them, with what is asked of them at every step kept beside them: a change
// costs O(log n), a question nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "gradus/search/study_config.hpp"
#include "gradus/search/trial.hpp"
#include "search/bracket.hpp"

namespace gradus {

/// Whether a value ranks before another, those that are no numbers last; nothing where they are equal.
std::optional<bool> ranks_before(double x, double y, bool larger_is_better);

/// training.epochs of a trial: its own where the study searches it.
double epochs_of(const StudyConfig& config, const TrialRecord& trial);

class TrialTable {
 public:
  /// Both must outlive the table.
  TrialTable(const StudyConfig& config, const std::vector<Bracket>& brackets);

  [[nodiscard]] const std::vector<TrialRecord>& all() const { return trials_; }
  [[nodiscard]] std::size_t size() const { return trials_.size(); }
  [[nodiscard]] const TrialRecord& operator[](std::size_t number) const { return trials_[number]; }
  /// Takes a trial that is next (number == size()) or changed.
  void put(TrialRecord trial);

  [[nodiscard]] std::size_t count(TrialState state) const { return counts_[static_cast<std::size_t>(state)]; }
  /// Finished trials of the brackets.
  [[nodiscard]] std::size_t num_finished() const { return num_finished_; }
  /// Ready for a worker, of the brackets.
  [[nodiscard]] const std::set<std::size_t>& ready() const { return ready_; }
  [[nodiscard]] const std::set<std::size_t>& running() const { return running_; }
  /// Bracket and rung of a decision that can be made: all trials of the bracket are there and have come to the rung's
  /// end or fallen out before, and not all of them know yet whether they go on.
  [[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> due() const;
  /// Whether the trial waits for the decision of that rung.
  static bool is_undecided(const TrialRecord& trial, std::size_t rung);
  /// The best complete trial: the first of equals.
  [[nodiscard]] const TrialRecord* best() const { return best_ ? &trials_[*best_] : nullptr; }

  /// Sums over all trials: epochs that they have trained, that they would train if nothing stopped them, and that those
  /// with a single rung have spared by ending early.
  [[nodiscard]] double done_epochs() const { return done_epochs_; }
  [[nodiscard]] double whole_epochs() const { return whole_epochs_; }
  [[nodiscard]] double spared_epochs() const { return spared_epochs_; }

 private:
  struct RungCount {
    std::size_t to_come = 0;  // trials that have neither come to its end nor fallen out
    std::size_t undecided = 0;
  };
  // Adds the trial to all sums, or takes it out of them.
  void enter(const TrialRecord& trial, bool in);
  void enter_rungs(const TrialRecord& trial, std::size_t bracket, bool in);

  const StudyConfig& config_;
  const std::vector<Bracket>& brackets_;
  bool larger_is_better_;
  std::vector<TrialRecord> trials_;
  std::array<std::size_t, 5> counts_{};
  std::size_t num_finished_ = 0;
  std::set<std::size_t> ready_;
  std::set<std::size_t> running_;
  std::vector<std::vector<RungCount>> rungs_;  // per bracket; not of the last rung, which decides nothing
  std::set<std::pair<std::size_t, std::size_t>> due_;
  std::optional<std::size_t> best_;
  double done_epochs_ = 0.0;
  double whole_epochs_ = 0.0;
  double spared_epochs_ = 0.0;
};

}  // namespace gradus
