// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/monitor.hpp"

#include <gtest/gtest.h>

#include "training/small_run.hpp"

namespace gradus {
namespace {

TEST(Monitor, names_read_back_and_the_test_part_is_refused) {
  for (const char* name : {"train_loss", "train_accuracy", "train_top_k", "valid_loss", "valid_accuracy"}) {
    EXPECT_EQ(parse_monitor(name).name(), name);
  }
  EXPECT_THROW(parse_monitor("test_loss"), InputError);
}

TEST(EarlyStopping, waits_for_patience_and_honours_min_delta) {
  const EarlyStoppingOptions options{.patience = 2, .min_delta = 0.1};
  EarlyStoppingState state;
  EXPECT_TRUE(observe_epoch(options, 1, 1.0, false, state));
  EXPECT_TRUE(observe_epoch(options, 2, 0.95, false, state)) << "the best, though no progress";
  EXPECT_TRUE(observe_epoch(options, 3, 0.8, false, state));
  EXPECT_FALSE(observe_epoch(options, 4, 0.8, false, state));
  EXPECT_FALSE(state.stop);
  EXPECT_TRUE(observe_epoch(options, 5, 0.75, false, state));
  EXPECT_TRUE(state.stop);
  EXPECT_EQ(state.best_epoch, 5U);
  EXPECT_EQ(state.best, 0.75);
}

TEST(EarlyStopping, many_small_steps_are_progress_once_their_sum_is) {
  const EarlyStoppingOptions options{.patience = 3, .min_delta = 0.1};
  EarlyStoppingState state;
  for (std::size_t epoch = 1; epoch <= 40; ++epoch) {
    observe_epoch(options, epoch, 0.06 * static_cast<double>(epoch), true, state);
    EXPECT_FALSE(state.stop) << epoch;
    EXPECT_EQ(state.best_epoch, epoch);
  }
}

TEST(EarlyStopping, ends_with_the_weights_of_the_best_epoch) {
  const Dataset dataset = test::make_clouds();
  TrainingRun run = test::make_small_run();
  run.learning_rate = 3.0;  // overshoots, so that later epochs are worse
  run.epochs = 40;
  run.early_stopping.patience = 3;
  const RunRecord stopped = train(run, dataset);
  ASSERT_EQ(stopped.end, RunEnd::kEarlyStopping);
  ASSERT_LT(stopped.epochs.size(), 40U);
  EXPECT_EQ(stopped.final_epoch, stopped.best_epoch);
  EXPECT_EQ(stopped.epochs.size(), stopped.best_epoch + 3);
  EXPECT_EQ(stopped.valid->metrics.loss, stopped.epochs[stopped.best_epoch - 1].valid->loss);

  TrainingRun shorter = run;
  shorter.early_stopping.patience = 0;
  shorter.epochs = stopped.best_epoch;
  EXPECT_EQ(train(shorter, dataset).weights_sha256, stopped.weights_sha256);
}

}  // namespace
}  // namespace gradus
