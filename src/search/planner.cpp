// SPDX-License-Identifier: Apache-2.0
#include "search/planner.hpp"

#include <algorithm>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

std::size_t trials_of(const StudyConfig& config, const Sampler& sampler) {
  return sampler.size() ? *sampler.size() : static_cast<std::size_t>(config.options.trials);
}

}  // namespace

Planner::Planner(const StudyConfig& config, std::unique_ptr<Sampler> sampler, std::size_t epochs)
    : sampler_(std::move(sampler)),
      larger_is_better_(config.larger_is_better()),
      waits_(sampler_->learns() || config.options.scheduler == "median"),
      num_trials_(trials_of(config, *sampler_)),
      brackets_(make_brackets(config.options, num_trials_, epochs, waits_)) {}

const Bracket& Planner::bracket_of(std::size_t trial) const {
  const auto after = std::upper_bound(brackets_.begin(), brackets_.end(), trial,
                                      [](std::size_t number, const Bracket& b) { return number < b.first; });
  return *(after - 1);
}

void Planner::require_possible(const TrialRecord& trial, const std::string& where) const {
  const std::size_t rungs = brackets_.empty() ? 0 : bracket_of(trial.number).rungs.size();
  if (trial.rung < rungs && trial.rungs.size() <= rungs) return;
  throw InputError({.where = where + ": trial " + std::to_string(trial.number),
                    .expected = "one of " + std::to_string(rungs) + " rungs",
                    .found = std::to_string(std::max(trial.rung + 1, trial.rungs.size())),
                    .advice = "restore the study from a copy or search anew in another folder"});
}

std::size_t Planner::known_before(std::size_t trial) const {
  return waits_ ? bracket_of(trial).first : 0;
}

bool Planner::can_choose(const TrialTable& trials) const {
  const std::size_t next = trials.size();
  if (next >= num_trials_) return false;
  return !waits_ || next > bracket_of(next).first || trials.num_finished() == next;
}

TrialRecord Planner::choose(const TrialTable& trials) {
  TrialRecord trial;
  trial.number = trials.size();
  trial.setting = sampler_->choose({.trials = trials.all(), .known = known_before(trial.number)});
  return trial;
}

// The rank of a trial follows from what it and the others had reached at the rung's end, which no later record loses: a
// decision of which a part is stored goes on where it ended.
std::vector<std::size_t> Planner::decide(TrialTable& trials, std::size_t most) const {
  std::vector<std::size_t> changed;
  while (changed.size() < most) {
    const auto due = trials.due();
    if (!due) break;
    const auto [bracket, k] = *due;
    const std::vector<std::size_t> kept = ranked_first(trials, brackets_[bracket], k);
    const std::size_t end = brackets_[bracket].first + brackets_[bracket].count;
    for (std::size_t n = brackets_[bracket].first; n < end && changed.size() < most; ++n) {
      if (!TrialTable::is_undecided(trials[n], k)) continue;
      TrialRecord trial = trials[n];
      if (std::binary_search(kept.begin(), kept.end(), n)) {
        trial.rung = k + 1;
      } else {
        trial.state = TrialState::kPruned;
        trial.value = trial.rungs[k].value;
      }
      trials.put(std::move(trial));
      changed.push_back(n);
    }
  }
  return changed;
}

std::vector<std::size_t> Planner::ranked_first(const TrialTable& trials, const Bracket& bracket, std::size_t k) const {
  std::vector<std::size_t> reached;
  for (std::size_t n = bracket.first; n < bracket.first + bracket.count; ++n) {
    if (trials[n].rungs.size() > k) reached.push_back(n);
  }
  const std::size_t keep = std::min(bracket.rungs[k].keep, reached.size());
  std::nth_element(reached.begin(), reached.begin() + static_cast<std::ptrdiff_t>(keep), reached.end(),
                   [&](std::size_t a, std::size_t b) {
                     const double x = trials[a].rungs[k].value;
                     const double y = trials[b].rungs[k].value;
                     return ranks_before(x, y, larger_is_better_).value_or(a < b);
                   });
  reached.resize(keep);
  std::sort(reached.begin(), reached.end());
  return reached;
}

void Planner::record_rung(TrialRecord& trial, const RungResult& result) const {
  trial.rungs.push_back(result);
  const bool last = trial.rungs.size() == bracket_of(trial.number).rungs.size();
  trial.state = last ? TrialState::kComplete : TrialState::kWaiting;
  if (last) trial.value = result.value;
}

}  // namespace gradus
