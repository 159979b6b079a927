// SPDX-License-Identifier: Apache-2.0
#include "search/trial_table.hpp"

#include <algorithm>
#include <cmath>

namespace gradus {

std::optional<bool> ranks_before(double x, double y, bool larger_is_better) {
  if (std::isnan(x) || std::isnan(y))
    return std::isnan(x) == std::isnan(y) ? std::nullopt : std::optional(std::isnan(y));
  if (x == y) return std::nullopt;
  return larger_is_better ? x > y : x < y;
}

double epochs_of(const StudyConfig& config, const TrialRecord& trial) {
  const std::optional<std::size_t> own = config.space.find("training.epochs");
  const bool has_own = own && trial.setting[*own];
  return has_own ? number_in(*trial.setting[*own]) : static_cast<double>(config.base.training.epochs);
}

TrialTable::TrialTable(const StudyConfig& config, const std::vector<Bracket>& brackets)
    : config_(config), brackets_(brackets), larger_is_better_(config.larger_is_better()) {
  for (const Bracket& bracket : brackets_) {
    rungs_.emplace_back(bracket.rungs.size() - 1, RungCount{.to_come = bracket.count});
  }
}

void TrialTable::put(TrialRecord trial) {
  const std::size_t number = trial.number;
  if (number < trials_.size()) {
    enter(trials_[number], false);
    trials_[number] = std::move(trial);
  } else {
    trials_.push_back(std::move(trial));
  }
  enter(trials_[number], true);
}

std::optional<std::pair<std::size_t, std::size_t>> TrialTable::due() const {
  if (due_.empty()) return std::nullopt;
  return *due_.begin();
}

bool TrialTable::is_undecided(const TrialRecord& trial, std::size_t rung) {
  return trial.rungs.size() == rung + 1 && trial.rung == rung && !trial.finished();
}

void TrialTable::enter(const TrialRecord& trial, bool in) {
  const double sign = in ? 1.0 : -1.0;
  std::size_t& count = counts_[static_cast<std::size_t>(trial.state)];
  count = in ? count + 1 : count - 1;
  const auto list = [&](std::set<std::size_t>& numbers, bool belongs) {
    if (belongs && in) numbers.insert(trial.number);
    if (belongs && !in) numbers.erase(trial.number);
  };
  list(running_, trial.state == TrialState::kRunning);
  const auto done = static_cast<double>(trial.epochs());
  const double whole = epochs_of(config_, trial);
  done_epochs_ += sign * done;
  whole_epochs_ += sign * whole;
  if (in && trial.state == TrialState::kComplete) {
    const auto value = [&](const TrialRecord& t) { return t.value.value_or(NAN); };
    const auto before = [&] {
      const TrialRecord& best = trials_[*best_];
      return ranks_before(value(trial), value(best), larger_is_better_).value_or(trial.number < best.number);
    };
    if (!best_ || before()) best_ = trial.number;
  }
  const auto after = std::upper_bound(brackets_.begin(), brackets_.end(), trial.number,
                                      [](std::size_t number, const Bracket& b) { return number < b.first; });
  if (after == brackets_.begin()) return;
  const auto bracket = static_cast<std::size_t>(after - brackets_.begin()) - 1;
  // Another process may have given the study more trials: they are that one's, since this one does not know the
  // brackets that they belong to.
  if (trial.number >= brackets_[bracket].first + brackets_[bracket].count) return;
  list(ready_, trial.ready());
  if (trial.finished()) num_finished_ = in ? num_finished_ + 1 : num_finished_ - 1;
  if (brackets_[bracket].rungs.size() == 1 && trial.finished()) spared_epochs_ += sign * std::max(0.0, whole - done);
  enter_rungs(trial, bracket, in);
}

void TrialTable::enter_rungs(const TrialRecord& trial, std::size_t bracket, bool in) {
  for (std::size_t k = 0; k < rungs_[bracket].size(); ++k) {
    RungCount& rung = rungs_[bracket][k];
    if (trial.rungs.size() > k || trial.finished()) rung.to_come = in ? rung.to_come - 1 : rung.to_come + 1;
    if (is_undecided(trial, k)) rung.undecided = in ? rung.undecided + 1 : rung.undecided - 1;
    const bool is_due = rung.to_come == 0 && rung.undecided > 0;
    if (is_due) {
      due_.insert({bracket, k});
    } else {
      due_.erase({bracket, k});
    }
  }
}

}  // namespace gradus
