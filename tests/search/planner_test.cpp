// SPDX-License-Identifier: Apache-2.0
#include "search/planner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gradus/search/importance.hpp"
#include "search/synthetic.hpp"

namespace gradus::test {
namespace {

TEST(Bracket, halving_keeps_one_of_reduction_and_ends_with_the_whole_training) {
  SearchOptions options;
  options.scheduler = "halving";
  const auto brackets = make_brackets(options, 27, 9, false);
  ASSERT_EQ(brackets.size(), 1U);
  ASSERT_EQ(brackets[0].rungs.size(), 3U);
  EXPECT_EQ(brackets[0].rungs[0].epochs, 1U);
  EXPECT_EQ(brackets[0].rungs[0].keep, 9U);
  EXPECT_EQ(brackets[0].rungs[1].epochs, 3U);
  EXPECT_EQ(brackets[0].rungs[1].keep, 3U);
  EXPECT_EQ(brackets[0].rungs[2].epochs, 9U);
  EXPECT_EQ(planned_epochs(brackets), 27U + 9U * 2U + 3U * 6U);
}

// The table of Li et al. 2018 for R = 81, eta = 3: brackets of 81, 34, 15, 8 and 5 settings.
TEST(Bracket, hyperband_has_the_sizes_of_its_paper) {
  SearchOptions options;
  options.scheduler = "hyperband";
  const auto brackets = make_brackets(options, 81 + 34 + 15 + 8 + 5 + 10, 81, false);
  ASSERT_EQ(brackets.size(), 6U);
  const std::size_t counts[] = {81, 34, 15, 8, 5, 10};
  const std::size_t first_epochs[] = {1, 3, 9, 27, 81, 1};
  for (std::size_t b = 0; b < 6; ++b) {
    EXPECT_EQ(brackets[b].count, counts[b]) << b;
    EXPECT_EQ(brackets[b].rungs.front().epochs, first_epochs[b]) << b;
    EXPECT_EQ(brackets[b].rungs.back().epochs, 81U) << b;
  }
}

TEST(Bracket, of_any_options_cover_all_trials_with_rungs_that_grow) {
  RandomStream random(2, Purpose::kTest);
  for (int i = 0; i < 2000; ++i) {
    SearchOptions options;
    constexpr const char* kSchedulers[] = {"none", "median", "halving", "hyperband"};
    options.scheduler = kSchedulers[random.below(4)];
    options.reduction = 2 + random.below(4);
    options.min_epochs = 1 + random.below(6);
    options.generation = 1 + random.below(12);
    const std::size_t trials = 1 + random.below(100);
    const std::size_t epochs = options.min_epochs + random.below(100);
    std::size_t next = 0;
    for (const Bracket& bracket : make_brackets(options, trials, epochs, random.below(2) == 0)) {
      ASSERT_EQ(bracket.first, next);
      ASSERT_GE(bracket.count, 1U);
      next += bracket.count;
      ASSERT_EQ(bracket.rungs.back().epochs, epochs);
      ASSERT_GE(bracket.rungs.front().epochs, options.min_epochs / options.reduction);
      std::size_t runs = bracket.count;
      for (std::size_t r = 0; r + 1 < bracket.rungs.size(); ++r) {
        ASSERT_LT(bracket.rungs[r].epochs, bracket.rungs[r + 1].epochs);
        ASSERT_EQ(bracket.rungs[r].keep, std::max<std::size_t>(1, runs / options.reduction));
        runs = bracket.rungs[r].keep;
      }
    }
    ASSERT_EQ(next, trials);
  }
}

// Everything that can be chosen and decided, in steps of at most `most` records.
void advance(Planner& planner, TrialTable& trials, std::size_t most = SIZE_MAX) {
  while (planner.can_choose(trials)) trials.put(planner.choose(trials));
  while (!planner.decide(trials, most).empty()) {
  }
}

// Random values, equal ones and NaN among them, told in random order: of every rung exactly the best go on, none that
// was pruned ranks before one that was kept, and the records do not depend on the order.
TEST(Planner, decides_rungs_by_rank_alone) {
  const StudyConfig config =
      synthetic_config("sampler = \"random\"\nscheduler = \"hyperband\"\ntrials = 30\nreduction = 3\n");
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::vector<TrialRecord> first;
    for (std::uint64_t order = 1; order <= 3; ++order) {
      Planner planner(config, make_sampler(config, [](const Setting&) { return true; }), 9);
      RandomStream shuffle(order, Purpose::kTest, seed);
      TrialTable table(config, planner.brackets());
      while (true) {
        advance(planner, table, 1 + order);
        const std::vector<std::size_t> ready(table.ready().begin(), table.ready().end());
        if (ready.empty()) break;
        TrialRecord trial = table[ready[shuffle.below(ready.size())]];
        RandomStream values(seed, Purpose::kTest, 100 * trial.number + trial.rung);
        const std::uint64_t draw = values.below(12);
        const std::size_t epochs = planner.bracket_of(trial.number).rungs[trial.rung].epochs;
        planner.record_rung(trial, {.epochs = epochs, .value = draw == 0 ? std::nan("") : static_cast<double>(draw)});
        table.put(std::move(trial));
      }
      ASSERT_TRUE(planner.finished(table));
      const std::vector<TrialRecord>& trials = table.all();
      if (first.empty()) first = trials;
      ASSERT_EQ(table_of(config, trials), table_of(config, first));
      for (const Bracket& bracket : planner.brackets()) {
        for (std::size_t r = 0; r + 1 < bracket.rungs.size(); ++r) {
          std::vector<TrialRecord> kept;
          std::vector<TrialRecord> pruned;
          for (std::size_t n = bracket.first; n < bracket.first + bracket.count; ++n) {
            if (trials[n].rungs.size() <= r) continue;
            TrialRecord then = trials[n];
            const bool went_on = then.rungs.size() > r + 1;
            then.rungs.resize(r + 1);
            then.value = then.rungs.back().value;
            (went_on ? kept : pruned).push_back(then);
          }
          ASSERT_LE(kept.size(), bracket.rungs[r].keep);
          for (const TrialRecord& good : kept) {
            for (const TrialRecord& bad : pruned) {
              const bool bad_is_better = bad.value < good.value || (std::isnan(*good.value) && !std::isnan(*bad.value));
              ASSERT_FALSE(bad_is_better) << "seed " << seed << ": " << bad.number << " before " << good.number;
            }
          }
        }
      }
    }
  }
}

TEST(Planner, promotes_the_best_of_a_rung_whatever_the_order_of_results) {
  const StudyConfig config = synthetic_config("sampler = \"random\"\nscheduler = \"halving\"\ntrials = 6\n");
  const auto feasible = [](const Setting&) { return true; };
  Planner planner(config, make_sampler(config, feasible), 9);
  TrialTable trials(config, planner.brackets());
  advance(planner, trials);
  ASSERT_EQ(trials.size(), 6U);
  const double values[] = {0.5, 0.3, 0.9, 0.3, 0.1, 0.2};
  for (const std::size_t n : {5U, 2U, 0U, 3U, 1U}) {
    TrialRecord trial = trials[n];
    planner.record_rung(trial, {.epochs = 1, .value = values[n]});
    trials.put(std::move(trial));
  }
  EXPECT_TRUE(planner.decide(trials).empty()) << "trial 4 is still missing";
  TrialRecord failed = trials[4];
  failed.state = TrialState::kFailed;
  failed.error = "diverged";
  trials.put(std::move(failed));
  EXPECT_EQ(planner.decide(trials, 2).size(), 2U);
  EXPECT_EQ(planner.decide(trials, 100).size(), 3U);
  EXPECT_TRUE(planner.decide(trials).empty());
  // Two of six go on: 5 with 0.2, and of 1 and 3, both 0.3, the earlier one.
  for (const std::size_t n : {1U, 5U}) EXPECT_TRUE(trials[n].ready() && trials[n].rung == 1) << n;
  for (const std::size_t n : {0U, 2U, 3U}) EXPECT_EQ(trials[n].state, TrialState::kPruned) << n;
}

TEST(Planner, tpe_prefers_the_good_region_once_it_has_seen_results) {
  const StudyConfig config = parse_study_config(
      "[search]\nsampler = \"tpe\"\ntrials = 120\ngeneration = 10\nobjective = \"valid_loss\"\n[search.space]\n"
      "x = {low = 0.0, high = 1.0}\ny = {low = 0.0, high = 1.0}\n",
      "t", {});
  Planner planner(config, make_sampler(config, [](const Setting&) { return true; }), 9);
  TrialTable trials(config, planner.brackets());
  const auto loss = [](const TrialRecord& t) {
    const double x = number_in(*t.setting[0]) - 0.8;
    const double y = number_in(*t.setting[1]) - 0.3;
    return x * x + y * y;
  };
  std::size_t told = 0;
  while (!planner.finished(trials)) {
    advance(planner, trials);
    for (; told < trials.size(); ++told) {
      TrialRecord trial = trials[told];
      planner.record_rung(trial, {.epochs = 9, .value = loss(trial)});
      trials.put(std::move(trial));
    }
  }
  double early = 0.0;
  double late = 0.0;
  for (std::size_t n = 0; n < 10; ++n) early += loss(trials[n]) / 10;
  for (std::size_t n = 110; n < 120; ++n) late += loss(trials[n]) / 10;
  EXPECT_LT(late, early / 2);
}

TEST(Importance, finds_the_parameter_that_matters_and_gives_none_to_the_others) {
  const StudyConfig config = parse_study_config(
      "[search]\nobjective = \"valid_loss\"\n[search.space]\n"
      "matters = [1, 2, 3]\nnot = [\"a\", \"b\"]\nrange = {low = 0, high = 49}\n",
      "t", {});
  std::vector<TrialRecord> trials;
  RandomStream random(4, Purpose::kTest);
  for (int i = 0; i < 300; ++i) {
    TrialRecord trial{.number = trials.size()};
    trial.setting = {std::to_string(1 + i % 3), i / 3 % 2 == 0 ? "a" : "b", std::to_string(random.below(50))};
    trial.state = TrialState::kComplete;
    trial.value = i % 3 + 0.3 * random.normal();
    trials.push_back(trial);
  }
  const auto importance = parameter_importance(config.space, trials);
  EXPECT_EQ(importance[0].name, "matters");
  for (const ParameterImportance& one : importance) {
    EXPECT_GE(one.error, 0.0);
    EXPECT_LT(one.error, 0.05);
  }
  EXPECT_NEAR(importance[0].share + importance[1].share + importance[2].share + unexplained_share(importance), 1.0,
              1e-12);
  EXPECT_NEAR(importance[0].share, (2.0 / 3) / (2.0 / 3 + 0.09), 0.05);
  EXPECT_LT(importance[1].share, 0.03);
  EXPECT_LT(importance[2].share, 0.03);
  for (TrialRecord& trial : trials) trial.state = TrialState::kFailed;
  EXPECT_TRUE(parameter_importance(config.space, trials).empty());
}

// Three numbers, of which the first explains half of the variance.
std::vector<TrialRecord> noisy_trials(std::size_t count, std::uint64_t seed) {
  std::vector<TrialRecord> trials;
  RandomStream random(seed, Purpose::kTest);
  for (std::size_t i = 0; i < count; ++i) {
    TrialRecord trial{.number = i};
    for (int p = 0; p < 3; ++p) trial.setting.emplace_back(std::to_string(random.uniform()));
    trial.state = TrialState::kComplete;
    trial.value = number_in(*trial.setting[0]) + std::sqrt(1.0 / 12.0) * random.normal();
    trials.push_back(trial);
  }
  return trials;
}

TEST(Importance, says_nothing_of_few_trials_and_never_more_than_all) {
  const StudyConfig config = parse_study_config(
      "[search]\nobjective = \"valid_loss\"\n[search.space]\na = {low = 0.0, high = 1.0}\n"
      "b = {low = 0.0, high = 1.0}\nc = {low = 0.0, high = 1.0}\n",
      "t", {});
  EXPECT_EQ(trials_for_importance(config.space), 24U);
  EXPECT_TRUE(parameter_importance(config.space, noisy_trials(23, 1)).empty());
  double sum = 0.0;
  double squares = 0.0;
  double error = 0.0;
  constexpr int kStudies = 60;
  for (int study = 0; study < kStudies; ++study) {
    const auto importance = parameter_importance(config.space, noisy_trials(study < 20 ? 24 : 100, study));
    double all = 0.0;
    for (const ParameterImportance& one : importance) all += one.share;
    EXPECT_LE(all, 1.0 + 1e-12);
    if (study < 20) continue;
    ASSERT_EQ(importance[0].name, "a");
    sum += importance[0].share;
    squares += importance[0].share * importance[0].share;
    error += importance[0].error / 40.0;
  }
  const double mean = sum / 40.0;
  EXPECT_NEAR(mean, 0.5, 0.1);
  const double spread = std::sqrt(squares / 40.0 - mean * mean);
  EXPECT_GT(error, spread / 2.0) << "the error bar is about what other studies would have given";
  EXPECT_LT(error, spread * 2.0);
}

}  // namespace
}  // namespace gradus::test
