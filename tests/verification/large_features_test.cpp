// Certificates where features are large and nobody scaled them (prices, 16-bit pixels): no claim about a right gradient
// fails, and a wrong one is still noticed.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "verification/random_problem.hpp"

namespace gradus::verification {
namespace {

Problem with_features_of(double size, std::uint64_t seed) {
  test::CaseOptions options;
  options.task = test::kAllTasks[seed % std::size(test::kAllTasks)];
  options.activation = kAllActivations[seed % kAllActivations.size()];
  options.depth = 2 + seed % 2;
  Problem problem = test::make_problem_from(test::make_random_case(options, 400 + seed));
  for (double& value : problem.x.span()) value = std::fabs(value) * size;
  return problem;
}

bool is_about_silence(const Claim& claim) {  // saturated units: the claim is there to say so
  return claim.claim == "not vacuous";
}

TEST(LargeFeatures, raise_no_false_alarm) {
  for (const double size : {1e4, 1e5, 1e6, 1e8}) {
    for (std::uint64_t seed = 0; seed < kAllActivations.size(); ++seed) {
      for (const Claim& claim : test::judge_problem(with_features_of(size, seed), textbook_gradient)) {
        EXPECT_TRUE(claim.holds || is_about_silence(claim))
            << size << ", case " << seed << ": " << claim.claim << ", " << claim.subject << ": " << claim.value
            << " not in [" << claim.lower << ", " << claim.bound << "] " << claim.unit;
      }
    }
  }
}

TEST(LargeFeatures, do_not_hide_a_wrong_gradient) {
  const Backward wrong = [](const Problem& problem) {
    Tangent gradient = textbook_gradient(problem);
    const std::vector<Group> groups = gradient.groups();
    const auto weights = std::ranges::find(groups, BlockRole::kWeight, &Group::role);
    const std::vector<double> right(gradient.values(*weights).begin(), gradient.values(*weights).end());
    std::ranges::transform(right, gradient.set(weights->layer, BlockRole::kWeight).begin(),
                           [](double value) { return value * (1.0 + 1e-3); });
    return gradient;
  };
  for (const double size : {1e4, 1e8}) {
    for (std::uint64_t seed = 0; seed < kAllActivations.size(); ++seed) {
      const Problem problem = with_features_of(size, seed);
      const std::vector<Claim> claims = test::judge_problem(problem, textbook_gradient);
      if (!std::ranges::all_of(claims, &Claim::holds)) continue;  // nothing flows: there is nothing to be wrong
      const std::vector<Claim> found = test::judge_problem(problem, wrong);
      EXPECT_FALSE(std::ranges::all_of(found, &Claim::holds)) << size << ", case " << seed;
    }
  }
}

}  // namespace
}  // namespace gradus::verification
