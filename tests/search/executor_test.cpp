// What the machine does at a moment is no part of a study's result.
// SPDX-License-Identifier: Apache-2.0
#include "search/executor.hpp"

#include <gtest/gtest.h>

#include <new>

#include "search/synthetic.hpp"

namespace gradus::test {
namespace {

StudyConfig some_study() {
  return synthetic_config("sampler = \"tpe\"\ntrials = 12\ngeneration = 4\nstartup = 4\nseed = 3\n");
}

// Every trial fails on its first try, in one of the ways that may be the machine's fault.
class Stumbling : public SyntheticObjective {
 public:
  using SyntheticObjective::SyntheticObjective;
  TrialOutcome run(const TrialTask& task, const std::atomic<bool>& stop) override {
    if (++tries_[task.trial.number] == 1) {
      if (task.trial.number % 2 == 0) throw std::bad_alloc();
      throw InputError("d.csv: expected a readable file, found too many open ones");
    }
    return SyntheticObjective::run(task, stop);
  }

 private:
  std::map<std::size_t, int> tries_;
};

TEST(Executor, what_fails_once_is_no_failed_trial) {
  const TempDir temp;
  const StudyConfig config = some_study();
  SyntheticObjective steady(config, 0);
  const std::string expected = table_of(config, run_synthetic(config, temp / "steady", 1, steady));
  Stumbling objective(config, 0);
  EXPECT_EQ(table_of(config, run_synthetic(config, temp / "stumbling", 1, objective)), expected);
}

// The database refuses the outcome of one trial: the study ends, and goes on as if that had not been.
class Sabotage : public SyntheticObjective {
 public:
  Sabotage(const StudyConfig& config, std::string folder) : SyntheticObjective(config, 0), folder_(std::move(folder)) {}
  TrialOutcome run(const TrialTask& task, const std::atomic<bool>& stop) override {
    TrialOutcome outcome = SyntheticObjective::run(task, stop);
    if (task.trial.number == 2) {
      Database(folder_ + "/study.sqlite", Access::kWrite).run("DROP TABLE epochs");
    }
    return outcome;
  }

 private:
  std::string folder_;
};

TEST(Executor, an_outcome_that_cannot_be_stored_ends_the_study_and_not_the_trial) {
  const TempDir temp;
  const StudyConfig config = some_study();
  SyntheticObjective steady(config, 0);
  const std::string expected = table_of(config, run_synthetic(config, temp / "steady", 1, steady));
  Sabotage sabotage(config, temp / "study");
  EXPECT_THROW(run_synthetic(config, temp / "study", 1, sabotage), Error);
  StudyStore::create(temp / "study", {});  // makes the table that lacks
  StudyStore store(temp / "study", Access::kRead);
  const std::vector<TrialRecord> trials = store.changes(config.space);
  ASSERT_GT(trials.size(), 2U);
  EXPECT_EQ(trials[2].state, TrialState::kRunning);
  SyntheticObjective rest(config, 0);
  EXPECT_EQ(table_of(config, run_synthetic(config, temp / "study", 1, rest)), expected);
}

}  // namespace
}  // namespace gradus::test
