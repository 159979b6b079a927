// Rounding of one layer: what the running error analysis (rounding.hpp) asks of a kind of layer, forward and backward.
// A kind is a pair of functions, in a file of its own where it is long; forward_variance() and backward_variance()
// choose. Variances have the shape of what they are about.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verification/rounding.hpp"

namespace gradus::verification {

inline double square(double x) {
  return x * x;
}

/// What is known about a layer after forward. `source_variance`: of the outputs of an earlier layer that it reads, null
/// where they are exact or there are none.
struct ForwardRounding {
  const Arithmetic& arithmetic;
  const Problem& problem;
  std::size_t layer;
  const Matrix<double>& x;
  const Matrix<double>& x_variance;
  const Matrix<double>* source_variance;
  const Matrix<double>& z;
  const textbook::Moments<double>& moments;
};

/// What is known as backward enters a layer, and where the variances go that come out of it: those of the parameters'
/// gradients (without penalties), of dx, and, added, of the gradient of an earlier layer that it reads (may be null).
struct BackwardRounding {
  const Arithmetic& arithmetic;
  const textbook::LayerBackward<double>& at;
  const Matrix<double>& x_variance;
  const Matrix<double>& dz_variance;
  Tangent& gradient;
  Matrix<double>& dx_variance;
  Matrix<double>* source_variance;
};

/// The variance of z.
Matrix<double> forward_variance(const ForwardRounding& at);
void backward_variance(const BackwardRounding& at);

Matrix<double> dense_forward_variance(const ForwardRounding& at);
void dense_backward_variance(const BackwardRounding& at);

/// Which numbers share a mean and a variance: those of a unit over the batch, or those of a row over its units.
enum class Sharing : std::uint8_t { kUnit, kRow };
Matrix<double> normalization_forward_variance(const ForwardRounding& at, Sharing sharing);
void normalization_backward_variance(const BackwardRounding& at, Sharing sharing);

/// Adds what a plain sum over the rows of dz may be off by.
void add_sum_variance(const Arithmetic& arithmetic, const Matrix<double>& dz, const Matrix<double>& dz_variance,
                      std::span<double> variance);

}  // namespace gradus::verification
