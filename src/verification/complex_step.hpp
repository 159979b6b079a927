// ComplexStep: a complex number as a number type for the textbook. With an imaginary part of h = 1e-100 on the moved
// numbers, Im f / h is the derivative without cancellation, because h^2 is below every rounding. It holds where f is
// analytic; branches look at the real part. Squire and Trapp, SIAM Review 40 (1998) 110-112.
// erf has no complex form here: networks with GELU use dual numbers alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "network/scalar.hpp"

namespace gradus::verification {

using gradus::multiply_add;
using gradus::real_value;

struct ComplexStep {
  ComplexStep() = default;
  ComplexStep(double real, double imaginary = 0.0) : re(real), im(imaginary) {}  // NOLINT(google-explicit-constructor)
  double re = 0.0;
  double im = 0.0;
};

inline constexpr double kComplexStep = 1e-100;

inline double real_value(const ComplexStep& a) {
  return a.re;
}
inline ComplexStep operator+(ComplexStep a, ComplexStep b) {
  return {a.re + b.re, a.im + b.im};
}
inline ComplexStep operator-(ComplexStep a, ComplexStep b) {
  return {a.re - b.re, a.im - b.im};
}
inline ComplexStep operator-(ComplexStep a) {
  return {-a.re, -a.im};
}
inline ComplexStep operator*(ComplexStep a, ComplexStep b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
inline ComplexStep operator/(ComplexStep a, ComplexStep b) {
  const double norm = b.re * b.re + b.im * b.im;
  return {(a.re * b.re + a.im * b.im) / norm, (a.im * b.re - a.re * b.im) / norm};
}
inline ComplexStep multiply_add(ComplexStep a, ComplexStep b, ComplexStep c) {
  const ComplexStep product = a * b + c;
  return {std::fma(a.re, b.re, c.re), product.im};
}
/// The imaginary part is a step of 1e-100: its square is nothing beside the real part.
inline ComplexStep sqrt(ComplexStep a) {
  const double root = std::sqrt(a.re);
  return {root, a.im / (2.0 * root)};
}
inline ComplexStep exp(ComplexStep a) {
  const double r = math::exp(a.re);
  return {r * std::cos(a.im), r * std::sin(a.im)};
}
inline ComplexStep expm1(ComplexStep a) {
  return {math::expm1(a.re), math::exp(a.re) * std::sin(a.im)};
}
inline ComplexStep log(ComplexStep a) {
  return {math::log(std::hypot(a.re, a.im)), std::atan2(a.im, a.re)};
}
/// tanh(x + iy) = (sinh 2x + i sin 2y) / (cosh 2x + cos 2y); divided by exp(2 |x|) it never overflows.
inline ComplexStep tanh(ComplexStep a) {
  const double e = math::exp(-2.0 * std::fabs(a.re));
  const double cosines = 0.5 * (1.0 + e * e) + e * std::cos(2.0 * a.im);
  return {math::tanh(a.re), e * std::sin(2.0 * a.im) / cosines};
}
/// sigmoid(z) = (1 + tanh(z / 2)) / 2
inline ComplexStep sigmoid(ComplexStep a) {
  return {math::sigmoid(a.re), 0.5 * tanh(ComplexStep(0.5 * a.re, 0.5 * a.im)).im};
}
/// ln(1 + exp z) = z + ln(1 + exp(-z)): the form whose exponential is small
inline ComplexStep softplus(ComplexStep a) {
  const ComplexStep small = exp(a.re > 0.0 ? -a : a);
  const double turn = std::atan2(small.im, 1.0 + small.re);
  return {math::softplus(a.re), a.re > 0.0 ? a.im + turn : turn};
}
inline ComplexStep erf(ComplexStep) {
  return {std::nan(""), std::nan("")};
}

}  // namespace gradus::verification
