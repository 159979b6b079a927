// Rounding of outputs and losses: of P, of dz of the last layer, and of the value f itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verification/rounding.hpp"

namespace gradus::verification {

/// The end of the network at the point, with the variances of its logits (zeros where the forward pass is shared).
struct LossRounding {
  const Arithmetic& arithmetic;
  const Problem& problem;
  const textbook::ForwardPass<double>& pass;
  bool counts_forward;
  const Matrix<double>& logits_variance;
  const std::vector<double>& factors;  // of the rows in the mean
};

/// Of dz of the last layer, as textbook::backward makes it.
Matrix<double> logits_gradient_variance(const LossRounding& at);
/// Of f: sum_b factor_b loss_b + penalty, or the functional.
double value_variance(const LossRounding& at);

}  // namespace gradus::verification
