// SPDX-License-Identifier: Apache-2.0
#include "search/planner.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

std::size_t trials_of(const StudyConfig& config, const Sampler& sampler) {
  return sampler.size() ? *sampler.size() : static_cast<std::size_t>(config.options.trials);
}

// Whether a value ranks before another, those that are no numbers last; nothing where they are equal.
std::optional<bool> ranks_before(double x, double y, bool larger_is_better) {
  if (std::isnan(x) || std::isnan(y))
    return std::isnan(x) == std::isnan(y) ? std::nullopt : std::optional(std::isnan(y));
  if (x == y) return std::nullopt;
  return larger_is_better ? x > y : x < y;
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

bool Planner::all_finished(const std::vector<TrialRecord>& trials, std::size_t first, std::size_t count) {
  if (trials.size() < first + count) return false;
  const auto begin = trials.begin() + static_cast<std::ptrdiff_t>(first);
  return std::all_of(begin, begin + static_cast<std::ptrdiff_t>(count),
                     [](const TrialRecord& trial) { return trial.finished(); });
}

std::vector<std::size_t> Planner::advance(std::vector<TrialRecord>& trials) {
  std::vector<std::size_t> changed;
  for (const Bracket& bracket : brackets_) {
    while (trials.size() < bracket.first + bracket.count) {
      TrialRecord trial;
      trial.number = trials.size();
      trial.setting = sampler_->choose({.trials = trials, .known = known_before(trial.number)});
      changed.push_back(trial.number);
      trials.push_back(std::move(trial));
    }
    decide(bracket, trials, changed);
    if (waits_ && !all_finished(trials, bracket.first, bracket.count)) break;
  }
  return changed;
}

// A rung is decided when every trial of the bracket has reached its end or fallen out before.
bool Planner::decide(const Bracket& bracket, std::vector<TrialRecord>& trials,
                     std::vector<std::size_t>& changed) const {
  for (std::size_t k = 0; k + 1 < bracket.rungs.size(); ++k) {
    std::vector<const TrialRecord*> reached;
    std::size_t undecided = 0;
    for (std::size_t n = bracket.first; n < bracket.first + bracket.count; ++n) {
      const TrialRecord& trial = trials[n];
      if (trial.rungs.size() > k) reached.push_back(&trial);
      if (trial.rungs.size() <= k && !trial.finished()) return false;
      if (trial.rungs.size() == k + 1 && trial.rung == k && !trial.finished()) ++undecided;
    }
    if (undecided == 0) continue;
    std::sort(reached.begin(), reached.end(), [&](const TrialRecord* a, const TrialRecord* b) {
      const double x = a->rungs[k].value;
      const double y = b->rungs[k].value;
      return ranks_before(x, y, larger_is_better_).value_or(a->number < b->number);
    });
    for (std::size_t place = 0; place < reached.size(); ++place) {
      TrialRecord& trial = trials[reached[place]->number];
      if (place < bracket.rungs[k].keep) {
        trial.rung = k + 1;
      } else {
        trial.state = TrialState::kPruned;
        trial.value = trial.rungs[k].value;
      }
      changed.push_back(trial.number);
    }
  }
  return true;
}

void Planner::record_rung(TrialRecord& trial, const RungResult& result) const {
  trial.rungs.push_back(result);
  const bool last = trial.rungs.size() == bracket_of(trial.number).rungs.size();
  trial.state = last ? TrialState::kComplete : TrialState::kWaiting;
  if (last) trial.value = result.value;
}

bool Planner::finished(const std::vector<TrialRecord>& trials) const {
  return all_finished(trials, 0, num_trials_);
}

bool Planner::better(const TrialRecord& a, const TrialRecord& b) const {
  return ranks_before(a.value.value_or(NAN), b.value.value_or(NAN), larger_is_better_).value_or(a.number < b.number);
}

const TrialRecord* Planner::best(const std::vector<TrialRecord>& trials) const {
  const TrialRecord* best = nullptr;
  for (const TrialRecord& trial : trials) {
    if (trial.state != TrialState::kComplete) continue;
    if (best == nullptr || better(trial, *best)) best = &trial;
  }
  return best;
}

}  // namespace gradus
