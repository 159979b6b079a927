// What every sampler with every scheduler must keep, failed trials and NaN included.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "search/synthetic.hpp"

namespace gradus::test {
namespace {

class Conformance : public testing::TestWithParam<std::tuple<const char*, const char*, int>> {
 protected:
  static StudyConfig config() {
    const auto [sampler, scheduler, repeats] = GetParam();
    // Fewer trials than the grid has for those that need a number; the grid has 5 * 3 * (1 + 2) = 45.
    const std::string trials = std::string(sampler) == "grid" ? "" : "trials = 40\n";
    return synthetic_config("sampler = \"" + std::string(sampler) + "\"\nscheduler = \"" + scheduler + "\"\n" + trials +
                            "generation = 8\nstartup = 6\nseed = 3\nrepeats = " + std::to_string(repeats) + "\n");
  }
};

TEST_P(Conformance, any_number_of_jobs_at_any_pace_gives_the_same_table) {
  const StudyConfig study = config();
  std::string expected;
  for (const unsigned jobs : {1U, 2U, 3U}) {
    const TempDir folder;
    SyntheticObjective objective(study, jobs);
    const std::string table = table_of(study, run_synthetic(study, folder / "study", jobs, objective));
    if (expected.empty()) expected = table;
    EXPECT_EQ(table, expected) << jobs << " jobs";
  }
}

TEST_P(Conformance, every_trial_ends_once_in_a_state_that_its_record_explains) {
  const StudyConfig study = config();
  const TempDir folder;
  SyntheticObjective objective(study, 5);
  const std::vector<TrialRecord> trials = run_synthetic(study, folder / "study", 3, objective);
  std::set<TrialState> states;
  for (const TrialRecord& trial : trials) {
    states.insert(trial.state);
    EXPECT_TRUE(trial.finished()) << trial.number;
    EXPECT_EQ(trial.state == TrialState::kFailed, !trial.error.empty()) << trial.number;
    EXPECT_EQ(trial.state == TrialState::kFailed, !trial.value.has_value()) << trial.number;
    EXPECT_TRUE(std::isfinite(trial.value.value_or(0.0))) << trial.number;
    if (trial.state == TrialState::kComplete) {
      EXPECT_EQ(trial.epochs(), kSyntheticEpochs);
      EXPECT_EQ(trial.runs.size(), study.options.repeats);
      EXPECT_FALSE(trial.runs[0].weights_sha256.empty());
    }
    EXPECT_TRUE(trial.state != TrialState::kPruned || trial.epochs() < kSyntheticEpochs) << trial.number;
  }
  EXPECT_TRUE(states.contains(TrialState::kComplete));
  EXPECT_TRUE(states.contains(TrialState::kFailed));
  EXPECT_EQ(states.contains(TrialState::kPruned), study.options.scheduler != "none");
  for (const auto& [rung, times] : objective.rungs_run) EXPECT_EQ(times, 1) << rung.first << " rung " << rung.second;
}

TEST_P(Conformance, settings_hold_exactly_the_parameters_that_exist_with_values_of_the_space) {
  const StudyConfig study = config();
  const TempDir folder;
  SyntheticObjective objective(study, 0);
  std::set<Setting> different;
  const std::vector<TrialRecord> trials = run_synthetic(study, folder / "study", 2, objective);
  for (const TrialRecord& trial : trials) {
    different.insert(trial.setting);
    for (std::size_t i = 0; i < study.space.parameters.size(); ++i) {
      const auto& choices = study.space.parameters[i].choices;
      EXPECT_EQ(trial.setting[i].has_value(), study.space.exists(i, trial.setting));
      if (!trial.setting[i]) continue;
      EXPECT_NE(std::find(choices.begin(), choices.end(), *trial.setting[i]), choices.end());
    }
  }
  // Sobol's points may fall into the same cell of a finite space; the others have no reason to repeat a setting.
  EXPECT_TRUE(study.options.sampler == "sobol" || different.size() == trials.size());
}

TEST_P(Conformance, a_study_stopped_again_and_again_ends_as_if_it_had_not_been) {
  const StudyConfig study = config();
  const TempDir folder;
  SyntheticObjective whole(study, 0);
  const std::string expected = table_of(study, run_synthetic(study, folder / "whole", 2, whole));
  SyntheticObjective objective(study, 9);
  std::string table;
  for (int life = 1; table.empty() && life < 1000; ++life) {
    std::atomic<bool> stop{false};
    std::thread killer([&stop, life] {
      std::this_thread::sleep_for(std::chrono::milliseconds(5 + 5 * life));
      stop.store(true);
    });
    try {
      table = table_of(study, run_synthetic(study, folder / "stopped", 2, objective, &stop));
    } catch (const Interrupted&) {
      table.clear();
    }
    killer.join();
  }
  EXPECT_EQ(table, expected);
  for (const auto& [rung, times] : objective.rungs_run) EXPECT_EQ(times, 1) << rung.first << " rung " << rung.second;
}

std::string name_of(const testing::TestParamInfo<Conformance::ParamType>& info) {
  const auto [sampler, scheduler, repeats] = info.param;
  return std::string(sampler) + "_" + scheduler + (repeats > 1 ? "_repeated" : "");
}

INSTANTIATE_TEST_SUITE_P(All, Conformance,
                         testing::Combine(testing::Values("grid", "random", "sobol", "tpe"),
                                          testing::Values("none", "median", "halving", "hyperband"),
                                          testing::Values(1)),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Repeated, Conformance,
                         testing::Combine(testing::Values("tpe"), testing::Values("median", "hyperband"),
                                          testing::Values(3)),
                         name_of);

}  // namespace
}  // namespace gradus::test
