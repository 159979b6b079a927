// Every function within the bound that scalar_math.hpp states, on the range that it states. The reference is the C
// library in long double: 64 bits of mantissa, so its own error is below 0.002 ULP of double.
// SPDX-License-Identifier: Apache-2.0
#include "core/scalar_math.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "gradus/core/random.hpp"

namespace gradus {
namespace {

using Function = double (*)(double);
using Reference = long double (*)(long double);
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr int kPoints = 40000;

long double reference_sigmoid(long double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}
long double reference_softplus(long double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

// |got - want| in units of the last place of double at `want`; below the normal range that place is 2^-1074.
double ulp_error(double got, long double want) {
  if (std::isnan(got)) return kInf;
  const auto rounded = static_cast<double>(want);
  if (std::isinf(rounded) || std::isinf(got)) return got == rounded ? 0.0 : kInf;
  int exponent = 0;
  std::frexp(want, &exponent);
  const long double unit = std::ldexp(1.0L, std::max(exponent - 53, -1074));
  return static_cast<double>(std::abs(static_cast<long double>(got) - want) / unit);
}

struct Sweep {
  const char* name;
  Function function;
  Reference reference;
  double bound_ulp;
  double low;
  double high;
};

// Points evenly spread over [low, high], and as many whose magnitude is spread evenly in the exponent.
double worst_error(const Sweep& sweep, double* where) {
  RandomStream random(1, Purpose::kTest);
  double worst = 0.0;
  const auto visit = [&](double x) {
    if (x < sweep.low || x > sweep.high) return;
    const double error = ulp_error(sweep.function(x), sweep.reference(x));
    if (error > worst) *where = x;
    worst = std::max(worst, error);
  };
  for (int i = 0; i < kPoints; ++i) {
    visit(random.uniform(sweep.low, sweep.high));
    const double magnitude = std::exp2(random.uniform(-60.0, std::log2(std::max(-sweep.low, sweep.high))));
    visit(magnitude);
    visit(-magnitude);
    visit(1.0 + random.uniform(-1e-3, 1e-3));
  }
  return worst;
}

TEST(ScalarMath, every_function_keeps_its_stated_bound) {
  const Sweep sweeps[] = {
      {"exp", math::exp, std::exp, 0.6, -708.0, 709.78},
      {"exp subnormal", math::exp, std::exp, 1.0, -745.0, -708.0},
      {"expm1", math::expm1, std::expm1, 1.0, -50.0, 709.78},
      {"expm1 near 0", math::expm1, std::expm1, 1.0, -1.0, 1.0},
      {"log", math::log, std::log, 0.504, 0.0, 1.7e308},
      {"log near 1", math::log, std::log, 0.504, 0.4, 3.0},
      {"log1p", math::log1p, std::log1p, 0.504, -0.999999, 1.7e308},
      {"log1p near 0", math::log1p, std::log1p, 0.504, -0.9, 2.0},
      {"tanh", math::tanh, std::tanh, 0.8, -25.0, 25.0},
      {"tanh near 0", math::tanh, std::tanh, 0.8, -1.0, 1.0},
      {"sigmoid", math::sigmoid, reference_sigmoid, 0.6, -708.0, 50.0},
      {"sigmoid near 0", math::sigmoid, reference_sigmoid, 0.6, -40.0, 40.0},
      {"sigmoid subnormal", math::sigmoid, reference_sigmoid, 1.0, -745.0, -708.0},
      {"softplus", math::softplus, reference_softplus, 1.0, -745.0, 800.0},
      {"softplus near 0", math::softplus, reference_softplus, 1.0, -42.0, 42.0},
      {"erf", math::erf, std::erf, 1.6, -7.0, 7.0},
      {"erf near 0", math::erf, std::erf, 1.6, -1.1, 1.1},
      {"sin", math::sin, std::sin, 0.8, -1e6, 1e6},
      {"sin near 0", math::sin, std::sin, 0.8, -7.0, 7.0},
      {"cos", math::cos, std::cos, 0.8, -1e6, 1e6},
      {"cos near 0", math::cos, std::cos, 0.8, -7.0, 7.0},
  };
  for (const Sweep& sweep : sweeps) {
    double where = 0.0;
    EXPECT_LE(worst_error(sweep, &where), sweep.bound_ulp) << sweep.name << " at " << where;
  }
}

TEST(ScalarMath, log_keeps_its_bound_over_all_exponents) {
  RandomStream random(2, Purpose::kTest);
  for (int i = 0; i < kPoints; ++i) {
    const double x = std::exp2(random.uniform(-1074.0, 1024.0));
    ASSERT_LE(ulp_error(math::log(x), std::log(static_cast<long double>(x))), 0.504) << x;
  }
}

TEST(ScalarMath, sin_and_cos_hold_beside_multiples_of_half_pi) {
  for (int k = 1; k < 636000; k += 7) {
    const double x = k * (std::numbers::pi / 2);
    ASSERT_LE(ulp_error(math::sin(x), std::sin(static_cast<long double>(x))), 0.8) << k;
    ASSERT_LE(ulp_error(math::cos(x), std::cos(static_cast<long double>(x))), 0.8) << k;
  }
}

TEST(ScalarMath, special_values_follow_ieee) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Function f : {Function(math::exp), Function(math::expm1), Function(math::log), Function(math::log1p),
                           Function(math::tanh), Function(math::sigmoid), Function(math::softplus), Function(math::erf),
                           Function(math::sin), Function(math::cos)}) {
    EXPECT_TRUE(std::isnan(f(nan)));
  }
  EXPECT_EQ(math::exp(kInf), kInf);
  EXPECT_EQ(math::exp(-kInf), 0.0);
  EXPECT_EQ(math::exp(0.0), 1.0);
  EXPECT_EQ(math::expm1(-kInf), -1.0);
  EXPECT_EQ(math::log(1.0), 0.0);
  EXPECT_EQ(math::log(0.0), -kInf);
  EXPECT_EQ(math::log(kInf), kInf);
  EXPECT_TRUE(std::isnan(math::log(-1.0)));
  EXPECT_EQ(math::log1p(-1.0), -kInf);
  EXPECT_EQ(math::tanh(kInf), 1.0);
  EXPECT_EQ(math::tanh(-kInf), -1.0);
  EXPECT_TRUE(std::signbit(math::tanh(-0.0)));
  EXPECT_EQ(math::sigmoid(0.0), 0.5);
  EXPECT_EQ(math::sigmoid(kInf), 1.0);
  EXPECT_EQ(math::sigmoid(-kInf), 0.0);
  EXPECT_EQ(math::softplus(kInf), kInf);
  EXPECT_EQ(math::softplus(-kInf), 0.0);
  EXPECT_EQ(math::erf(-kInf), -1.0);
  EXPECT_EQ(math::cos(0.0), 1.0);
  EXPECT_TRUE(std::isnan(math::sin(2e6)));
  EXPECT_EQ(math::exp(std::numeric_limits<double>::denorm_min()), 1.0);
}

TEST(ScalarMath, float_overloads_round_the_double_result_once) {
  RandomStream random(3, Purpose::kTest);
  for (int i = 0; i < kPoints; ++i) {
    const auto x = static_cast<float>(random.uniform(-20.0, 20.0));
    ASSERT_EQ(math::exp(x), static_cast<float>(math::exp(static_cast<double>(x))));
    ASSERT_EQ(math::tanh(x), static_cast<float>(math::tanh(static_cast<double>(x))));
  }
}

}  // namespace
}  // namespace gradus
