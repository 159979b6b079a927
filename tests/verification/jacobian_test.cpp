// Jacobians: a functional is what it says, through layers of every kind, and its claims notice a backward that is no
// transpose of its forward.
// SPDX-License-Identifier: Apache-2.0
#include "verification/jacobian.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "verification/mutants.hpp"
#include "verification/random_problem.hpp"

namespace gradus::verification {
namespace {

Problem tanh_problem(LayerKind kind, std::uint64_t seed) {
  return test::make_problem_from(
      test::make_random_case({.activation = ActivationKind::kTanh, .depth = 3, .kind = kind}, seed));
}

std::vector<Claim> claims_of(const Problem& problem, const Backward& backward) {
  const Subject subject(problem);
  std::deque<JacobianEvidence> evidence;
  Work work;
  measure_jacobians(subject, {.seed = 1, .figure_steps = false}, evidence, work);
  work.run(1, {});
  std::vector<Claim> claims;
  for (const JacobianEvidence& one : evidence) judge_jacobian(one, backward, claims);
  return claims;
}

bool fails(const std::vector<Claim>& claims, std::string_view name, std::string_view subject) {
  return std::ranges::any_of(
      claims, [&](const Claim& claim) { return claim.claim == name && claim.subject == subject && !claim.holds; });
}

TEST(LayerFunctional, is_u_times_the_layers_outputs_for_every_kind) {
  for (const LayerKind kind : kAllLayerKinds) {
    const Problem problem = tanh_problem(kind, 1);
    const auto pass = forward_pass(problem);
    for (std::size_t l = 0; l + 1 < problem.num_layers(); ++l) {
      RandomStream random(l, Purpose::kTest);
      const Problem functional = layer_functional(problem, pass, l, random);
      EXPECT_TRUE(std::ranges::equal(forward_pass(functional).outputs.span(), pass.h[l].span()));
      double sum = 0.0;
      for (std::size_t i = 0; i < pass.h[l].size(); ++i) sum += functional.functional.data()[i] * pass.h[l].data()[i];
      EXPECT_NEAR(value_along(functional, no_motion(functional), 0.0), sum, 1e-13 * (1.0 + std::fabs(sum)));
    }
  }
}

TEST(LayerFunctional, starts_backward_with_exactly_u) {
  const Problem problem = tanh_problem(LayerKind::kBatchNorm, 2);
  RandomStream random(1, Purpose::kTest);
  const Problem functional = layer_functional(problem, forward_pass(problem), 1, random);
  // Behind the layer stands an identity: the gradient of its inputs is u itself.
  EXPECT_TRUE(std::ranges::equal(textbook_gradient(functional).inputs(2).span(), functional.functional.span()));
}

TEST(LayerFunctional, of_a_residual_holds_the_earlier_outputs_constant) {
  const Problem problem = tanh_problem(LayerKind::kResidual, 3);
  std::size_t l = 0;
  while (!problem.spec().source_of(l)) ++l;
  RandomStream random(1, Purpose::kTest);
  const Problem functional = layer_functional(problem, forward_pass(problem), l, random);
  // h = x + constant: the gradient of x is u (the activation is the identity).
  EXPECT_TRUE(std::ranges::equal(textbook_gradient(functional).inputs(l).span(), functional.functional.span()));
}

TEST(Jacobian, claims_hold_for_every_kind_of_layer_and_name_its_groups) {
  for (const LayerKind kind : kAllLayerKinds) {
    const Problem problem = tanh_problem(kind, 4);
    const std::vector<Claim> claims = claims_of(problem, textbook_gradient);
    for (const Claim& claim : claims) EXPECT_TRUE(claim.holds) << claim.claim << ", " << claim.subject;
    for (const Group& group : all_groups(problem)) {
      if (group.layer + 1 == problem.num_layers()) continue;
      EXPECT_TRUE(std::ranges::any_of(claims, [&](const Claim& claim) {
        return claim.claim == "Jacobian, exact" && claim.subject == group_name(group);
      })) << group_name(group);
    }
  }
}

TEST(Jacobian, of_rows_that_depend_on_each_other_is_taken_of_three) {
  const Problem problem = tanh_problem(LayerKind::kBatchNorm, 5);
  const Subject subject(problem);
  std::deque<JacobianEvidence> evidence;
  Work work;
  measure_jacobians(subject, {.seed = 1, .figure_steps = false}, evidence, work);
  work.run(1, {});
  const JacobianEvidence& network = evidence.back();
  const std::size_t inputs = problem.spec().num_inputs;
  ASSERT_EQ(network.columns.rows(), 3 * problem.spec().num_outputs());
  ASSERT_EQ(network.columns.cols(), 3 * inputs);
  double across = 0.0;  // the first row's outputs by the second row's inputs
  for (std::size_t i = 0; i < inputs; ++i) across += std::fabs(network.columns(0, inputs + i));
  EXPECT_GT(across, 1e-6);
}

TEST(Jacobian, notices_a_backward_that_is_no_transpose) {
  const Problem problem = tanh_problem(LayerKind::kDense, 6);
  const auto claims = claims_of(problem, [](const Problem& p) {
    return faulty_gradient(p, {"", Fault::kTransposedProduct});
  });
  EXPECT_TRUE(fails(claims, "adjoint <u, J v> = <J'u, v>", "network (logits)"));
  EXPECT_TRUE(fails(claims, "Jacobian, rows against columns", "network (logits)"));
}

TEST(Jacobian, notices_statistics_taken_for_constants_in_the_layer_that_has_them) {
  const Problem problem = tanh_problem(LayerKind::kBatchNorm, 7);
  const auto claims = claims_of(problem, [](const Problem& p) {
    return faulty_gradient(p, {"", Fault::kConstantStatistics});
  });
  EXPECT_TRUE(fails(claims, "Jacobian, exact", "layer 2 inputs"));
  EXPECT_TRUE(fails(claims, "adjoint <u, J v> = <J'u, v>", "layer 2"));
  EXPECT_FALSE(fails(claims, "adjoint <u, J v> = <J'u, v>", "layer 1"));
  EXPECT_FALSE(fails(claims, "Jacobian, exact", "layer 2 scale"));
}

}  // namespace
}  // namespace gradus::verification
