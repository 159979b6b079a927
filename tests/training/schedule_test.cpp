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

TEST(Schedule, follows_its_closed_form) {
  const auto options = [](ScheduleKind kind) { return ScheduleOptions{.kind = kind, .step_epochs = 3, .factor = 0.5}; };
  for (std::size_t epoch = 0; epoch < 20; ++epoch) {
    const auto t = static_cast<double>(epoch);
    EXPECT_EQ(rate_at(options(ScheduleKind::kConstant), epoch), kBase);
    EXPECT_NEAR(rate_at(options(ScheduleKind::kStep), epoch), kBase * std::pow(0.5, std::floor(t / 3)),
                kScheduleTolerance);
    EXPECT_NEAR(rate_at(options(ScheduleKind::kExponential), epoch), kBase * std::pow(0.95, t), kScheduleTolerance);
    EXPECT_NEAR(rate_at(options(ScheduleKind::kCosine), epoch), kBase * (1 + std::cos(M_PI * t / 20)) / 2,
                kScheduleTolerance);
    EXPECT_EQ(rate_at(options(ScheduleKind::kInverse), epoch), kBase / (1 + 4.0 * t / 20));
  }
}

TEST(Schedule, moves_inside_an_epoch_only_when_asked) {
  ScheduleOptions options{.kind = ScheduleKind::kExponential};
  EXPECT_EQ(rate_at(options, 2, 7), rate_at(options, 2, 0));
  options.by_step = true;
  EXPECT_NEAR(rate_at(options, 2, 7), kBase * std::pow(0.95, 2.7), kScheduleTolerance);
}

TEST(Schedule, warm_up_rises_linearly_under_every_kind) {
  for (const ScheduleKind kind : {ScheduleKind::kConstant, ScheduleKind::kCosine, ScheduleKind::kInverse}) {
    const ScheduleOptions plain{.kind = kind};
    ScheduleOptions warm = plain;
    warm.warmup_epochs = 2.0;
    warm.warmup_start = 0.2;
    EXPECT_NEAR(rate_at(warm, 0), 0.2 * rate_at(plain, 0), kScheduleTolerance);
    EXPECT_NEAR(rate_at(warm, 1, 0), 0.6 * rate_at(plain, 1), kScheduleTolerance);
    EXPECT_NEAR(rate_at(warm, 1, 5), 0.8 * rate_at(plain, 1, 5), kScheduleTolerance);
    EXPECT_EQ(rate_at(warm, 2), rate_at(plain, 2));
  }
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
