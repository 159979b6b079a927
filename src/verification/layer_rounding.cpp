// Rounding by kind of layer: the choice, and residual addition.
// SPDX-License-Identifier: Apache-2.0
#include "verification/layer_rounding.hpp"

namespace gradus::verification {
namespace {

// z = x + h of the source: one rounding.
Matrix<double> residual_forward_variance(const ForwardRounding& at) {
  Matrix<double> variance(at.z.rows(), at.z.cols());
  for (std::size_t i = 0; i < variance.size(); ++i) {
    variance.data()[i] = at.x_variance.data()[i] + square(at.arithmetic.unit_roundoff * at.z.data()[i]);
    if (at.source_variance != nullptr) variance.data()[i] += at.source_variance->data()[i];
  }
  return variance;
}

// dz goes both ways as it is; the additions that join the ways are counted where they are made.
void residual_backward_variance(const BackwardRounding& at) {
  at.dx_variance = at.dz_variance;
  if (at.source_variance == nullptr) return;
  for (std::size_t i = 0; i < at.dz_variance.size(); ++i) {
    const double sum = at.at.source_gradient->data()[i] + at.at.dz->data()[i];
    at.source_variance->data()[i] += at.dz_variance.data()[i] + square(at.arithmetic.unit_roundoff * sum);
  }
}

}  // namespace

Matrix<double> forward_variance(const ForwardRounding& at) {
  switch (at.problem.spec().layers[at.layer].kind) {
    case LayerKind::kDense:
      return dense_forward_variance(at);
    case LayerKind::kBatchNorm:
      return normalization_forward_variance(at, Sharing::kUnit);
    case LayerKind::kLayerNorm:
      return normalization_forward_variance(at, Sharing::kRow);
    case LayerKind::kResidual:
      return residual_forward_variance(at);
  }
  return {};
}

void backward_variance(const BackwardRounding& at) {
  switch (at.at.spec.layers[at.at.layer].kind) {
    case LayerKind::kDense:
      return dense_backward_variance(at);
    case LayerKind::kBatchNorm:
      return normalization_backward_variance(at, Sharing::kUnit);
    case LayerKind::kLayerNorm:
      return normalization_backward_variance(at, Sharing::kRow);
    case LayerKind::kResidual:
      return residual_backward_variance(at);
  }
}

}  // namespace gradus::verification
