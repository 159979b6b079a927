// What a study's step costs does not grow with the study, and nobody is turned away by somebody who writes.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <set>

#include "core/median.hpp"
#include "gradus/core/sha256.hpp"
#include "gradus/search/study.hpp"
#include "search/parzen_density.hpp"
#include "search/synthetic.hpp"

namespace gradus::test {
namespace {

// What every connection to a database runs, in order. SQLite tells it to whoever was there before the connection.
std::vector<std::string> statements;  // NOLINT: the callback has no other way

int on_traced(unsigned /*event*/, void* /*context*/, void* statement, void* /*text*/) {
  statements.emplace_back(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
  return 0;
}

int trace(sqlite3* database, const char** /*error*/, const void* /*routines*/) {
  return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, on_traced, nullptr);
}

// The statements of a study that one worker runs from its beginning to its end.
std::vector<std::string> statements_of(const StudyConfig& config, const std::string& folder) {
  SyntheticObjective objective(config, 0);
  const auto entry = reinterpret_cast<void (*)()>(trace);
  statements.clear();
  sqlite3_auto_extension(entry);
  run_synthetic(config, folder, 1, objective);
  sqlite3_cancel_auto_extension(entry);
  return statements;
}

StudyConfig long_study(const std::string& scheduler) {
  return synthetic_config("sampler = \"sobol\"\ntrials = 900\ngeneration = 300\nmin_epochs = 1\nscheduler = \"" +
                          scheduler + "\"\n");
}

class StudyCost : public testing::TestWithParam<const char*> {
 protected:
  TempDir temp_;
};

TEST_P(StudyCost, no_statement_of_a_step_reads_a_table_from_end_to_end) {
  const std::string folder = temp_ / "study";
  const std::vector<std::string> all = statements_of(long_study(GetParam()), folder);
  // What follows the first transaction of a trial; before it a process reads what there is, once.
  const auto begin = std::ranges::find_if(all, [](const std::string& sql) { return sql.starts_with("UPDATE study"); });
  const std::set<std::string> steps(begin, all.end());
  EXPECT_GE(steps.size(), 5U);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((folder + "/study.sqlite").c_str(), &database), SQLITE_OK);
  for (const std::string& sql : steps) {
    sqlite3_stmt* plan = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(database, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &plan, nullptr), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
      const std::string line = reinterpret_cast<const char*>(sqlite3_column_text(plan, 3));
      EXPECT_THAT(
          line, testing::AllOf(testing::Not(testing::StartsWith("SCAN t")), testing::Not(testing::StartsWith("SCAN e")),
                               testing::Not(testing::HasSubstr("TEMP B-TREE"))))
          << sql;
    }
    sqlite3_finalize(plan);
  }
  sqlite3_close(database);
}

TEST_P(StudyCost, no_transaction_stores_more_than_some_hundred_records) {
  std::size_t stored = 0;
  std::size_t most = 0;
  for (const std::string& sql : statements_of(long_study(GetParam()), temp_ / "study")) {
    if (sql.starts_with("BEGIN")) stored = 0;
    if (sql.starts_with("INSERT OR REPLACE INTO trials")) ++stored;
    most = std::max(most, stored);
  }
  EXPECT_GE(most, 2U);
  EXPECT_LE(most, 202U);
}

INSTANTIATE_TEST_SUITE_P(All, StudyCost, testing::Values("none", "median", "halving", "hyperband"),
                         [](const auto& one) { return std::string(one.param); });

// Another process has given the study more trials: their rules are that one's.
TEST(Executor, runs_no_trial_beyond_those_that_it_knows_the_brackets_of) {
  const TempDir temp;
  const std::string keys = "sampler = \"random\"\nscheduler = \"median\"\ngeneration = 10\nstartup = 3\n";
  const StudyConfig larger = synthetic_config(keys + "trials = 30\n");
  const StudyConfig smaller = synthetic_config(keys + "trials = 15\n");
  SyntheticObjective some(larger, 0);
  const std::vector<TrialRecord> whole = run_synthetic(larger, temp / "whole", 1, some);
  SyntheticObjective first(smaller, 0);
  run_synthetic(smaller, temp / "grown", 1, first);
  {
    StudyStore store(temp / "grown", Access::kWrite);
    TrialRecord next = whole[15];
    next = {.number = 15, .setting = next.setting};
    store.changes(larger.space);
    store.transaction([&] { store.save(larger.space, next); });
  }
  SyntheticObjective again(smaller, 0);
  EXPECT_EQ(run_synthetic(smaller, temp / "grown", 1, again).size(), 16U);
  EXPECT_TRUE(again.rungs_run.empty());
  SyntheticObjective rest(larger, 0);
  EXPECT_EQ(table_of(larger, run_synthetic(larger, temp / "grown", 1, rest)), table_of(larger, whole));
}

class BusyWriter {
 public:
  explicit BusyWriter(const std::string& folder) {
    EXPECT_EQ(sqlite3_open((folder + "/study.sqlite").c_str(), &database_), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  }
  BusyWriter(const BusyWriter&) = delete;
  BusyWriter& operator=(const BusyWriter&) = delete;
  ~BusyWriter() { sqlite3_close(database_); }

 private:
  sqlite3* database_ = nullptr;
};

TEST(BusyStudy, is_waited_for_and_who_waits_can_be_stopped) {
  const TempDir temp;
  const StudyConfig config = synthetic_config("sampler = \"random\"\ntrials = 4\n");
  SyntheticObjective objective(config, 0);
  run_synthetic(config, temp / "study", 1, objective);
  auto writer = std::make_optional<BusyWriter>(temp / "study");
  int heard = 0;
  StudyStore store(temp / "study", Access::kWrite, [&](double seconds) {
    EXPECT_GE(seconds, 0.0);
    if (++heard == 20) writer.reset();
    return true;
  });
  bool ran = false;
  store.transaction([&] { ran = true; });
  EXPECT_TRUE(ran);
  EXPECT_GE(heard, 20);
  writer.emplace(temp / "study");
  StudyStore stopped(temp / "study", Access::kWrite, [](double) { return false; });
  EXPECT_THROW(stopped.transaction([] {}), Interrupted);
}

TEST(RunningMedian, is_the_median_of_what_was_added) {
  RandomStream random(3, Purpose::kTest);
  RunningMedian running;
  std::vector<double> values;
  for (int i = 0; i < 500; ++i) {
    values.push_back(static_cast<double>(random.below(60)));
    running.add(values.back());
    ASSERT_EQ(running.value(), median(values));
    ASSERT_EQ(running.size(), values.size());
  }
}

// Few points and many, in the middle and at the ends, with values that do not exist.
TEST(ParzenDensity, rough_values_are_near_the_exact_ones) {
  const StudyConfig config = parse_study_config(
      "[search]\n[search.space]\na = {low = 0.0, high = 1.0}\nb = {low = 1, high = 9}\nc = [\"x\", \"y\", \"z\"]\n"
      "d = {low = 0.0, high = 1.0, when = {c = \"x\"}}\n",
      "t", {});
  RandomStream random(1, Purpose::kTest);
  for (const std::size_t count : {1U, 30U, 500U, 5000U}) {
    const bool narrow = count == 30;
    const auto draw = [&] {
      const auto place = [&] { return narrow ? 0.001 * random.uniform() : random.uniform(); };
      Point point = {place(), place(), static_cast<double>(random.below(3)), -1.0};
      if (point[2] == 0.0) point[3] = place();
      return point;
    };
    std::vector<Point> points(count);
    std::ranges::generate(points, draw);
    std::vector<const Point*> all;
    for (const Point& point : points) all.push_back(&point);
    const ParzenDensity density(config.space, all);
    for (int i = 0; i < 50; ++i) {
      Point x = draw();
      if (i == 0) x = {0.0, 0.999999, 0.0, 0.5};
      EXPECT_NEAR(density.rough_log_density(x), density.log_density(x), ParzenDensity::kRoughness / 2) << count;
    }
  }
}

// What tpe proposes is part of a study: 400 trials of a formula, whose settings have this hash since the first version.
TEST(Sampler, tpe_proposes_what_it_always_did) {
  const StudyConfig config = parse_study_config(
      "[search]\nsampler = \"tpe\"\nobjective = \"valid_loss\"\ntrials = 400\nseed = 2\n[search.space]\n"
      "a = {low = 0.0, high = 1.0}\nb = {low = 1e-3, high = 1.0, log = true}\nc = [\"x\", \"y\"]\n"
      "d = {low = 1, high = 30, when = {c = \"x\"}}\n",
      "t", {});
  const auto sampler = make_sampler(config, [](const Setting&) { return true; });
  std::vector<TrialRecord> trials;
  std::string text;
  for (std::size_t n = 0; n < config.options.trials; ++n) {
    TrialRecord trial{.number = n, .setting = sampler->choose({.trials = trials, .known = n / 10 * 10})};
    trial.state = n % 9 == 4 ? TrialState::kFailed : TrialState::kComplete;
    const double distance = number_in(*trial.setting[0]) - 0.3;
    trial.value = distance * distance + number_in(*trial.setting[1]) + (trial.setting[3] ? 0.0 : 0.2);
    text += setting_text(config.space, trial.setting) + "\n";
    trials.push_back(std::move(trial));
  }
  EXPECT_EQ(sha256_hex(std::as_bytes(std::span(text.data(), text.size()))),
            "b1c0a9ab7cbd96f4529b48b1c6085beb72148aed3925d04950283b703c1735ca");
}

}  // namespace
}  // namespace gradus::test
