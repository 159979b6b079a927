// Exact derivatives: the number types themselves, and backpropagation against them on hundreds of networks.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/scalar_math.hpp"
#include "verification/complex_step.hpp"
#include "verification/random_problem.hpp"

namespace gradus::verification {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kExactNetworks = 63;  // each kind once; the full count runs without sanitizers
#else
constexpr std::uint64_t kExactNetworks = 630;
#endif

// f, f', f''/2, f'''/6 of the elementary functions at z, from their textbook formulae.
TEST(Jet, holds_the_taylor_coefficients_of_the_elementary_functions) {
  for (const double z : {-2.0, -0.3, 0.4, 1.7}) {
    const Jet<4> x(z, 1.0);
    const double e = std::exp(z);
    for (int k = 0; k <= 4; ++k) EXPECT_NEAR(exp(x).c[k], e / std::tgamma(k + 1.0), 1e-14);
    const double s = 1.0 / (1.0 + std::exp(-z));
    EXPECT_NEAR(sigmoid(x).c[1], s * (1 - s), 1e-15);
    EXPECT_NEAR(sigmoid(x).c[2], s * (1 - s) * (1 - 2 * s) / 2, 1e-15);
    EXPECT_NEAR(softplus(x).c[2], s * (1 - s) / 2, 1e-15);
    const double h = std::tanh(z);
    EXPECT_NEAR(tanh(x).c[2], -h * (1 - h * h), 1e-15);
    EXPECT_NEAR(tanh(x).c[3], (1 - h * h) * (3 * h * h - 1) / 3, 1e-15);
    EXPECT_NEAR(erf(x).c[2], -2 * z * std::exp(-z * z) / std::sqrt(std::acos(-1.0)), 1e-15);
    EXPECT_NEAR(expm1(x).c[0], std::expm1(z), 1e-15);
    if (z > 0) {
      EXPECT_NEAR(log(x).c[3], 1 / (3 * z * z * z), 1e-14 / (z * z * z));
    }
    EXPECT_NEAR((x / (x * x)).c[2], 1 / (z * z * z), 1e-14 / std::fabs(z * z * z));
  }
}

TEST(Jet, values_are_the_bits_of_the_double_functions) {
  for (const double z : {-30.0, -1.1, 0.0, 0.7, 25.0}) {
    EXPECT_EQ(tanh(Dual(z, 1.0)).c[0], math::tanh(z));
    EXPECT_EQ(sigmoid(Dual(z, 1.0)).c[0], math::sigmoid(z));
    EXPECT_EQ(softplus(Dual(z, 1.0)).c[0], math::softplus(z));
    EXPECT_EQ(multiply_add(Dual(z), Dual(z), Dual(-z * z)).c[0], std::fma(z, z, -z * z));
  }
}

TEST(Jet, keeps_the_slope_of_a_saturated_tanh) {
  // 1 - tanh^2 is 0 in double from 19.1 on; the slope is 4 exp(-2 z).
  EXPECT_NEAR(tanh(Dual(20.0, 1.0)).c[1] / (4 * std::exp(-40.0)), 1.0, 1e-14);
}

TEST(ComplexStep, agrees_with_dual_numbers) {
  for (const double z : {-40.0, -2.0, -0.3, 0.4, 1.7, 40.0}) {
    const ComplexStep x(z, kComplexStep);
    const auto expect_equal = [&](const ComplexStep& complex, const Dual& dual) {
      EXPECT_NEAR(complex.im / kComplexStep, dual.c[1], 8 * kUlp * std::fabs(dual.c[1])) << z;
      EXPECT_EQ(complex.re, dual.c[0]) << z;
    };
    expect_equal(exp(x), exp(Dual(z, 1.0)));
    expect_equal(tanh(x), tanh(Dual(z, 1.0)));
    expect_equal(sigmoid(x), sigmoid(Dual(z, 1.0)));
    expect_equal(softplus(x), softplus(Dual(z, 1.0)));
    if (z > 0) expect_equal(log(x), log(Dual(z, 1.0)));
  }
}

std::vector<double> flat(const Tangent& tangent) {
  std::vector<double> all;
  for (const LayerTangent& layer : tangent) {
    for (const Part part : kAllParts) all.insert(all.end(), layer[part].span().begin(), layer[part].span().end());
  }
  return all;
}

Tangent exact_gradient(const Subject& subject) {
  ExactEvidence evidence;
  Work work;
  measure_exact(subject, {.seed = 1, .budget = 1e300, .groups = {}}, evidence, work);
  work.run(1, {});
  Tangent gradient = make_tangent(subject.problem);
  for (const ExactSamples& samples : evidence.samples) {
    std::ranges::copy(samples.slopes, gradient[samples.group.layer][samples.group.part].data());
  }
  return gradient;
}

TEST(ExactDerivatives, agree_with_backpropagation_within_64_ulp_on_hundreds_of_networks) {
  double worst = 0.0;
  std::uint64_t plain = 0;
  for (std::uint64_t seed = 0; seed < kExactNetworks; ++seed) {
    const test::RandomCase c = test::make_any_case(seed);
    const Subject subject(test::make_problem_from(c));
    const std::vector<double> exact = flat(exact_gradient(subject));
    std::vector<double> difference = flat(textbook_gradient(subject.problem));
    ASSERT_GT(norm(difference), 0.0) << c.name;
    for (std::size_t i = 0; i < exact.size(); ++i) difference[i] -= exact[i];
    const double ulps = norm(difference) / (kUlp * norm(exact));
    if (subject.problem.network.spec.loss.gradient_through_floor) {
      // Study s2's formula multiplies by 1 - p, whose digits are gone where p is near 1: what rounding explains counts.
      EXPECT_LE(ulps, kExactUlps + kSigmas * norm(flat(subject.rounding.gradient)) / (kUlp * norm(exact))) << c.name;
      continue;
    }
    ++plain;
    worst = std::max(worst, ulps);
    EXPECT_LE(ulps, kExactUlps) << c.name;
  }
  EXPECT_GE(plain * 8, kExactNetworks * 6);
  RecordProperty("largest_ulps", std::to_string(worst));
  std::printf("largest difference: %.2f ULP over %d networks\n", worst, static_cast<int>(plain));
}

TEST(ExactDerivatives, notice_one_gradient_that_is_wrong_by_a_billionth) {
  const Subject subject(test::make_problem_from(test::make_any_case(40)));
  ExactEvidence evidence{.claim = "exact", .samples = {}, .lines = {}};
  Work work;
  measure_exact(subject, {}, evidence, work);
  work.run(1, {});
  Tangent gradient = textbook_gradient(subject.problem);
  const auto fails = [&](const Tangent& tested) {
    std::vector<Claim> claims;
    judge_exact(evidence, subject, tested, claims);
    return std::ranges::any_of(claims, [](const Claim& claim) { return !claim.holds; });
  };
  EXPECT_FALSE(fails(gradient));
  gradient[0].weights(0, 0) += 1e-9 * norm(gradient[0].weights.span());
  EXPECT_TRUE(fails(gradient));
  gradient[0].weights(0, 0) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(fails(gradient)) << "NaN is never a pass";
}

TEST(HessianProduct, is_symmetric_and_equals_the_second_derivative) {
  for (std::uint64_t seed = 14; seed < 77; ++seed) {
    const test::RandomCase c = test::make_any_case(seed);
    const Subject subject(test::make_problem_from(c));
    const Problem& problem = subject.problem;
    RandomStream random(seed, Purpose::kTest, 1);
    std::vector<Group> groups;
    for (const Group& group : all_groups(problem)) {
      if (group.part != Part::kInputs || group.layer == 0) groups.push_back(group);
    }
    const Tangent u = random_direction(problem, groups, random);
    const Tangent v = random_direction(problem, groups, random);
    const Tangent hv = hessian_product(problem, v);
    const double scale = dot_magnitude(u, hv) + dot_magnitude(v, hv);
    EXPECT_NEAR(dot(u, hv), dot(v, hessian_product(problem, u)), 1e-12 * scale) << c.name;
    EXPECT_NEAR(dot(v, hv), 2.0 * jet_along(problem, v).c[2], 1e-12 * scale) << c.name;
  }
}

}  // namespace
}  // namespace gradus::verification
