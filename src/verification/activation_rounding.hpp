// Rounding of activations h = f(z) and of dz = dh f'(z), with learned slopes where there are any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verification/rounding.hpp"

namespace gradus::verification {

/// A layer's activation at the point. `mask`: dropout factors, null where there are none.
struct ActivationRounding {
  const Arithmetic& arithmetic;
  const LayerSpec& layer;
  std::span<const double> slopes;  // empty: the activation's own
  const Matrix<double>& z;
  const Matrix<double>& z_variance;
  const Matrix<double>& h;
  const Matrix<double>* mask;
};

/// The variance of what the next layer reads, h times its mask.
Matrix<double> activation_variance(const ActivationRounding& at);

/// The variance of dz from that of dh (behind the mask). Adds to `slope_variance` (may be empty) that of the slopes'
/// gradient, and to `uncertain_units` the units whose side of their kink rounding decides.
Matrix<double> activation_gradient_variance(const ActivationRounding& at, const Matrix<double>& dh,
                                            const Matrix<double>& dh_variance, const Matrix<double>& dz,
                                            std::span<double> slope_variance, std::size_t& uncertain_units);

}  // namespace gradus::verification
