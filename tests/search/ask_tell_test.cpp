// Trials that somebody else runs: what is proposed, what may be told.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/ask_tell.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/refusal.hpp"

namespace gradus {
namespace {

AskTell make_search(const std::string& options, const std::string& space = "x = {low = -2.0, high = 2.0}") {
  return AskTell(parse_study_config("[search]\n" + options + "\n[search.space]\n" + space + "\n", "search", {}));
}

double asked_x(const TrialRecord& trial) {
  return number_in(*trial.setting[0]);
}

TEST(AskTell, TpeComesNearTheBestAndRandomDoesNotWait) {
  AskTell search = make_search("sampler = \"tpe\"\ntrials = 80");
  while (const auto trial = search.ask()) search.tell(trial->number, std::pow(asked_x(*trial) - 1.0, 2));
  ASSERT_NE(search.best(), nullptr);
  EXPECT_LT(*search.best()->value, 1e-3);
  AskTell random = make_search("sampler = \"random\"\ntrials = 30");
  std::size_t asked = 0;
  while (random.ask()) ++asked;
  EXPECT_EQ(asked, 30U);
  EXPECT_EQ(random.best(), nullptr);
}

TEST(AskTell, OrderOfTellingDoesNotChangeProposals) {
  const auto settings = [](bool backwards) {
    AskTell search = make_search("sampler = \"tpe\"\ntrials = 40\nseed = 5");
    std::vector<double> seen;
    while (seen.size() < 40) {
      std::vector<TrialRecord> generation;
      for (int i = 0; i < 10; ++i) generation.push_back(*search.ask());
      for (const TrialRecord& trial : generation) seen.push_back(asked_x(trial));
      for (std::size_t i = 0; i < generation.size(); ++i) {
        const TrialRecord& trial = generation[backwards ? generation.size() - 1 - i : i];
        search.tell(trial.number, std::abs(asked_x(trial)));
      }
    }
    return seen;
  };
  EXPECT_EQ(settings(false), settings(true));
}

TEST(AskTell, ObjectiveSaysWhatIsBetterAndFailedTrialsAreNone) {
  AskTell search = make_search("objective = \"valid_accuracy\"", "x = [1, 2, 3]");
  EXPECT_EQ(search.num_trials(), 3U);
  while (const auto trial = search.ask()) search.tell(trial->number, trial->number == 2 ? NAN : asked_x(*trial));
  EXPECT_EQ(search.best()->number, 1U);
}

TEST(AskTell, ConstraintsHold) {
  AskTell search = make_search("constraints = [\"x < y\"]", "x = [1, 2]\ny = [1, 2]");
  std::vector<TrialRecord> trials;
  while (const auto trial = search.ask()) trials.push_back(*trial);
  ASSERT_EQ(trials.size(), 1U);
  EXPECT_EQ(*trials[0].setting[1], "2");
}

TEST(AskTell, RefusesWhatItCannotDo) {
  EXPECT_EQ(test::refusal_of([] { make_search("scheduler = \"median\"\ntrials = 5"); }),
            "search.scheduler: expected none, where values are told when a trial has ended, found 'median'");
  EXPECT_EQ(test::refusal_of([] { make_search("constraints = [\"parameters < 9\"]\ntrials = 5"); }),
            "search.constraints: expected numbers and parameters of the space, where no network is known, found "
            "'parameters < 9'");
  AskTell search = make_search("sampler = \"tpe\"\ntrials = 50");
  EXPECT_EQ(test::refusal_of([&] { search.tell(0, 1.0); }),
            "search: expected the value of a trial that was asked for and not told yet, found trial 0");
  EXPECT_EQ(test::refusal_of([&] {
              while (search.ask()) {
              }
            }),
            "search: expected the values of the trials that run, which the sampler learns from, found 10 that were not "
            "told; tell them before asking for more, or use the sampler random");
}

}  // namespace
}  // namespace gradus
