// A problem prepared for measuring: its forward pass, its tails, and what rounding may do to its derivatives.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "verification/kinks.hpp"
#include "verification/rounding.hpp"

namespace gradus::verification {

/// An exact derivative and backpropagation may differ by this many units in the last place of the gradient's norm, plus
/// kSigmas times what the running error analysis predicts. 64 covers sums of 4096 terms (the error of a sum of n terms
/// grows like sqrt(n) ULP) with nothing cancelling; what cancels is the analysis's business.
inline constexpr double kExactUlps = 64.0;
inline constexpr double kUlp = 0x1p-52;

struct Subject {
  explicit Subject(Problem checked_problem);

  Problem problem;
  textbook::ForwardPass<double> pass;
  std::vector<Problem> tails;   // tails[l]: layers l and after; empty before the first layer
  RoundingError rounding;       // of the derivative's own chain
  double value_roundoff = 0.0;  // standard deviation of f
  std::vector<bool> sides;

  /// Multiply-adds of one forward pass of the tail from `layer`: the cost of a measurement.
  [[nodiscard]] double forward_cost(std::size_t layer) const;
};

}  // namespace gradus::verification
