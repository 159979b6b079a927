// What rounding alone may do: a running error analysis of forward, backward and loss. Every bound of the certificate
// that has to do with rounding comes from here, so that no tolerance is guessed.
// Model: each operation adds an independent error of at most u times its result (u: unit roundoff), whatever a chain of
// multiply-adds holds at that moment; errors travel along derivatives and add up as squares. Wilkinson's running error
// analysis with the probabilistic sum of Higham and Mary, SIAM J. Sci. Comput. 41 (2019) A2815; bounds are kSigmas
// standard deviations.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verification/problem.hpp"

namespace gradus::verification {

/// How an engine computes.
struct Arithmetic {
  double unit_roundoff = 0x1p-53;  // of results
  double input_roundoff = 0.0;     // of the factors of products, where they are rounded to a shorter type first
  double smallest_input = 0.0;     // factors below it become 0
  double function_ulps = 4.0;      // error of exp, tanh, ... in units in the last place: twice the worst documented
};
inline constexpr Arithmetic kDoubleArithmetic{};
inline constexpr Arithmetic kFloatArithmetic{.unit_roundoff = 0x1p-24};

/// Standard deviations that a bound allows. The model's errors are estimates within a factor of two or so; 16 leaves
/// room for sums that are not independent, and costs one decimal digit of sharpness.
inline constexpr double kSigmas = 16.0;

/// Standard deviations of the computed gradient and of f itself.
struct RoundingError {
  Tangent gradient;
  double value = 0.0;
  std::size_t uncertain_units = 0;  // units whose side of a kink is decided by rounding
};

enum class ForwardErrors : std::uint8_t {
  kCounted,  // the forward passes round differently (an engine against the textbook)
  kShared,   // the forward pass is the same to the bit; only the derivative's own chain rounds (exact derivatives)
};

RoundingError rounding_error(const Problem& problem, const Arithmetic& arithmetic, ForwardErrors forward);

}  // namespace gradus::verification
