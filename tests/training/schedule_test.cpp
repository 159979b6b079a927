// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

constexpr double kBase = 0.1;
constexpr double kScheduleTolerance = 1e-14;

double rate_at(const ScheduleOptions& options, std::size_t epoch, std::size_t step = 0, PlateauState plateau = {}) {
  return learning_rate(options, kBase, {.epoch = epoch, .step = step, .steps_per_epoch = 10, .epochs = 20}, plateau);
}

// The closed form at t epochs of 20.
double closed_form(ScheduleKind kind, double t) {
  switch (kind) {
    case ScheduleKind::kConstant:
      return kBase;
    case ScheduleKind::kStep:
      return kBase * std::pow(0.5, std::floor(t / 3));
    case ScheduleKind::kExponential:
      return kBase * std::pow(0.95, t);
    case ScheduleKind::kCosine:
      return 0.02 + (kBase - 0.02) * (1 + std::cos(M_PI * t / 20)) / 2;
    case ScheduleKind::kInverse:
      return kBase / (1 + 4.0 * t / 20);
    case ScheduleKind::kPlateau:
      return kBase * 0.5 * 0.5;
  }
  return 0.0;
}

TEST(Schedule, follows_its_closed_form_at_every_step) {
  for (const ScheduleKind kind : kAllSchedules) {
    for (const bool by_step : {false, true}) {
      for (const double warmup : {0.0, 2.0, 2.5}) {
        const ScheduleOptions options{.kind = kind,
                                      .step_epochs = 3,
                                      .factor = 0.5,
                                      .min_rate = 0.02,
                                      .by_step = by_step,
                                      .warmup_epochs = warmup,
                                      .warmup_start = 0.2};
        for (std::size_t global = 0; global < 200; ++global) {
          const double t = static_cast<double>(by_step ? global : global / 10 * 10) / 10.0;
          const double share = std::min(1.0, 0.2 + 0.8 * static_cast<double>(global + 1) / (10.0 * warmup));
          EXPECT_NEAR(rate_at(options, global / 10, global % 10, {.best = 1.0, .reductions = 2}),
                      (warmup > 0.0 ? share : 1.0) * closed_form(kind, t), kScheduleTolerance)
              << schedule_name(kind) << (by_step ? " by step, " : ", ") << warmup << ", step " << global;
        }
      }
    }
  }
}

// A rate of 0 would make the first step of a run one that does nothing.
TEST(Schedule, warm_up_starts_above_0_and_its_last_step_has_the_full_rate) {
  const ScheduleOptions options{.warmup_epochs = 2.0};
  EXPECT_NEAR(rate_at(options, 0), kBase / 20, kScheduleTolerance);
  EXPECT_LT(rate_at(options, 1, 8), kBase);
  EXPECT_EQ(rate_at(options, 1, 9), kBase);
}

TEST(Schedule, plateau_reduces_after_patience_without_progress) {
  const ScheduleOptions options{.kind = ScheduleKind::kPlateau, .factor = 0.5, .min_rate = 0.02, .patience = 2};
  PlateauState state;
  for (const double loss : {1.0, 0.9, 0.95, 0.89995}) observe_plateau(options, loss, false, state);
  EXPECT_EQ(state.reductions, 1U) << "0.89995 is no progress of at least min_delta";
  EXPECT_NEAR(rate_at(options, 4, 0, state), kBase / 2, kScheduleTolerance);
  for (int i = 0; i < 8; ++i) observe_plateau(options, 2.0, false, state);
  EXPECT_EQ(state.reductions, 5U);
  EXPECT_EQ(rate_at(options, 4, 0, state), 0.02);
}

TEST(Schedule, unknown_name_is_an_error_with_a_suggestion) {
  EXPECT_EQ(parse_schedule("cosine"), ScheduleKind::kCosine);
  EXPECT_THROW(
      {
        try {
          parse_schedule("cosin");
        } catch (const InputError& error) {
          EXPECT_NE(std::string(error.what()).find("did you mean 'cosine'?"), std::string::npos);
          throw;
        }
      },
      InputError);
}

}  // namespace
}  // namespace gradus
