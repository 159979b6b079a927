// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/ask_tell.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "gradus/core/error.hpp"
#include "search/planner.hpp"
#include "search/sampler.hpp"
#include "search/trial_table.hpp"

namespace gradus {
namespace {

StudyConfig checked_for_asking(StudyConfig config) {
  if (config.options.scheduler != "none") {
    throw InputError({.where = "search.scheduler",
                      .expected = "none, where values are told when a trial has ended",
                      .found = "'" + config.options.scheduler + "'",
                      .advice = ""});
  }
  for (const Constraint& constraint : config.constraints) {
    if (std::ranges::find(constraint.operands, "parameters") == constraint.operands.end()) continue;
    throw InputError({.where = "search.constraints",
                      .expected = "numbers and parameters of the space, where no network is known",
                      .found = "'" + constraint.text + "'",
                      .advice = ""});
  }
  if (config.options.objective == "auto") config.options.objective = "valid_loss";
  return config;
}

Feasible feasible_by_values(const StudyConfig& config) {
  return [&config](const Setting& setting) {
    const auto value_of = [&](const std::string& name) {
      const auto parameter = config.space.find(name);
      if (!parameter) return number_in(name);
      return setting[*parameter] ? number_in(*setting[*parameter]) : std::nan("");
    };
    return std::ranges::all_of(config.constraints,
                               [&](const Constraint& constraint) { return constraint.holds(value_of); });
  };
}

}  // namespace

struct AskTell::State {
  explicit State(StudyConfig given)
      : config(checked_for_asking(std::move(given))),
        planner(config, make_sampler(config, feasible_by_values(config)), config.base.training.epochs),
        trials(config, planner.brackets()) {}

  StudyConfig config;
  Planner planner;
  TrialTable trials;
};

AskTell::AskTell(StudyConfig config) : state_(std::make_unique<State>(std::move(config))) {}
AskTell::~AskTell() = default;
AskTell::AskTell(AskTell&&) noexcept = default;
AskTell& AskTell::operator=(AskTell&&) noexcept = default;

std::optional<TrialRecord> AskTell::ask() {
  TrialTable& trials = state_->trials;
  if (trials.size() == state_->planner.num_trials()) return std::nullopt;
  if (!state_->planner.can_choose(trials)) {
    throw InputError({.where = "search",
                      .expected = "the values of the trials that run, which the sampler learns from",
                      .found = std::to_string(trials.running().size()) + " that were not told",
                      .advice = "tell them before asking for more, or use the sampler random"});
  }
  TrialRecord trial = state_->planner.choose(trials);
  trial.state = TrialState::kRunning;
  trials.put(trial);
  return trial;
}

void AskTell::tell(std::size_t number, double value) {
  TrialTable& trials = state_->trials;
  if (number >= trials.size() || trials[number].state != TrialState::kRunning) {
    throw InputError({.where = "search",
                      .expected = "the value of a trial that was asked for and not told yet",
                      .found = "trial " + std::to_string(number),
                      .advice = ""});
  }
  TrialRecord trial = trials[number];
  if (std::isnan(value)) {
    trial.state = TrialState::kFailed;
    trial.error = "told to have failed";
  } else {
    const std::size_t epochs = state_->planner.bracket_of(number).rungs.back().epochs;
    trial.runs.push_back({.seed = 0, .value = value, .epochs = epochs});
    state_->planner.record_rung(trial, {.epochs = epochs, .value = value});
  }
  trials.put(std::move(trial));
}

const TrialRecord* AskTell::best() const {
  return state_->trials.best();
}

const StudyConfig& AskTell::config() const {
  return state_->config;
}

std::size_t AskTell::num_trials() const {
  return state_->planner.num_trials();
}

}  // namespace gradus
