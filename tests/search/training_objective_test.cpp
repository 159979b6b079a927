// A trial that is paused, stopped or pruned: what it has shown so far is what an undisturbed trial shows, and a trial
// that goes on ends with the same bits.
// SPDX-License-Identifier: Apache-2.0
#include "search/training_objective.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <limits>
#include <thread>

#include "support/paths.hpp"

namespace gradus::test {
namespace {

constexpr std::size_t kEpochs = 6;

StudyConfig study_of(const std::string& search_keys, const std::string& training_keys = "") {
  return parse_study_config(
      "[data]\nsource = \"peaks\"\nrows = 60\n[network]\nhidden = [5]\n[training]\nepochs = 6\n"
      "optimizer = \"adam\"\n" +
          training_keys + "[search]\nobjective = \"valid_loss\"\nseed = 4\n" + search_keys +
          "[search.space]\ntraining.learning_rate = [0.01, 0.1]\n",
      "study.toml", {});
}

TrialTask task_of(std::size_t epochs) {
  TrialTask task;
  task.trial = {.number = 3, .setting = {"0.1"}};
  task.epochs = epochs;
  task.last = epochs == kEpochs;
  return task;
}

TrialOutcome undisturbed(const StudyConfig& study) {
  DataPool data;
  TrainingObjective objective(study, data, "");
  const std::atomic<bool> stop{false};
  return objective.run(task_of(kEpochs), stop);
}

void expect_same_points(const TrialOutcome& found, const TrialOutcome& expected, std::size_t epochs) {
  ASSERT_EQ(found.epochs.size(), expected.epochs.size());
  for (std::size_t repeat = 0; repeat < expected.epochs.size(); ++repeat) {
    ASSERT_EQ(found.epochs[repeat].size(), epochs);
    for (std::size_t e = 0; e < epochs; ++e) {
      EXPECT_EQ(found.epochs[repeat][e].epoch, e + 1);
      EXPECT_EQ(found.epochs[repeat][e].value, expected.epochs[repeat][e].value);
      EXPECT_EQ(found.epochs[repeat][e].train_loss, expected.epochs[repeat][e].train_loss);
    }
  }
}

TEST(TrainingObjective, goes_on_from_rung_to_rung_with_the_same_bits) {
  for (const char* keys : {"repeats = 1\n", "repeats = 2\n", "at = \"best\"\n"}) {
    const StudyConfig study = study_of(keys);
    const TrialOutcome expected = undisturbed(study);
    const std::atomic<bool> stop{false};
    for (const bool keeps_states : {true, false}) {
      const TempDir folder;
      for (const std::size_t epochs : {1UL, 1UL, 3UL, kEpochs}) {
        // A process of its own each time; the second one comes after a kill between checkpoint and result.
        DataPool data;
        TrainingObjective objective(study, data, keeps_states ? folder / "" : "");
        const TrialOutcome outcome = objective.run(task_of(epochs), stop);
        expect_same_points(outcome, expected, epochs);
        EXPECT_FALSE(outcome.pruned);
        for (std::size_t r = 0; r < outcome.runs.size(); ++r) {
          EXPECT_EQ(outcome.runs[r].seed, expected.runs[r].seed);
          EXPECT_EQ(outcome.runs[r].weights_sha256, epochs == kEpochs ? expected.runs[r].weights_sha256 : "");
          if (epochs == kEpochs) {
            EXPECT_EQ(outcome.runs[r].value, expected.runs[r].value);
          }
        }
      }
      TrainingObjective(study, *std::make_unique<DataPool>(), folder / "").discard(3);
      EXPECT_TRUE(std::filesystem::is_empty(folder / ""));
    }
  }
}

TEST(TrainingObjective, stopped_again_and_again_ends_with_the_same_bits) {
  const StudyConfig study = study_of("repeats = 2\n", "batch_size = 1\n");
  const TrialOutcome expected = undisturbed(study);
  const TempDir folder;
  DataPool data;
  TrainingObjective objective(study, data, folder / "");
  std::size_t lives = 0;
  for (bool ended = false; !ended; ++lives) {
    ASSERT_LT(lives, 10000U) << "no life gets any further";
    // The flag is set before a life begins: every life trains one step, or a whole one-step epoch.
    const std::atomic<bool> stop{true};
    try {
      const TrialOutcome outcome = objective.run(task_of(kEpochs), stop);
      expect_same_points(outcome, expected, kEpochs);
      for (std::size_t r = 0; r < 2; ++r) {
        EXPECT_EQ(outcome.runs[r].weights_sha256, expected.runs[r].weights_sha256);
      }
      ended = true;
    } catch (const Interrupted&) {
    }
  }
  EXPECT_GT(lives, 2U * kEpochs);
}

TEST(TrainingObjective, median_rule_ends_a_trial_at_the_epoch_of_its_threshold) {
  const StudyConfig study = study_of("repeats = 2\n");
  const TrialOutcome expected = undisturbed(study);
  const std::atomic<bool> stop{false};
  for (std::size_t epoch = 1; epoch <= kEpochs; ++epoch) {
    DataPool data;
    TrainingObjective objective(study, data, "");
    TrialTask task = task_of(kEpochs);
    // Better than every trial at this epoch, and so low a bar that none is below it at the others.
    for (std::size_t e = 1; e <= kEpochs; ++e) task.thresholds[e] = std::numeric_limits<double>::max();
    task.thresholds[epoch] = -1.0;
    const TrialOutcome outcome = objective.run(task, stop);
    EXPECT_TRUE(outcome.pruned);
    ASSERT_EQ(outcome.runs.size(), 1U) << "a pruned trial has no further repeat";
    EXPECT_EQ(outcome.runs[0].epochs, epoch);
    EXPECT_EQ(outcome.runs[0].value, expected.epochs[0][epoch - 1].value);
    EXPECT_EQ(outcome.runs[0].weights_sha256, "");
  }
}

TEST(TrainingObjective, thresholds_hold_for_the_first_repeat_alone) {
  const StudyConfig study = study_of("repeats = 2\n");
  const TrialOutcome expected = undisturbed(study);
  TrialTask task = task_of(kEpochs);
  // The first repeat is not worse than itself; the second would be pruned wherever it is.
  double best = std::numeric_limits<double>::max();
  for (std::size_t e = 1; e <= kEpochs; ++e) {
    best = std::min(best, expected.epochs[0][e - 1].value);
    task.thresholds[e] = best;
  }
  DataPool data;
  TrainingObjective objective(study, data, "");
  const std::atomic<bool> stop{false};
  const TrialOutcome outcome = objective.run(task, stop);
  EXPECT_FALSE(outcome.pruned);
  EXPECT_EQ(outcome.runs.size(), 2U);
}

TEST(TrainingObjective, early_stopping_before_the_end_of_a_rung_waits_for_its_decision) {
  const StudyConfig study =
      study_of("", "[early_stopping]\npatience = 1\nmin_delta = 100.0\nmonitor = \"train_loss\"\n");
  const TrialOutcome whole = undisturbed(study);
  ASSERT_EQ(whole.epochs[0].size(), 2U);
  const TempDir folder;
  const std::atomic<bool> stop{false};
  DataPool data;
  TrainingObjective objective(study, data, folder / "");
  const TrialOutcome rung = objective.run(task_of(3), stop);
  EXPECT_EQ(rung.epochs[0].size(), 2U);
  EXPECT_EQ(rung.runs[0].weights_sha256, "");
  const TrialOutcome end = objective.run(task_of(kEpochs), stop);
  EXPECT_EQ(end.runs[0].weights_sha256, whole.runs[0].weights_sha256);
  EXPECT_EQ(end.runs[0].value, whole.runs[0].value);
}

}  // namespace
}  // namespace gradus::test
