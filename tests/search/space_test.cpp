// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/space.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/search/study_config.hpp"
#include "search/sampler.hpp"

namespace gradus::test {
namespace {

StudyConfig config_of(const std::string& search) {
  return parse_study_config("[search]\n" + search, "test.toml", {});
}

std::vector<std::string> settings_of(const std::string& search) {
  const StudyConfig config = config_of(search);
  const auto sampler = make_sampler(config, [](const Setting&) { return true; });
  std::vector<TrialRecord> trials;
  std::vector<std::string> texts;
  while (trials.size() < sampler->size().value()) {
    trials.push_back({.number = trials.size(), .setting = sampler->choose({.trials = trials})});
    texts.push_back(setting_text(config.space, trials.back().setting));
  }
  return texts;
}

TEST(Space, grid_runs_as_nested_loops_in_the_order_of_the_file) {
  const std::vector<std::string> expected = {"b=1 a=x", "b=1 a=y", "b=2 a=x", "b=2 a=y"};
  EXPECT_EQ(settings_of("[search.space]\nb = [1, 2]\na = [\"x\", \"y\"]\n"), expected);
}

TEST(Space, grid_visits_a_parameter_only_where_it_exists) {
  const std::vector<std::string> expected = {"o=sgd", "o=momentum m=0.5", "o=momentum m=0.9"};
  EXPECT_EQ(settings_of(
                "[search.space]\no = [\"sgd\", \"momentum\"]\nm = {values = [0.5, 0.9], when = {o = \"momentum\"}}\n"),
            expected);
}

TEST(Space, ranges_with_steps_and_counts_have_the_values_that_people_expect) {
  EXPECT_EQ(settings_of("[search.space]\na = {low = 0.1, high = 0.5, step = 0.1}\n"),
            (std::vector<std::string>{"a=0.1", "a=0.2", "a=0.3", "a=0.4", "a=0.5"}));
  EXPECT_EQ(settings_of("[search.space]\na = {low = 1e-4, high = 0.1, log = true, count = 4}\n"),
            (std::vector<std::string>{"a=0.0001", "a=0.001", "a=0.01", "a=0.1"}));
  EXPECT_EQ(settings_of("[search.space]\na = {low = 16, high = 48, step = 16}\n"),
            (std::vector<std::string>{"a=16", "a=32", "a=48"}));
}

TEST(Space, per_layer_widths_and_growth_become_the_network_of_the_setting) {
  const StudyConfig config = config_of(
      "[search.space]\ndepth = {low = 0, high = 3}\n"
      "network.hidden = {layers = \"depth\", each = {low = 4, high = 9}}\n");
  Setting setting = {"2", "5", "7", std::nullopt};
  EXPECT_EQ(config.space.apply(setting, config.base, 2, "t").network.hidden, (std::vector<std::uint64_t>{5, 7}));
  setting = {"0", std::nullopt, std::nullopt, std::nullopt};
  EXPECT_TRUE(config.space.apply(setting, config.base, 2, "t").network.hidden.empty());
  EXPECT_FALSE(config.space.exists(1, setting));

  const StudyConfig growing =
      config_of("[search.space]\ndepth = [1, 3]\nnetwork.hidden = {layers = \"depth\", growth = 2}\n");
  EXPECT_EQ(growing.space.apply({"3"}, growing.base, 5, "t").network.hidden, (std::vector<std::uint64_t>{10, 20, 40}));
  const StudyConfig texts = config_of("[search.space]\nw = [8, 16]\nnetwork.hidden = {text = \"{w},{w}\"}\n");
  EXPECT_EQ(texts.space.apply({"16"}, texts.base, 5, "t").network.hidden, (std::vector<std::uint64_t>{16, 16}));
}

TEST(Space, values_of_a_range_stay_inside_and_reach_both_ends) {
  for (const char* rule : {"{low = 3, high = 9}", "{low = 3, high = 9, log = true}", "{low = 3.0, high = 9.0}",
                           "{low = 3.0, high = 9.0, log = true}", "{low = 3, high = 9, step = 2}"}) {
    const StudyConfig config = config_of("sampler = \"random\"\ntrials = 1\n[search.space]\na = " + std::string(rule));
    const Parameter& a = config.space.parameters[0];
    std::set<double> seen;
    for (int i = 0; i < 1000; ++i) {
      const double value = number_in(a.text_at(i / 1000.0));
      EXPECT_TRUE(value >= 3.0 && value <= 9.0) << rule << " " << value;
      seen.insert(value);
    }
    EXPECT_LT(*seen.begin(), 3.1) << rule;
    EXPECT_GT(*seen.rbegin(), 8.9) << rule;
  }
}

TEST(Space, constraints_remove_settings_and_pass_over_parameters_that_do_not_exist) {
  const Constraint chain = parse_constraint("1 <= a < b", "t");
  const auto with = [](double a, double b) {
    return [a, b](const std::string& name) { return name == "a" ? a : name == "b" ? b : number_in(name); };
  };
  EXPECT_TRUE(chain.holds(with(1, 2)));
  EXPECT_FALSE(chain.holds(with(2, 2)));
  EXPECT_FALSE(chain.holds(with(0, 2)));
  EXPECT_TRUE(chain.holds(with(1, std::nan(""))));
  EXPECT_THROW(parse_constraint("a", "t"), InputError);
  EXPECT_THROW(parse_constraint("a =< 2", "t"), InputError);
  EXPECT_THROW(parse_constraint("a <=", "t"), InputError);
}

TEST(Space, identity_ignores_comments_and_key_order_but_not_values_or_loop_order) {
  const auto identity = [](const std::string& text) { return study_identity(config_of(text)); };
  const std::string base = identity("trials = 9\nseed = 2\n[search.space]\na = [1, 2]\nb = [3, 4]\n");
  EXPECT_EQ(base, identity("# note\nseed = 2\ntrials = 9\n[search.space]\na = [1, 2]\nb = [3, 4]\n"));
  EXPECT_NE(base, identity("trials = 9\nseed = 3\n[search.space]\na = [1, 2]\nb = [3, 4]\n"));
  EXPECT_NE(base, identity("trials = 9\nseed = 2\n[search.space]\nb = [3, 4]\na = [1, 2]\n"));
  EXPECT_NE(base, identity("trials = 9\nseed = 2\n[search.space]\na = [1, 2]\nb = [3, 5]\n"));
}

TEST(Sampler, sobol_puts_one_of_every_power_of_two_into_each_interval) {
  std::string space = "sampler = \"sobol\"\ntrials = 64\nseed = 12\n[search.space]\n";
  constexpr std::size_t kParameters = 21;
  for (std::size_t i = 0; i < kParameters; ++i) space += "p" + std::to_string(i) + " = {low = 0.0, high = 1.0}\n";
  const StudyConfig config = config_of(space);
  const auto sampler = make_sampler(config, [](const Setting&) { return true; });
  std::vector<TrialRecord> trials;
  while (trials.size() < 64) {
    trials.push_back({.number = trials.size(), .setting = sampler->choose({.trials = trials})});
  }
  for (std::size_t p = 0; p < kParameters; ++p) {
    std::set<int> intervals;
    for (const TrialRecord& trial : trials) intervals.insert(static_cast<int>(number_in(*trial.setting[p]) * 64));
    EXPECT_EQ(intervals.size(), 64U) << p;
  }
  // Dimensions must differ from each other: in the plane of any two, 64 points fill many of the 64 squares.
  for (std::size_t p = 1; p < kParameters; ++p) {
    std::set<int> squares;
    for (const TrialRecord& trial : trials) {
      squares.insert(static_cast<int>(number_in(*trial.setting[p - 1]) * 8) * 8 +
                     static_cast<int>(number_in(*trial.setting[p]) * 8));
    }
    EXPECT_GE(squares.size(), 16U) << p;
  }
}

TEST(Sampler, another_seed_gives_another_sequence_and_the_same_seed_the_same) {
  for (const char* name : {"random", "sobol", "tpe"}) {
    const auto first = [&](int seed) {
      const StudyConfig config =
          config_of("sampler = \"" + std::string(name) + "\"\ntrials = 3\nseed = " + std::to_string(seed) +
                    "\n[search.space]\na = {low = 0.0, high = 1.0}\n");
      return make_sampler(config, [](const Setting&) { return true; })->choose({});
    };
    EXPECT_EQ(first(1), first(1)) << name;
    EXPECT_NE(first(1), first(2)) << name;
  }
}

// Equal ratios are equally likely where a range is logarithmic, equal distances elsewhere; whole numbers with both
// ends.
TEST(Sampler, random_values_fill_ranges_evenly) {
  constexpr std::size_t kDraws = 4000;
  const StudyConfig config = config_of(
      "sampler = \"random\"\ntrials = 4000\nseed = 5\n[search.space]\na = {low = 1e-4, high = 1.0, log = true}\n"
      "b = {low = -2.0, high = 6.0}\nc = {low = 1, high = 8}\nd = [\"u\", \"v\", \"w\", \"x\"]\n");
  const auto sampler = make_sampler(config, [](const Setting&) { return true; });
  std::vector<TrialRecord> trials;
  std::map<std::string, std::size_t> counts;
  for (std::size_t n = 0; n < kDraws; ++n) {
    trials.push_back({.number = n, .setting = sampler->choose({.trials = trials})});
    const Setting& setting = trials.back().setting;
    ++counts["a" + std::to_string(static_cast<int>(std::floor(std::log10(number_in(*setting[0])))))];
    ++counts["b" + std::to_string(static_cast<int>(std::floor(number_in(*setting[1]) / 2.0)))];
    ++counts["c" + *setting[2]];
    ++counts["d" + *setting[3]];
  }
  EXPECT_EQ(counts.size(), 4U + 4U + 8U + 4U);
  for (const auto& [bin, count] : counts) {
    const double expected = static_cast<double>(kDraws) / (bin[0] == 'c' ? 8 : 4);
    EXPECT_NEAR(static_cast<double>(count), expected, 5 * std::sqrt(expected)) << bin;
  }
}

// A logarithmic range of whole numbers: value v stands for (v - step / 2, v + step / 2), and its share is that of the
// logarithms.
TEST(Space, whole_numbers_of_a_logarithmic_range_come_by_their_ratios) {
  struct Range {
    double low, high, step;
    const char* text;
  };
  constexpr int kPositions = 20000;
  for (const Range& range :
       {Range{1, 10, 1, "low = 1, high = 10"}, Range{1, 3, 1, "low = 1, high = 3"},
        Range{4, 64, 1, "low = 4, high = 64"}, Range{16, 512, 16, "low = 16, high = 512, step = 16"},
        Range{3, 7, 2, "low = 3, high = 8, step = 2"}, Range{5, 5, 1, "low = 5, high = 5"}}) {
    const StudyConfig config = config_of("sampler = \"random\"\ntrials = 1\n[search.space]\na = {log = true, " +
                                         std::string(range.text) + "}");
    std::map<double, int> counts;
    for (int i = 0; i < kPositions; ++i) {
      ++counts[number_in(config.space.parameters[0].text_at((i + 0.5) / kPositions))];
    }
    const double half = range.step / 2.0;
    const double width = std::log((range.high + half) / (range.low - half));
    for (double v = range.low; v <= range.high; v += range.step) {
      const double share = std::log((v + half) / (v - half)) / width;
      EXPECT_NEAR(counts[v] / static_cast<double>(kPositions), share, 2.0 / kPositions) << range.text << ": " << v;
    }
    EXPECT_GE(counts[range.low], counts[range.high]) << range.text;
  }
}

// What a learning sampler chooses depends on the finished generations alone, not on trials that happen to be done.
TEST(Sampler, tpe_looks_at_nothing_beyond_the_known_trials) {
  const StudyConfig config = config_of(
      "sampler = \"tpe\"\ntrials = 60\nseed = 5\nstartup = 10\ngeneration = 10\nobjective = "
      "\"valid_loss\"\n[search.space]\n"
      "a = {low = 0.0, high = 1.0}\nb = [1, 2, 3]\n");
  const auto sampler = make_sampler(config, [](const Setting&) { return true; });
  std::vector<TrialRecord> trials;
  for (std::size_t n = 0; n < 60; ++n) {
    const std::size_t known = n / 10 * 10;
    std::vector<TrialRecord> others = trials;
    for (std::size_t later = known; later < n; ++later) {
      others[later].state = TrialState::kWaiting;
      others[later].value.reset();
    }
    const Setting setting = sampler->choose({.trials = trials, .known = known});
    ASSERT_EQ(sampler->choose({.trials = others, .known = known}), setting) << n;
    TrialRecord trial{.number = n, .setting = setting};
    trial.state = TrialState::kComplete;
    trial.value = std::abs(number_in(*setting[0]) - 0.25);
    trials.push_back(trial);
  }
}

TEST(Sampler, constraints_hold_for_every_choice) {
  for (const char* name : {"random", "sobol", "tpe"}) {
    const StudyConfig config = config_of("sampler = \"" + std::string(name) +
                                         "\"\ntrials = 200\nseed = 8\nobjective = \"valid_loss\"\n[search.space]\na = "
                                         "{low = 0, high = 9}\nb = {low = 0, high = 9}\n");
    const auto feasible = [](const Setting& setting) { return number_in(*setting[0]) < number_in(*setting[1]); };
    const auto sampler = make_sampler(config, feasible);
    std::vector<TrialRecord> trials;
    for (std::size_t n = 0; n < 200; ++n) {
      trials.push_back({.number = n, .setting = sampler->choose({.trials = trials, .known = n})});
      trials.back().state = TrialState::kComplete;
      trials.back().value = number_in(*trials.back().setting[0]);
      ASSERT_TRUE(feasible(trials.back().setting)) << name;
    }
    const auto never = make_sampler(config, [](const Setting&) { return false; });
    EXPECT_THROW(never->choose({}), InputError) << name;
  }
}

}  // namespace
}  // namespace gradus::test
