// Rounding of outputs and losses.
// SPDX-License-Identifier: Apache-2.0
#include "verification/loss_rounding.hpp"

#include <algorithm>
#include <cmath>

#include "verification/layer_rounding.hpp"

namespace gradus::verification {
namespace {

double function_variance(const LossRounding& at, double value) {
  return square(at.arithmetic.function_ulps * at.arithmetic.unit_roundoff * value);
}

// softmax: dp_k = p_k (dz_k - sum_j p_j dz_j); sigmoid: dp = p (1 - p) dz.
Matrix<double> outputs_variance(const LossRounding& at) {
  const Matrix<double>& p = at.pass.outputs;
  Matrix<double> variance(p.rows(), p.cols());
  if (!at.counts_forward) return variance;
  for (std::size_t b = 0; b < p.rows(); ++b) {
    double shared = 0.0;
    for (std::size_t k = 0; k < p.cols(); ++k) shared += square(p(b, k)) * at.logits_variance(b, k);
    for (std::size_t k = 0; k < p.cols(); ++k) {
      const double v = at.logits_variance(b, k);
      switch (at.problem.spec().output) {
        case OutputKind::kSoftmax:
          variance(b, k) = square(p(b, k)) * (v + shared) + function_variance(at, p(b, k));
          break;
        case OutputKind::kSigmoid:
          variance(b, k) = square(p(b, k) * (1.0 - p(b, k))) * v + function_variance(at, p(b, k));
          break;
        case OutputKind::kLinear:
          variance(b, k) = v;
          break;
      }
    }
  }
  return variance;
}

// sum_i u_i p_i.
double functional_variance(const LossRounding& at) {
  const Matrix<double> p_variance = outputs_variance(at);
  double variance = 0.0;
  double magnitude = 0.0;
  for (std::size_t i = 0; i < p_variance.size(); ++i) {
    const double u = at.problem.functional.data()[i];
    magnitude += u * at.pass.outputs.data()[i];
    variance += square(u) * p_variance.data()[i] + square(at.arithmetic.unit_roundoff * magnitude);
  }
  return variance;
}

// Partial sums grow evenly: sum_j (u S j / n)^2 = u^2 S^2 n / 3. Adds the sums to `magnitude`.
double penalty_variance(const LossRounding& at, double& magnitude) {
  double variance = 0.0;
  for (std::size_t l = 0; l < at.problem.num_layers(); ++l) {
    const LayerSpec& layer = at.problem.spec().layers[l];
    if (layer.l1 == 0.0 && layer.l2 == 0.0) continue;
    const auto weights = at.problem.network.weights(l).span();
    double sum = 0.0;
    for (const double w : weights) sum += layer.l1 * std::fabs(w) + layer.l2 * w * w;
    variance += square(at.arithmetic.unit_roundoff * sum) * static_cast<double>(weights.size()) / 3.0;
    magnitude += sum;
  }
  return variance;
}

}  // namespace

// p - y cancels, so p and y count in full.
Matrix<double> logits_gradient_variance(const LossRounding& at) {
  const Matrix<double>& p = at.pass.outputs;
  const Loss& loss = at.problem.spec().loss;
  const BatchTargets<double> targets = at.problem.targets();
  const double u = at.arithmetic.unit_roundoff;
  const bool is_loss = at.problem.functional.empty();
  const Matrix<double> p_variance = outputs_variance(at);
  const Matrix<double> dz = textbook::logits_gradient<double>(at.problem.network, at.pass, targets, at.factors);
  Matrix<double> variance(p.rows(), p.cols());
  for (std::size_t b = 0; b < p.rows(); ++b) {
    for (std::size_t k = 0; k < p.cols(); ++k) {
      const double y = textbook::target_of(targets, b, k, p.cols());
      const bool mean_over_outputs = loss.kind == LossKind::kMeanSquaredError || loss.kind == LossKind::kHuber;
      const double factor = at.factors[b] * (mean_over_outputs ? 2.0 / static_cast<double>(p.cols()) : 1.0);
      variance(b, k) = square(2.0 * u * dz(b, k));
      if (loss.gradient_through_floor && is_loss) {
        // 1 - p carries the rounding of p.
        const double slope = y / (p(b, k) + loss.floor) + (1.0 - y) / (1.0 - p(b, k) + loss.floor);
        variance(b, k) += square(2.0 * factor * u * p(b, k) * slope);
      }
      const double terms = square(p(b, k)) + (is_loss ? square(y) : 0.0);
      if (is_loss || at.counts_forward) variance(b, k) += square(factor) * (p_variance(b, k) + square(u) * terms);
    }
  }
  return variance;
}

// Errors of z through dz, of the loss's own terms, of the two long sums.
double value_variance(const LossRounding& at) {
  if (!at.problem.functional.empty()) return functional_variance(at);
  const double u = at.arithmetic.unit_roundoff;
  const BatchTargets<double> targets = at.problem.targets();
  const std::vector<double> losses = textbook::losses(at.problem.network, at.pass, targets);
  const Matrix<double> dz = textbook::logits_gradient<double>(at.problem.network, at.pass, targets, at.factors);
  double variance = 0.0;
  double magnitude = 0.0;
  for (std::size_t b = 0; b < losses.size(); ++b) {
    double largest = losses[b];
    for (std::size_t k = 0; k < dz.cols(); ++k) {
      largest = std::max(largest, std::fabs(at.pass.logits()(b, k)));
      variance += square(dz(b, k)) * at.logits_variance(b, k);
    }
    variance += function_variance(at, at.factors[b] * largest);
    magnitude += std::fabs(at.factors[b] * losses[b]);
    variance += square(u * magnitude);
  }
  variance += penalty_variance(at, magnitude);
  return variance + square(2.0 * u * magnitude);
}

}  // namespace gradus::verification
