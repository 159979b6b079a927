// Method: reduce the argument exactly, use the plain Taylor series on the small rest (its coefficients can be checked
// by eye, and the few extra terms beside a minimax polynomial do not matter here), and carry the leading terms as an
// unevaluated sum of two doubles where cancellation or a second rounding would cost accuracy.
// SPDX-License-Identifier: Apache-2.0
#include "core/scalar_math.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace gradus::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// ln 2 in three parts; the first has 41 bits, so that k * kLn2High is exact for every exponent k.
constexpr double kLn2High = 0x1.62e42fefa3000p-1;
constexpr double kLn2Middle = 0x1.3de6af278ece6p-42;
constexpr double kLn2Low = 0x1.f97b57a079a19p-103;
constexpr double kOneOverLn2 = 0x1.71547652b82fep+0;

// hi + lo without rounding, |lo| <= ulp(hi) / 2.
struct Pair {
  double hi;
  double lo;
};

// Needs |a| >= |b| (or a = 0). Dekker 1971.
Pair fast_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

// Any order. Knuth, TAOCP 2, 4.2.2.
Pair two_sum(double a, double b) {
  const double sum = a + b;
  const double from_b = sum - a;
  return {sum, (a - (sum - from_b)) + (b - from_b)};
}

Pair two_product(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

Pair add(Pair a, Pair b) {
  const Pair sum = two_sum(a.hi, b.hi);
  return fast_two_sum(sum.hi, sum.lo + (a.lo + b.lo));
}

Pair multiply(Pair a, Pair b) {
  const Pair product = two_product(a.hi, b.hi);
  return fast_two_sum(product.hi, product.lo + std::fma(a.hi, b.lo, a.lo * b.hi));
}

Pair divide(Pair a, Pair b) {
  const double quotient = a.hi / b.hi;
  const double rest = std::fma(-quotient, b.hi, a.hi) + std::fma(-quotient, b.lo, a.lo);
  return fast_two_sum(quotient, rest / b.hi);
}

template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double value = coefficients[N - 1];
  for (std::size_t n = N - 1; n-- > 0;) value = std::fma(value, x, coefficients[n]);
  return value;
}

// 2^k as a double, -1022 <= k <= 1023.
double power_of_two(int k) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

// x * 2^k for k down to -1100 and up to 1024, rounding once where the result is subnormal.
double scale(double x, int k) {
  if (k > 1023) return x * 2.0 * power_of_two(k - 1);
  if (k >= -1022) return x * power_of_two(k);
  return x * power_of_two(k + 100) * 0x1p-100;
}

// Nearest integer, ties to even, for |x| < 2^51: the addition leaves no bits for a fraction.
double nearest_integer(double x) {
  return (x + 0x1.8p52) - 0x1.8p52;
}

// 1/2!, 1/3!, ..., 1/14!
constexpr std::array<double, 13> kInverseFactorials = {
    1.0 / 2,      1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,        1.0 / 5040,       1.0 / 40320,
    1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800, 1.0 / 87178291200};

// exp(x) = 2^k (1 + t), |ln(1 + t)| <= ln(2) / 2, for |x| < 1100. First term left out: r^15 / 15! < 2^-63.
struct ReducedExponential {
  int k;
  Pair t;
};

ReducedExponential reduce_exponential(double x) {
  const double k = nearest_integer(x * kOneOverLn2);
  const double high = std::fma(-k, kLn2High, x);  // exact
  const Pair r = two_sum(high, -k * kLn2Middle);
  const double tail = std::fma(r.hi * r.hi, polynomial(kInverseFactorials, r.hi), std::fma(r.hi, r.lo, r.lo));
  return {static_cast<int>(k), fast_two_sum(r.hi, tail)};
}

// exp(x) as a pair, for -708 < x < 709.
Pair exponential(double x) {
  const ReducedExponential e = reduce_exponential(x);
  const Pair sum = fast_two_sum(1.0, e.t.hi);
  const double power = power_of_two(e.k);
  return {sum.hi * power, (sum.lo + e.t.lo) * power};
}

// exp(x) - 1 as a pair, for -40 < x < 709.
Pair exponential_minus_one(double x) {
  const ReducedExponential e = reduce_exponential(x);
  const double power = power_of_two(e.k);
  const Pair sum = two_sum(power, e.t.hi * power);
  return add(two_sum(sum.hi, -1.0), {sum.lo, e.t.lo * power});
}

// 2/5, 2/7, ..., 2/29: the tail of 2 artanh(s) = 2s + 2s^3/3 + s^5 (2/5 + ...). Left out: s^31 < 2^-78.
constexpr std::array<double, 13> kArtanh = {2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13, 2.0 / 15, 2.0 / 17,
                                            2.0 / 19, 2.0 / 21, 2.0 / 23, 2.0 / 25, 2.0 / 27, 2.0 / 29};

// ln(x) as a pair for a normal x = hi + lo > 0:  x = 2^k m, sqrt(1/2) <= m < sqrt(2), ln m = 2 artanh((m-1)/(m+1)).
Pair logarithm(Pair x) {
  const auto bits = std::bit_cast<std::uint64_t>(x.hi);
  // Subtracting the pattern of sqrt(1/2) makes the exponent field of the rest the k that is wanted.
  constexpr std::uint64_t kRootHalf = 0x3fe6a09e667f3bcd;
  const auto k = static_cast<int>(static_cast<std::int64_t>(bits - kRootHalf) >> 52);
  const double m_high = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(k) << 52));
  const double m_low = scale(x.lo, -k);
  const Pair f = two_sum(m_high - 1.0, m_low);
  const Pair s = divide(f, add({2.0, 0.0}, f));
  const Pair s2 = multiply(s, s);
  constexpr Pair kTwoThirds = {0x1.5555555555555p-1, 0x1.5555555555555p-55};
  const Pair cubic = multiply(multiply(s, s2), kTwoThirds);
  const double quintic = s.hi * s2.hi * s2.hi * polynomial(kArtanh, s2.hi);
  const Pair ln_m = add({2.0 * s.hi, 2.0 * s.lo}, add(cubic, {quintic, 0.0}));
  const double n = k;
  const Pair middle = two_product(n, kLn2Middle);
  return add({n * kLn2High, 0.0}, add({middle.hi, middle.lo + n * kLn2Low}, ln_m));
}

}  // namespace

double exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 709.8) return kInfinity;
  if (x < -745.2) return 0.0;
  const ReducedExponential e = reduce_exponential(x);
  const Pair sum = fast_two_sum(1.0, e.t.hi);
  return scale(sum.hi + (sum.lo + e.t.lo), e.k);
}

double expm1(double x) {
  if (std::isnan(x)) return x;
  if (std::fabs(x) < 0x1p-54) return x;
  if (x < -40.0) return -1.0;
  if (x > 700.0) return exp(x);  // subtracting 1 is far below the last bit
  const Pair e = exponential_minus_one(x);
  return e.hi + e.lo;
}

double log(double x) {
  if (std::isnan(x) || x == kInfinity) return x;
  if (x < 0.0) return kNaN;
  if (x == 0.0) return -kInfinity;
  if (x < 0x1p-1022) {
    const Pair y = logarithm({x * 0x1p54, 0.0});
    const Pair shift = two_sum(-54.0 * kLn2High, -54.0 * kLn2Middle);
    const Pair sum = add(shift, y);
    return sum.hi + sum.lo;
  }
  const Pair y = logarithm({x, 0.0});
  return y.hi + y.lo;
}

double log1p(double x) {
  if (std::isnan(x) || x == kInfinity) return x;
  if (x < -1.0) return kNaN;
  if (x == -1.0) return -kInfinity;
  if (std::fabs(x) < 0x1p-54) return x;
  const Pair y = logarithm(two_sum(1.0, x));
  return y.hi + y.lo;
}

// tanh x = E / (E + 2), E = exp(2x) - 1, for x > 0; odd.
double tanh(double x) {
  const double magnitude = std::fabs(x);
  if (std::isnan(x) || magnitude < 0x1p-28) return x;
  if (magnitude > 20.0) return std::copysign(1.0, x);
  const Pair e = exponential_minus_one(2.0 * magnitude);
  const Pair y = divide(e, add({2.0, 0.0}, e));
  return std::copysign(y.hi + y.lo, x);
}

double sigmoid(double x) {
  if (std::isnan(x)) return x;
  if (x < -40.0) return exp(x);  // the denominator 1 + exp(x) rounds to 1
  if (x > 40.0) return 1.0;
  const Pair e = exponential(x < 0.0 ? x : -x);
  const Pair denominator = add({1.0, 0.0}, e);
  const Pair y = divide(x < 0.0 ? e : Pair{1.0, 0.0}, denominator);
  return y.hi + y.lo;
}

// softplus x = max(x, 0) + ln(1 + exp(-|x|)).
double softplus(double x) {
  if (std::isnan(x)) return x;
  if (x < -40.0) return exp(x);  // ln(1 + e) = e to the last bit
  if (x > 40.0) return x;
  const Pair y = logarithm(add({1.0, 0.0}, exponential(-std::fabs(x))));
  const Pair sum = add({x > 0.0 ? x : 0.0, 0.0}, y);
  return sum.hi + sum.lo;
}

namespace {

constexpr Pair kTwoOverRootPi = {0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56};

// erf at the centres 9/8, 11/8, ..., 47/8, correctly rounded (from mpmath at 400 bits).
constexpr std::array<double, 20> kErfAtCentres = {
    0x1.c6dad2829ec62p-1, 0x1.e5768c3b4a3fcp-1, 0x1.f4f693b67bd77p-1, 0x1.fbe61eef4cf6ap-1, 0x1.fea4218d6594ap-1,
    0x1.ff9960f3eb327p-1, 0x1.ffe514bbdc197p-1, 0x1.fff9ba420e834p-1, 0x1.fffeb3ebb267bp-1, 0x1.ffffc316d9ed0p-1,
    0x1.fffff618c3da6p-1, 0x1.fffffe92ced93p-1, 0x1.ffffffd169d0cp-1, 0x1.fffffffabd229p-1, 0x1.ffffffff79626p-1,
    0x1.fffffffff4188p-1, 0x1.ffffffffff11ap-1, 0x1.ffffffffffef8p-1, 0x1.ffffffffffff0p-1, 0x1.fffffffffffffp-1};

// Of erf x = 2/sqrt(pi) sum (-1)^n x^(2n+1) / (n! (2n+1)) the coefficients but the first, 1, which is 0 here.
constexpr auto kErfSeries = [] {
  constexpr int kTerms = 20;  // the first left out: 1 / (20! 41) < 2^-66
  std::array<double, kTerms> coefficients{};
  double factorial = 1.0;
  for (int n = 1; n < kTerms; ++n) {
    factorial *= -n;
    coefficients[static_cast<std::size_t>(n)] = 1.0 / (factorial * (2 * n + 1));
  }
  return coefficients;
}();

// 0 < x <= 1.
double erf_series(double x) {
  const double square = x * x;
  const double tail = polynomial(kErfSeries, square);  // the sum without its first term 1
  const Pair y = multiply(two_product(x, kTwoOverRootPi.hi), fast_two_sum(1.0, tail));
  return y.hi + std::fma(x, kTwoOverRootPi.lo, y.lo);
}

double erf_centre(std::size_t index) {
  return 1.125 + 0.25 * static_cast<double>(index);
}

// a_1, ..., a_24 of the Taylor series erf(c + h) = sum a_n h^n about every centre. With erf'' = -2x erf':
// (n + 2)(n + 1) a_{n+2} = -2 c (n + 1) a_{n+1} - 2 n a_n.
using TaylorCoefficients = std::array<double, 24>;
std::array<TaylorCoefficients, kErfAtCentres.size()> erf_coefficients() {
  std::array<TaylorCoefficients, kErfAtCentres.size()> table{};
  for (std::size_t index = 0; index < table.size(); ++index) {
    const double c = erf_centre(index);
    double before = 0.0;                               // n a_n of n = 0
    double current = kTwoOverRootPi.hi * exp(-c * c);  // n a_n of n = 1; c * c is exact
    for (int n = 1; n <= 24; ++n) {
      table[index][static_cast<std::size_t>(n) - 1] = current / n;
      const double next = -2.0 * (c * current + (n > 1 ? before : 0.0)) / n;
      before = current;
      current = next;
    }
  }
  return table;
}

// About the nearest centre, 1 < x < 6.
double erf_near_centre(double x) {
  static const auto kCoefficients = erf_coefficients();
  const auto index = static_cast<std::size_t>((x - 1.0) * 4.0);
  const double h = x - erf_centre(index);
  double power = h;
  double sum = 0.0;
  for (const double coefficient : kCoefficients[index]) {
    sum += coefficient * power;
    power *= h;
  }
  return kErfAtCentres[index] + sum;
}

}  // namespace

double erf(double x) {
  const double magnitude = std::fabs(x);
  if (std::isnan(x)) return x;
  if (magnitude < 0x1p-28) return std::fma(x, kTwoOverRootPi.hi, x * kTwoOverRootPi.lo);
  if (magnitude >= 6.0) return std::copysign(1.0, x);
  return std::copysign(magnitude <= 1.0 ? erf_series(magnitude) : erf_near_centre(magnitude), x);
}

namespace {

// pi/2 in parts of 33 bits: k * part is exact for k < 2^20 (Cody and Waite 1980).
constexpr double kHalfPiHigh = 0x1.921fb54400000p+0;
constexpr double kHalfPiMiddle = 0x1.0b4611a600000p-34;
constexpr double kHalfPiLow = 0x1.3198a2e037073p-69;
constexpr double kHalfPiLowest = 0x1.129024e088a68p-123;

struct ReducedAngle {
  unsigned quadrant;
  Pair r;  // |r| <= pi/4
};

ReducedAngle reduce_angle(double x) {
  const double k = nearest_integer(x * 0x1.45f306dc9c883p-1);
  const Pair first = two_sum(std::fma(-k, kHalfPiHigh, x), -k * kHalfPiMiddle);
  const Pair low = two_product(-k, kHalfPiLow);  // near a multiple of pi/2 all of these bits count
  const Pair r = add(first, {low.hi, low.lo - k * kHalfPiLowest});
  return {static_cast<unsigned>(static_cast<std::int64_t>(k)) & 3u, r};
}

// sin r = r + r^3 (-1/3! + r^2/5! - ...), first term left out r^19/19! < 2^-63.
double sine(Pair r) {
  constexpr std::array<double, 8> kSine = {
      -1.0 / 6,        1.0 / 120,        -1.0 / 5040,         1.0 / 362880,
      -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368e3, 1.0 / 355687428096e3};
  const double square = r.hi * r.hi;
  const double tail = std::fma(r.hi * square, polynomial(kSine, square), r.lo * std::fma(-0.5, square, 1.0));
  return r.hi + tail;
}

// cos r = 1 - r^2/2 + r^4 (1/4! - ...), first term left out r^20/20! < 2^-68.
double cosine(Pair r) {
  constexpr std::array<double, 8> kCosine = {
      1.0 / 24,        -1.0 / 720,          1.0 / 40320,         -1.0 / 3628800,
      1.0 / 479001600, -1.0 / 87178291200., 1.0 / 20922789888e3, -1.0 / 6402373705728e3};
  const Pair square = two_product(r.hi, r.hi);
  const Pair lead = fast_two_sum(1.0, -0.5 * square.hi);
  const double tail = std::fma(square.hi * square.hi, polynomial(kCosine, square.hi),
                               std::fma(-0.5, square.lo, std::fma(-r.hi, r.lo, lead.lo)));
  return lead.hi + tail;
}

double sine_of_quadrant(const ReducedAngle& angle, unsigned shift) {
  const unsigned quadrant = (angle.quadrant + shift) & 3u;
  const double value = (quadrant & 1u) == 0u ? sine(angle.r) : cosine(angle.r);
  return (quadrant & 2u) == 0u ? value : -value;
}

}  // namespace

double sin(double x) {
  if (!(std::fabs(x) <= 1e6)) return kNaN;
  if (std::fabs(x) < 0x1p-28) return x;
  return sine_of_quadrant(reduce_angle(x), 0);
}

double cos(double x) {
  if (!(std::fabs(x) <= 1e6)) return kNaN;
  return sine_of_quadrant(reduce_angle(x), 1);
}

float exp(float x) {
  return static_cast<float>(exp(static_cast<double>(x)));
}
float expm1(float x) {
  return static_cast<float>(expm1(static_cast<double>(x)));
}
float log(float x) {
  return static_cast<float>(log(static_cast<double>(x)));
}
float log1p(float x) {
  return static_cast<float>(log1p(static_cast<double>(x)));
}
float tanh(float x) {
  return static_cast<float>(tanh(static_cast<double>(x)));
}
float sigmoid(float x) {
  return static_cast<float>(sigmoid(static_cast<double>(x)));
}
float softplus(float x) {
  return static_cast<float>(softplus(static_cast<double>(x)));
}
float erf(float x) {
  return static_cast<float>(erf(static_cast<double>(x)));
}
float sin(float x) {
  return static_cast<float>(sin(static_cast<double>(x)));
}
float cos(float x) {
  return static_cast<float>(cos(static_cast<double>(x)));
}

}  // namespace gradus::math
