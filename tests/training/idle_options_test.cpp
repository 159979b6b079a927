// Options without effect are refused: every constant against every optimizer and schedule.
// SPDX-License-Identifier: Apache-2.0
#include "training/idle_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/engine/optimizer.hpp"
#include "gradus/training/schedule.hpp"

namespace gradus {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal_of(const std::vector<std::pair<std::string, std::string>>& settings) {
  RunConfig config;
  for (const auto& [key, value] : settings) set_option(config, key, value, "test");
  try {
    refuse_idle_options(config);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(IdleOptions, of_every_optimizer) {
  for (const OptimizerFacts& facts : kOptimizerTable) {
    const std::string name(facts.name);
    const std::tuple<const char*, const char*, bool> keys[] = {
        {"training.momentum", "0.5", facts.has_momentum}, {"training.beta1", "0.5", facts.has_betas},
        {"training.beta2", "0.5", facts.has_betas},       {"training.rho", "0.5", facts.has_rho},
        {"training.epsilon", "0.5", facts.has_epsilon},   {"training.weight_decay", "0.5", facts.has_weight_decay}};
    for (const auto& [key, value, is_read] : keys) {
      const std::string text = refusal_of({{"training.optimizer", name}, {key, value}});
      EXPECT_EQ(text.empty(), is_read) << name << ", " << key << ": " << text;
      if (is_read) continue;
      EXPECT_THAT(text, AllOf(HasSubstr(key), HasSubstr("found " + name)));
    }
    EXPECT_EQ(refusal_of({{"training.optimizer", name}, {"training.momentum", "0.9"}}), "") << "its default";
    EXPECT_EQ(refusal_of({{"training.optimizer", name}, {"training.weight_decay", "0"}}), "")
        << "as config.toml has it";
  }
  EXPECT_THAT(refusal_of({{"training.optimizer", "sgd"}, {"training.momentum", "0.5"}}),
              HasSubstr("expected one of the optimizers momentum, nesterov, which read it, found sgd"));
}

TEST(IdleOptions, of_every_schedule) {
  const std::tuple<const char*, const char*, std::vector<std::string>> keys[] = {
      {"schedule.step_epochs", "3", {"step"}},    {"schedule.factor", "0.5", {"step", "plateau"}},
      {"schedule.decay", "0.5", {"exponential"}}, {"schedule.min_rate", "0.5", {"cosine", "plateau"}},
      {"schedule.patience", "3", {"plateau"}},    {"schedule.min_delta", "0.5", {"plateau"}}};
  for (const ScheduleFacts& facts : kScheduleTable) {
    const std::string name(facts.name);
    for (const auto& [key, value, readers] : keys) {
      const bool is_read = std::ranges::count(readers, name) > 0;
      EXPECT_EQ(refusal_of({{"schedule.kind", name}, {key, value}}).empty(), is_read) << name << ", " << key;
    }
    EXPECT_EQ(refusal_of({{"schedule.kind", name}, {"schedule.warmup_epochs", "2"}}), "") << name;
  }
}

TEST(IdleOptions, of_warm_up_and_early_stopping) {
  EXPECT_THAT(refusal_of({{"schedule.warmup_start", "0.5"}}), HasSubstr("schedule.warmup_epochs"));
  EXPECT_EQ(refusal_of({{"schedule.warmup_start", "0.5"}, {"schedule.warmup_epochs", "1"}}), "");
  EXPECT_THAT(refusal_of({{"early_stopping.min_delta", "0.5"}}), HasSubstr("a patience above 0"));
  EXPECT_EQ(refusal_of({{"early_stopping.min_delta", "0.5"}, {"early_stopping.patience", "2"}}), "");
}

TEST(IdleOptions, are_dropped_without_touching_what_is_read) {
  RunConfig config;
  for (const auto& [key, value] :
       std::vector<std::pair<const char*, const char*>>{{"training.optimizer", "adamw"},
                                                        {"training.momentum", "0.5"},
                                                        {"training.beta1", "0.8"},
                                                        {"training.weight_decay", "0.3"},
                                                        {"schedule.decay", "0.5"},
                                                        {"early_stopping.min_delta", "0.5"}}) {
    set_option(config, key, value, "test");
  }
  drop_idle_options(config);
  refuse_idle_options(config);
  EXPECT_EQ(config.training.momentum, RunConfig().training.momentum);
  EXPECT_EQ(config.schedule.decay, RunConfig().schedule.decay);
  EXPECT_EQ(config.early_stopping.min_delta, 0.0);
  EXPECT_EQ(config.training.beta1, 0.8);
  EXPECT_EQ(config.training.weight_decay, 0.3);
}

}  // namespace
}  // namespace gradus
