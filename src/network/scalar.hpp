// What the textbook asks of a number type T, given here for double and float. Another scalar (one that carries
// derivatives, say) brings overloads of these names in its own namespace, where the textbook's unqualified calls find
// them:  multiply_add, real_value, sqrt, exp, expm1, log, tanh, sigmoid, softplus, erf  and  + - * /, T(double).
// It must be trivially copyable, and T{} must be zero.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "core/scalar_math.hpp"

namespace gradus {

namespace math {
inline double sqrt(double x) {
  return std::sqrt(x);
}
inline float sqrt(float x) {
  return std::sqrt(x);
}
}  // namespace math

/// a * b + c with one rounding. Other scalars: a * b + c.
inline double multiply_add(double a, double b, double c) {
  return std::fma(a, b, c);
}
inline float multiply_add(float a, float b, float c) {
  return std::fma(a, b, c);
}

/// The number that comparisons and branches look at (kinks, maxima). Other scalars: the value without derivatives.
inline double real_value(double x) {
  return x;
}
inline double real_value(float x) {
  return static_cast<double>(x);
}

}  // namespace gradus
