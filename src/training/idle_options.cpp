// SPDX-License-Identifier: Apache-2.0
#include "training/idle_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/engine/optimizer.hpp"
#include "gradus/training/schedule.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

constexpr std::string_view kWeightDecay = "training.weight_decay";

struct OfOptimizers {
  std::string_view key;
  bool OptimizerFacts::*reads;
};
constexpr OfOptimizers kOfOptimizers[] = {
    {"training.momentum", &OptimizerFacts::has_momentum}, {"training.beta1", &OptimizerFacts::has_betas},
    {"training.beta2", &OptimizerFacts::has_betas},       {"training.rho", &OptimizerFacts::has_rho},
    {"training.epsilon", &OptimizerFacts::has_epsilon},   {kWeightDecay, &OptimizerFacts::has_weight_decay},
};

struct OfSchedules {
  std::string_view key;
  std::vector<ScheduleKind> readers;
};
const std::vector<OfSchedules>& of_schedules() {
  using enum ScheduleKind;
  static const std::vector<OfSchedules> all = {
      {"schedule.step_epochs", {kStep}},  {"schedule.factor", {kStep, kPlateau}},
      {"schedule.decay", {kExponential}}, {"schedule.min_rate", {kCosine, kPlateau}},
      {"schedule.patience", {kPlateau}},  {"schedule.min_delta", {kPlateau}},
  };
  return all;
}

/// An option that nothing reads.
struct IdleOption {
  std::string_view key;
  std::string readers;  // what would read it
  std::string found;    // what was chosen instead
};

void find_idle_of_optimizer(const RunConfig& config, std::vector<IdleOption>& idle) {
  const auto chosen = std::ranges::find(kOptimizerTable, config.training.optimizer, &OptimizerFacts::name);
  if (chosen == kOptimizerTable.end()) return;  // another check says so
  for (const auto& [key, reads] : kOfOptimizers) {
    const ConfigOption& option = *find_option(key);
    if ((*chosen).*reads || !differs_from_default(option, config)) continue;
    if (option_text(option, config) == "0.0" && key == kWeightDecay) continue;  // what config.toml says of the others
    std::vector<std::string_view> readers;
    for (const OptimizerFacts& facts : kOptimizerTable) {
      if (facts.*reads) readers.push_back(facts.name);
    }
    idle.push_back({key, fmt::format("one of the optimizers {}", fmt::join(readers, ", ")), config.training.optimizer});
  }
}

void find_idle_of_schedule(const RunConfig& config, std::vector<IdleOption>& idle) {
  const auto chosen = std::ranges::find(kScheduleTable, config.schedule.kind, &ScheduleFacts::name);
  if (chosen == kScheduleTable.end()) return;
  for (const auto& [key, kinds] : of_schedules()) {
    if (std::ranges::count(kinds, chosen->kind) > 0 || !differs_from_default(*find_option(key), config)) continue;
    std::vector<std::string_view> readers;
    for (const ScheduleKind kind : kinds) readers.push_back(schedule_facts(kind).name);
    idle.push_back({key, fmt::format("one of the schedules {}", fmt::join(readers, ", ")), config.schedule.kind});
  }
  if (config.schedule.warmup_epochs == 0.0 && differs_from_default(*find_option("schedule.warmup_start"), config)) {
    idle.push_back({"schedule.warmup_start", "epochs of warm-up (schedule.warmup_epochs)", "none"});
  }
}

std::vector<IdleOption> find_idle_options(const RunConfig& config) {
  std::vector<IdleOption> idle;
  find_idle_of_optimizer(config, idle);
  find_idle_of_schedule(config, idle);
  if (config.early_stopping.patience == 0 && differs_from_default(*find_option("early_stopping.min_delta"), config)) {
    idle.push_back({"early_stopping.min_delta", "early stopping (a patience above 0)", "none"});
  }
  return idle;
}

}  // namespace

void refuse_idle_options(const RunConfig& config) {
  const std::vector<IdleOption> idle = find_idle_options(config);
  if (idle.empty()) return;
  const auto& [key, readers, found] = idle.front();
  throw InputError({.where = std::string(key) + " = " + option_text(*find_option(key), config),
                    .expected = readers + ", which read it",
                    .found = found,
                    .advice = "leave it out, or choose another"});
}

void drop_idle_options(RunConfig& config) {
  const RunConfig defaults;
  for (const IdleOption& idle : find_idle_options(config)) {
    const ConfigOption& option = *find_option(idle.key);
    store_text(option, config, option_text(option, defaults), "an option that nothing reads");
  }
}

}  // namespace gradus
