// Taylor remainders: their slopes on networks of every kind of layer, and what each claim says about a gradient that is
// wrong in a known way.
// SPDX-License-Identifier: Apache-2.0
#include "verification/taylor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "verification/random_problem.hpp"

namespace gradus::verification {
namespace {

std::vector<TaylorEvidence> measured(const Subject& subject, std::uint64_t seed = 1) {
  std::vector<TaylorEvidence> evidence;
  Work work;
  measure_taylor(subject, {.seed = seed}, evidence, work);
  work.run(1, {});
  return evidence;
}

std::vector<Claim> judged(const std::vector<TaylorEvidence>& evidence, const Tangent& gradient) {
  std::vector<Claim> claims;
  for (const TaylorEvidence& one : evidence) judge_taylor(one, "Taylor", gradient, claims);
  return claims;
}

std::size_t count_failing(const std::vector<Claim>& claims, std::string_view name) {
  return static_cast<std::size_t>(
      std::ranges::count_if(claims, [name](const Claim& claim) { return claim.claim == name && !claim.holds; }));
}

Problem smooth_problem(LayerKind kind, std::uint64_t seed) {
  return test::make_problem_from(
      test::make_random_case({.activation = ActivationKind::kTanh, .depth = 3, .kind = kind}, seed));
}

TEST(Taylor, slopes_are_one_two_and_three_through_every_kind_of_layer) {
  for (const LayerKind kind : kAllLayerKinds) {
    std::size_t fitted = 0;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      const Subject subject(smooth_problem(kind, seed));
      for (const Claim& claim : judged(measured(subject), textbook_gradient(subject.problem))) {
        EXPECT_TRUE(claim.holds) << layer_kind_name(kind) << " " << seed << ": " << claim.claim << ", " << claim.subject
                                 << ": " << claim.value;
        fitted += claim.unit == "slope" ? 1 : 0;
      }
    }
    EXPECT_GT(fitted, 150U) << layer_kind_name(kind) << ": windows are wide enough to fit a slope";
  }
}

TEST(Taylor, a_wrong_gradient_bends_the_second_slope_and_leaves_the_first) {
  for (const LayerKind kind : kAllLayerKinds) {
    const Subject subject(smooth_problem(kind, 3));
    const std::vector<TaylorEvidence> evidence = measured(subject);
    Tangent gradient = textbook_gradient(subject.problem);
    EXPECT_EQ(count_failing(judged(evidence, gradient), "Taylor remainder, slope 2"), 0U);
    for (const Group& group : gradient.groups()) {
      for (double& g : gradient.values(group)) g *= 1.01;
    }
    const std::vector<Claim> claims = judged(evidence, gradient);
    EXPECT_EQ(count_failing(claims, "Taylor remainder, slope 1"), 0U) << layer_kind_name(kind);
    EXPECT_GT(count_failing(claims, "Taylor remainder, slope 2"), 5U) << layer_kind_name(kind);
    EXPECT_GT(count_failing(claims, "Taylor remainder, slope 3"), 5U) << layer_kind_name(kind);
    EXPECT_GT(count_failing(claims, "Taylor constant"), 5U) << layer_kind_name(kind);
  }
}

TEST(Taylor, notices_a_millionth) {
  const Subject subject(smooth_problem(LayerKind::kDense, 4));
  const std::vector<TaylorEvidence> evidence = measured(subject);
  Tangent gradient = textbook_gradient(subject.problem);
  for (double& g : gradient.values({0, BlockRole::kWeight})) g *= 1.0 + 1e-5;
  EXPECT_GT(count_failing(judged(evidence, gradient), "Taylor remainder, slope 3"), 0U);
}

TEST(Taylor, a_wrong_second_derivative_fails) {
  const Subject subject(smooth_problem(LayerKind::kBatchNorm, 5));
  std::vector<TaylorEvidence> evidence = measured(subject);
  const auto with = std::ranges::find_if(evidence, [](const TaylorEvidence& one) { return one.with_curvature; });
  ASSERT_NE(with, evidence.end());
  const Tangent gradient = textbook_gradient(subject.problem);
  EXPECT_EQ(count_failing(judged(evidence, gradient), "second derivative"), 0U);
  with->curvature *= 1.0 + 1e-6;
  EXPECT_EQ(count_failing(judged(evidence, gradient), "second derivative"), 1U);
}

TEST(Taylor, remainders_of_a_quadratic_vanish_behind_the_second) {
  // One linear layer under the squared error.
  const Subject subject(test::make_problem_from(test::make_random_case({.task = test::Task::kMse, .depth = 1}, 6)));
  const std::vector<TaylorEvidence> evidence = measured(subject);
  const Tangent gradient = textbook_gradient(subject.problem);
  const auto weights =
      std::ranges::find_if(evidence, [](const TaylorEvidence& one) { return one.subject == "layer 1 weights"; });
  TaylorCurve curve;
  std::vector<Claim> claims;
  judge_taylor(*weights, "Taylor", gradient, claims, &curve);
  EXPECT_TRUE(curve.vanishes[2]);
  EXPECT_FALSE(curve.vanishes[1]);
  EXPECT_NEAR(curve.slope[1], 2.0, 1e-3);
  for (const Claim& claim : claims) EXPECT_TRUE(claim.holds) << claim.claim;
}

TEST(Taylor, combinations_are_all_weights_all_biases_and_so_on) {
  const Subject subject(smooth_problem(LayerKind::kBatchNorm, 7));
  std::vector<std::string> names;
  for (const TaylorEvidence& one : measured(subject)) {
    if (one.groups.size() > 1) names.push_back(one.subject);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"weights of all layers", "biases of all layers", "scale of all layers",
                                             "shift of all layers", "inputs of all layers", "everything at once"}));
}

// softplus(60 t - 20) is e^-20 e^(60 t) to all orders at t = 0, and steep from 1/3 on.
TEST(Taylor, does_not_trust_its_terms_where_the_function_is_elsewhere) {
  NetworkSpec spec{.num_inputs = 1,
                   .layers = {{.units = 1, .activation = make_activation(ActivationKind::kSoftplus)}, {.units = 1}},
                   .output = OutputKind::kLinear,
                   .loss = {.kind = LossKind::kMeanSquaredError}};
  Problem problem;
  problem.network = Network<double>(spec);
  problem.network.weights(0)(0, 0) = 60.0;
  problem.network.weights(1)(0, 0) = 1.0;
  problem.network.biases(0)[0] = -80.0;
  problem.x = Matrix<double>(1, 1);
  problem.x(0, 0) = 1.0;
  problem.values = Matrix<double>(1, 1);
  problem.values(0, 0) = -1.0;
  const Subject subject(problem);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const Claim& claim : judged(measured(subject, seed), textbook_gradient(subject.problem))) {
      EXPECT_TRUE(claim.holds) << seed << ": " << claim.claim << ", " << claim.subject << ": " << claim.value;
    }
  }
  const test::RandomCase c = test::make_random_case(
      {.task = test::Task::kSigmoidFloored, .activation = ActivationKind::kIdentity, .depth = 7}, 5778);
  const Subject steep(test::make_problem_from(c));
  for (std::uint64_t seed = 770; seed < 785; ++seed) {
    for (const Claim& claim : judged(measured(steep, seed), textbook_gradient(steep.problem))) {
      EXPECT_TRUE(claim.holds) << seed << ": " << claim.claim << ", " << claim.subject << ": " << claim.value;
    }
  }
}

// A parabola that crosses Huber's kink on the way and comes back: the largest step stops before it.
TEST(Taylor, looks_for_kinks_along_the_whole_way) {
  test::CaseOptions options{.task = test::Task::kHuber, .activation = ActivationKind::kIdentity, .depth = 4};
  options.sample_weights = options.dropout = true;
  const test::RandomCase c = test::make_random_case(options, 70972);
  const Subject subject(test::make_problem_from(c));
  for (std::uint64_t seed = 960; seed < 980; ++seed) {
    for (const TaylorEvidence& one : measured(subject, seed)) {
      const auto sides = kink_sides(subject.problem, subject.pass);
      for (int stop = 1; stop <= 8; ++stop) {
        const auto pass = pass_along(subject.tails[one.layer], one.direction, one.cap * stop / 8.0);
        EXPECT_EQ(count_switches(kink_sides(subject.tails[one.layer], pass), sides), 0U) << one.subject;
      }
    }
  }
}

}  // namespace
}  // namespace gradus::verification
