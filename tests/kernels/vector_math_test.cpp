// exp, log, tanh and sigmoid of every target: error bounds as stated in vector_math.inc, special values, equal bits.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "gradus/core/random.hpp"
#include "kernels/kernel_table.hpp"

namespace gradus::kernels {
namespace {

constexpr Target kAllTargets[] = {Target::kAvx512, Target::kAvx2, Target::kNeon, Target::kPlain};

// Distance of y from the exact value in units of the last place of the exact value rounded to T.
template <class T>
double ulp_error(T y, long double exact) {
  const auto rounded = static_cast<T>(exact);
  if (y == rounded)
    return std::fabs(double((static_cast<long double>(y) - exact) /
                            (std::nextafter(rounded, std::numeric_limits<T>::infinity()) - rounded)));
  int exponent = 0;
  std::frexp(rounded, &exponent);
  const int digits = std::numeric_limits<T>::digits;
  const long double ulp = std::ldexp(1.0L, std::max(exponent - digits, std::numeric_limits<T>::min_exponent - digits));
  return static_cast<double>(std::fabs((static_cast<long double>(y) - exact) / ulp));
}

template <class T>
std::vector<T> points(double low, double high, std::size_t count) {
  std::vector<T> x;
  RandomStream random(7, Purpose::kTest);
  for (std::size_t i = 0; i < count; ++i) x.push_back(static_cast<T>(random.uniform(low, high)));
  for (std::size_t i = 0; i < count; ++i) {  // and log-uniform magnitudes of both signs
    const double magnitude = std::ldexp(random.uniform(1.0, 2.0), static_cast<int>(random.below(40)) - 36);
    const double value = random.uniform() < 0.5 ? -magnitude : magnitude;
    if (value > low && value < high) x.push_back(static_cast<T>(value));
  }
  return x;
}

using Exact = long double (*)(long double);

template <class T>
void expect_bound(void (*KernelTable<T>::*function)(const T*, T*, std::size_t), Exact exact, const std::vector<T>& x,
                  double bound) {
  for (const Target target : kAllTargets) {
    if (!target_available(target)) continue;
    std::vector<T> y(x.size());
    (kernel_table<T>(target).*function)(x.data(), y.data(), x.size());
    double worst = 0.0;
    T worst_at = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double error = ulp_error(y[i], exact(x[i]));
      if (!(error <= worst)) worst = error, worst_at = x[i];
    }
    EXPECT_LE(worst, bound) << target_name(target) << " at x = " << worst_at;
  }
}

template <class T>
class VectorMath : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(VectorMath, Types);

TYPED_TEST(VectorMath, exp_is_within_1_ulp) {
  const bool f32 = sizeof(TypeParam) == 4;
  expect_bound<TypeParam>(
      &KernelTable<TypeParam>::exp, [](long double x) { return std::exp(x); },
      points<TypeParam>(f32 ? -87.0 : -708.0, f32 ? 88.7 : 709.7, 100000), 1.0);
}

TYPED_TEST(VectorMath, log_is_within_1_5_ulp) {
  std::vector<TypeParam> x;
  for (const TypeParam value : points<TypeParam>(0.0, 4.0, 100000)) {
    if (value > 0) x.push_back(value);
  }
  for (int e = std::numeric_limits<TypeParam>::min_exponent - 20; e < std::numeric_limits<TypeParam>::max_exponent;
       ++e) {
    x.push_back(std::ldexp(TypeParam{1.37F}, e));
  }
  expect_bound<TypeParam>(
      &KernelTable<TypeParam>::log, [](long double v) { return std::log(v); }, x, 1.5);
}

TYPED_TEST(VectorMath, tanh_is_within_3_ulp) {
  expect_bound<TypeParam>(
      &KernelTable<TypeParam>::tanh, [](long double x) { return std::tanh(x); }, points<TypeParam>(-25.0, 25.0, 100000),
      3.0);
}

TYPED_TEST(VectorMath, sigmoid_is_within_3_ulp) {
  expect_bound<TypeParam>(
      &KernelTable<TypeParam>::sigmoid, [](long double x) { return 1.0L / (1.0L + std::exp(-x)); },
      points<TypeParam>(-80.0, 80.0, 100000), 3.0);
}

// f(z) and f'(z) of every target against long double.
template <class T>
void expect_activation_bounds(ActivationKind kind, Exact f, Exact slope, const std::vector<T>& z, double bound,
                              double slope_bound) {
  const std::vector<T> ones(z.size(), T{1});
  for (const Target target : kAllTargets) {
    if (!target_available(target)) continue;
    std::vector<T> h(z.size()), dz(z.size());
    kernel_table<T>(target).activate(kind, T{0}, z.data(), h.data(), z.size());
    kernel_table<T>(target).activation_gradient(kind, T{0}, ones.data(), z.data(), h.data(), dz.data(), z.size());
    double worst = 0.0, worst_slope = 0.0;
    for (std::size_t i = 0; i < z.size(); ++i) {
      worst = std::max(worst, ulp_error(h[i], f(z[i])));
      worst_slope = std::max(worst_slope, ulp_error(dz[i], slope(z[i])));
    }
    EXPECT_LE(worst, bound) << target_name(target);
    EXPECT_LE(worst_slope, slope_bound) << target_name(target);
  }
}

constexpr long double kSeluScale = 1.0507009873554804934193349852946L;
constexpr long double kSeluAlpha = 1.6732632423543772848170429916717L;

TYPED_TEST(VectorMath, selu_is_within_4_ulp) {
  expect_activation_bounds<TypeParam>(
      ActivationKind::kSelu, [](long double z) { return kSeluScale * (z > 0 ? z : kSeluAlpha * std::expm1(z)); },
      [](long double z) { return kSeluScale * (z > 0 ? 1 : kSeluAlpha * std::exp(z)); },
      points<TypeParam>(-80.0, 80.0, 100000), 4.0, 4.0);
}

long double exact_mish_slope(long double z) {
  const long double t = std::tanh(std::log1p(std::exp(z)));
  const long double cosh = std::cosh(std::log1p(std::exp(z)));
  return t + z / (cosh * cosh) / (1.0L + std::exp(-z));
}

// The slope is 0 near -1.19, where its two terms cancel: there its error counts against the terms.
TYPED_TEST(VectorMath, mish_is_within_4_ulp) {
  std::vector<TypeParam> z;
  for (const TypeParam value : points<TypeParam>(-80.0, 80.0, 100000)) {
    if (value < TypeParam{-2} || value > TypeParam{-0.5}) z.push_back(value);
  }
  expect_activation_bounds<TypeParam>(
      ActivationKind::kMish, [](long double v) { return v * std::tanh(std::log1p(std::exp(v))); }, &exact_mish_slope, z,
      4.0, 10.0);
}

TYPED_TEST(VectorMath, special_values) {
  using T = TypeParam;
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  for (const Target target : kAllTargets) {
    if (!target_available(target)) continue;
    const KernelTable<T>& k = kernel_table<T>(target);
    const auto one = [](auto function, T x) {
      T y = 0;
      function(&x, &y, 1);
      return y;
    };
    EXPECT_EQ(one(k.exp, T{0}), T{1});
    EXPECT_EQ(one(k.exp, inf), inf);
    EXPECT_EQ(one(k.exp, T{1000}), inf);
    EXPECT_EQ(one(k.exp, -inf), T{0});
    EXPECT_TRUE(std::isnan(one(k.exp, nan)));
    EXPECT_EQ(one(k.log, T{1}), T{0});
    EXPECT_EQ(one(k.log, T{0}), -inf);
    EXPECT_EQ(one(k.log, inf), inf);
    EXPECT_TRUE(std::isnan(one(k.log, T{-1})));
    EXPECT_EQ(one(k.tanh, inf), T{1});
    EXPECT_EQ(one(k.tanh, -inf), T{-1});
    EXPECT_TRUE(std::signbit(one(k.tanh, T{-0.0})));
    EXPECT_TRUE(std::isnan(one(k.tanh, nan)));
    EXPECT_EQ(one(k.sigmoid, T{0}), T{0.5});
    EXPECT_EQ(one(k.sigmoid, inf), T{1});
    EXPECT_EQ(one(k.sigmoid, -inf), T{0});
  }
}

TYPED_TEST(VectorMath, every_target_gives_the_bits_of_the_plain_one) {
  using T = TypeParam;
  const std::vector<T> x = points<T>(-90.0, 90.0, 20000);
  const KernelTable<T>& plain = kernel_table<T>(Target::kPlain);
  for (const Target target : kAllTargets) {
    if (!target_available(target)) continue;
    const KernelTable<T>& k = kernel_table<T>(target);
    for (const ActivationKind kind : kAllActivations) {
      std::vector<T> expected(x.size()), h(x.size()), dz(x.size()), expected_dz(x.size());
      plain.activate(kind, T(0.25), x.data(), expected.data(), x.size());
      k.activate(kind, T(0.25), x.data(), h.data(), x.size());
      plain.activation_gradient(kind, T(0.25), x.data(), x.data(), expected.data(), expected_dz.data(), x.size());
      k.activation_gradient(kind, T(0.25), x.data(), x.data(), h.data(), dz.data(), x.size());
      for (std::size_t i = 0; i < x.size(); ++i) {
        using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
        ASSERT_EQ(std::bit_cast<Bits>(h[i]), std::bit_cast<Bits>(expected[i]))
            << target_name(target) << " " << activation_name(kind) << " at " << x[i];
        ASSERT_EQ(std::bit_cast<Bits>(dz[i]), std::bit_cast<Bits>(expected_dz[i]))
            << target_name(target) << " gradient of " << activation_name(kind) << " at " << x[i];
      }
    }
  }
}

// Every length, so that whole vectors and what is left over are both there; ties, subnormals, what overflows.
template <class T>
void expect_conversions() {
  std::vector<OtherNumber<T>> from = points<OtherNumber<T>>(-1e6, 1e6, 20);
  using Limits = std::numeric_limits<OtherNumber<T>>;
  for (const auto special :
       {Limits::infinity(), -Limits::infinity(), Limits::denorm_min(), Limits::epsilon(),
        OtherNumber<T>(1) + Limits::epsilon(), OtherNumber<T>(1 + 0x1p-24), OtherNumber<T>(-0.0)}) {
    from.insert(from.begin() + 3, special);
  }
  for (const Target target : kAllTargets) {
    if (!target_available(target)) continue;
    for (std::size_t n = 0; n <= from.size(); ++n) {
      std::vector<T> to(n + 1, T(77));
      kernel_table<T>(target).convert(from.data(), n, to.data());
      for (std::size_t i = 0; i < n; ++i) {
        const T expected = static_cast<T>(from[i]);
        EXPECT_EQ(to[i], expected) << target_name(target);
        EXPECT_EQ(std::signbit(to[i]), std::signbit(expected)) << target_name(target);
      }
      EXPECT_EQ(to[n], T(77)) << target_name(target) << " wrote beyond " << n;
    }
  }
}

TEST(Convert, rounds_as_a_cast_does) {
  expect_conversions<float>();
  expect_conversions<double>();
}

}  // namespace
}  // namespace gradus::kernels
