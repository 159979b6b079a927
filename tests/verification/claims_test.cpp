// The claims on networks that are right: no false alarms; and each kind of claim on a case where its answer is known.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "verification/random_problem.hpp"
#include "verification/vacuity.hpp"

namespace gradus::verification {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kNetworks = 20;  // the full count runs without sanitizers
#else
constexpr std::uint64_t kNetworks = 1000;
#endif

// 1,000 random networks over nine activations (ReLU and its like among them), seven losses, depths 1 to 8. Fewer
// numbers of each group by differences than usual: the time goes there.
void expect_no_false_alarm(std::uint64_t first) {
  std::size_t claims_seen = 0;
  for (std::uint64_t seed = first; seed < kNetworks; seed += 4) {
    const test::RandomCase c = test::make_any_case(5000 + seed);
    VerifyOptions options;
    options.seed = seed;
    options.differences_per_group = 2;
    for (const Claim& claim : test::judge_problem(test::make_problem_from(c), textbook_gradient, options)) {
      // A dead network is reported as such; that is no false alarm.
      if (claim.claim == "not vacuous") continue;
      EXPECT_TRUE(claim.holds) << c.name << ": " << claim.claim << ", " << claim.subject << ": " << claim.value
                               << " not in [" << claim.lower << ", " << claim.bound << "] " << claim.unit;
      ++claims_seen;
    }
  }
  EXPECT_GT(claims_seen, kNetworks / 4 * 50);
}
// In four parts, so that cores share them.
TEST(RandomNetworks, raise_no_false_alarm_part_1) {
  expect_no_false_alarm(0);
}
TEST(RandomNetworks, raise_no_false_alarm_part_2) {
  expect_no_false_alarm(1);
}
TEST(RandomNetworks, raise_no_false_alarm_part_3) {
  expect_no_false_alarm(2);
}
TEST(RandomNetworks, raise_no_false_alarm_part_4) {
  expect_no_false_alarm(3);
}

Problem relu_problem(std::uint64_t seed) {
  return test::make_problem_from(test::make_random_case({.activation = ActivationKind::kRelu, .depth = 3}, seed));
}

TEST(Kinks, smooth_piece_has_the_value_and_the_gradient_of_the_point) {
  const Problem problem = relu_problem(3);
  const auto pass = textbook::forward(problem.network, problem.x.view(), problem.masks);
  const Problem smooth = smooth_piece(problem, pass);
  const Tangent still(problem.num_layers());
  EXPECT_EQ(value_along(smooth, still, 0.0), value_along(problem, still, 0.0));
  const Tangent a = textbook_gradient(problem);
  const Tangent b = textbook_gradient(smooth);
  for (std::size_t l = 0; l < a.size(); ++l) {
    EXPECT_GT(norm(a[2].weights.span()), 0.0);
    for (std::size_t i = 0; i < a[l].weights.size(); ++i)
      EXPECT_NEAR(a[l].weights.data()[i], b[l].weights.data()[i], 1e-16);
  }
}

// Every z is exactly 0: both one-sided slopes of a bias are wrong for one side each, and nothing may fail for it.
TEST(Kinks, a_network_that_sits_on_its_kinks_raises_no_false_alarm) {
  Problem problem = relu_problem(5);
  for (double& b : problem.network.biases(0)) b = 0.0;
  for (double& x : problem.x.span()) x = 0.0;
  problem.network.spec.layers[0].l1 = 0.1;
  problem.network.weights(0)(0, 0) = 0.0;
  for (const Claim& claim : test::judge_problem(problem, textbook_gradient)) {
    if (claim.claim == "not vacuous") continue;
    EXPECT_TRUE(claim.holds) << claim.claim << ", " << claim.subject << ": " << claim.value;
  }
}

TEST(Kinks, a_step_across_a_kink_would_have_been_a_false_alarm) {
  // relu(w) at w = 1e-3 with target 0: the step .1 crosses, 1e-4 does not.
  Problem problem;
  NetworkSpec spec{.num_inputs = 1,
                   .layers = {{.units = 1, .activation = make_activation(ActivationKind::kRelu)}, {.units = 1}}};
  spec.output = OutputKind::kLinear;
  spec.loss.kind = LossKind::kMeanSquaredError;
  problem.network = Network<double>(spec);
  problem.network.weights(0)(0, 0) = 1e-3;
  problem.network.weights(1)(0, 0) = 1.0;
  problem.x = Matrix<double>(1, 1);
  problem.x(0, 0) = 1.0;
  problem.values = Matrix<double>(1, 1);
  problem.values(0, 0) = 5.0;
  const Subject subject(problem);
  std::vector<DifferenceEvidence> evidence;
  Work work;
  VerifyOptions options;
  options.difference_steps = {0.1, 1e-4, 1e-5};
  measure_differences(subject, options, evidence, work);
  work.run(1, {});
  DifferenceCurve curve;
  const Tangent gradient = textbook_gradient(subject.problem);
  EXPECT_TRUE(judge_differences(evidence[0], gradient, &curve).holds);
  EXPECT_EQ(curve.crossing, 1u);
  EXPECT_EQ(curve.undecided, 0u);
  EXPECT_GT(curve.largest_error[0], 1.0);
}

TEST(FiniteDifferences, find_their_orders_two_and_four) {
  const test::RandomCase c = test::make_random_case({.activation = ActivationKind::kTanh, .depth = 2}, 11);
  for (const bool four : {false, true}) {
    const Subject subject(test::make_problem_from(c));
    VerifyOptions options;
    options.four_points = four;
    options.difference_steps = {0.1, 0.05, 0.025, 0.0125};
    std::vector<DifferenceEvidence> evidence;
    Work work;
    measure_differences(subject, options, evidence, work);
    work.run(1, {});
    DifferenceCurve curve;
    EXPECT_TRUE(judge_differences(evidence[0], textbook_gradient(subject.problem), &curve).holds);
    EXPECT_NEAR(curve.order, four ? 4.0 : 2.0, 0.2);
  }
}

TEST(Vacuity, a_zero_gradient_fails_and_a_black_pixel_is_explained) {
  Problem problem = relu_problem(7);
  for (std::size_t b = 0; b < problem.x.rows(); ++b) problem.x(b, 1) = 0.0;
  const Subject subject(problem);
  Certificate certificate;
  describe_gradient(subject, textbook_gradient(problem), certificate);
  EXPECT_EQ(certificate.constant_zero_inputs, 1u);
  EXPECT_NE(certificate.groups[0].explanation.find("black pixels"), std::string::npos);
  std::vector<Claim> claims;
  judge_vacuity(subject, make_tangent(problem), claims);
  for (const Claim& claim : claims) EXPECT_FALSE(claim.holds);
}

TEST(Rounding, bounds_hold_for_float_and_are_not_wasteful) {
  // The same problem in float and in double: actual error over predicted standard deviation.
  double largest = 0.0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    test::RandomCase c = test::make_random_case({.activation = ActivationKind::kTanh, .depth = 3}, 900 + seed);
    for_each_block(c.network.parameters, [](const ParameterBlock&, std::span<double> values) {
      for (double& value : values) value = static_cast<float>(value);
    });
    for (double& x : c.x.span()) x = static_cast<float>(x);
    const Problem problem = test::make_problem_from(c);
    Matrix<float> x(c.x.rows(), c.x.cols());
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(c.x.data()[i]);
    const auto network = network_cast<float>(problem.network);
    const BatchTargets<float> targets{c.labels, {}, {}};
    const auto single = textbook::backward(network, textbook::forward(network, x.view()), targets);
    const Tangent gradient = textbook_gradient(problem);
    const RoundingError rounding = rounding_error(problem, kFloatArithmetic, ForwardErrors::kCounted);
    std::vector<double> difference;
    for (std::size_t i = 0; i < gradient[0].weights.size(); ++i) {
      difference.push_back(gradient[0].weights.data()[i] - double(single.parameters.weights(0).data()[i]));
    }
    largest = std::max(largest, norm(difference) / norm(rounding.gradient[0].weights.span()));
  }
  EXPECT_LT(largest, 4.0);
  EXPECT_GT(largest, 0.1);
}

}  // namespace
}  // namespace gradus::verification
