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
        case OutputKind::kExp:
          variance(b, k) = square(p(b, k)) * v + function_variance(at, p(b, k));
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

/// One output of one row: what its dz is made of.
struct OutputTerms {
  double dz = 0.0;
  double p = 0.0;
  double p_variance = 0.0;
  double y = 0.0;
  double factor = 0.0;  // of p - y
};

// Losses whose dz is a factor times p - y. The difference cancels, so p and y count in full.
double difference_variance(const LossRounding& at, const OutputTerms& terms) {
  const double u = at.arithmetic.unit_roundoff;
  const Loss& loss = at.problem.spec().loss;
  const bool is_loss = at.problem.functional.empty();
  double variance = square(2.0 * u * terms.dz);
  if (loss.gradient_through_floor && is_loss) {
    // 1 - p carries the rounding of p.
    const double slope = terms.y / (terms.p + loss.floor) + (1.0 - terms.y) / (1.0 - terms.p + loss.floor);
    variance += square(2.0 * terms.factor * u * terms.p * slope);
  }
  const double sizes = square(terms.p) + (is_loss ? square(terms.y) : 0.0);
  if (is_loss || at.counts_forward) variance += square(terms.factor) * (terms.p_variance + square(u) * sizes);
  return variance;
}

// A constant on either side of the target: wrong by all of the jump where rounding decides the side.
double step_variance(const LossRounding& at, const OutputTerms& terms) {
  const double u = at.arithmetic.unit_roundoff;
  const double residual_variance = terms.p_variance + square(u) * (square(terms.p) + square(terms.y));
  const bool is_near = std::fabs(terms.p - terms.y) <= kSigmas * std::sqrt(residual_variance);
  return square(2.0 * u * terms.dz) + (at.counts_forward && is_near ? square(terms.factor) : 0.0);
}

// Focal losses work on logits: errors of these travel along the derivatives of dz, found by dual numbers, and the
// product of functions that dz is has the error of each.
void add_focal_variance(const LossRounding& at, std::size_t b, std::span<const double> dz, std::span<double> variance) {
  const Loss& loss = at.problem.spec().loss;
  const BatchTargets<double> targets = at.problem.targets();
  const std::span<const double> z = at.pass.logits().row(b);
  double largest = 0.0;
  for (const double logit : z) largest = std::max(largest, std::fabs(logit));
  for (std::size_t k = 0; k < z.size(); ++k) {
    variance[k] += function_variance(at, (4.0 + (1.0 + loss.focal_gamma) * (1.0 + largest)) * dz[k]);
  }
  if (!at.counts_forward) return;
  Matrix<Dual> values(at.problem.values.rows(), at.problem.values.cols());
  for (std::size_t i = 0; i < values.size(); ++i) values.data()[i] = at.problem.values.data()[i];
  const BatchTargets<Dual> dual_targets{targets.labels, values.view(), {}};
  std::vector<Dual> logits(z.begin(), z.end());
  std::vector<Dual> p(z.size());
  std::vector<Dual> slopes(z.size());
  for (std::size_t j = 0; j < z.size(); ++j) {
    logits[j].c[1] = 1.0;
    textbook::output_row<Dual>(at.problem.spec().output, logits, p);
    textbook::loss_gradient_row<Dual>(loss, logits, p, dual_targets, b, Dual(at.factors[b]), slopes);
    const double v = at.logits_variance(b, j) + function_variance(at, largest);
    for (std::size_t k = 0; k < z.size(); ++k) variance[k] += square(slopes[k].c[1]) * v;
    logits[j].c[1] = 0.0;
  }
}

double output_variance(const LossRounding& at, const OutputTerms& terms) {
  switch (at.problem.spec().loss.kind) {
    case LossKind::kSoftmaxCrossEntropy:
    case LossKind::kBinaryCrossEntropy:
    case LossKind::kMeanSquaredError:
    case LossKind::kHuber:
    case LossKind::kPoisson:
      return difference_variance(at, terms);
    case LossKind::kQuantile:
      return step_variance(at, terms);
    case LossKind::kFocal:
    case LossKind::kBinaryFocal:
      return 0.0;  // add_focal_variance() looks at the row
  }
  return 0.0;
}

/// The largest number that the loss of a row adds up.
double largest_term(const LossRounding& at, std::size_t b, double loss) {
  double largest = std::fabs(loss);
  for (std::size_t k = 0; k < at.pass.outputs.cols(); ++k) {
    const double z = at.pass.logits()(b, k);
    largest = std::max(largest, std::fabs(z));
    if (at.problem.spec().loss.kind != LossKind::kPoisson) continue;
    largest = std::max({largest, at.pass.outputs(b, k), std::fabs(at.problem.values(b, k) * z)});
  }
  return largest;
}

}  // namespace

Matrix<double> logits_gradient_variance(const LossRounding& at) {
  const Matrix<double>& p = at.pass.outputs;
  const LossKind kind = at.problem.spec().loss.kind;
  const BatchTargets<double> targets = at.problem.targets();
  const Matrix<double> p_variance = outputs_variance(at);
  const Matrix<double> dz = textbook::logits_gradient<double>(at.problem.network, at.pass, targets, at.factors);
  const double share = loss_facts(kind).is_mean_over_outputs ? 2.0 / static_cast<double>(p.cols()) : 1.0;
  Matrix<double> variance(p.rows(), p.cols());
  for (std::size_t b = 0; b < p.rows(); ++b) {
    for (std::size_t k = 0; k < p.cols(); ++k) {
      const double y = textbook::target_of(targets, b, k, p.cols());
      variance(b, k) = output_variance(at, {dz(b, k), p(b, k), p_variance(b, k), y, at.factors[b] * share});
    }
    if (kind == LossKind::kFocal || kind == LossKind::kBinaryFocal) {
      add_focal_variance(at, b, dz.row(b), variance.row(b));
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
    for (std::size_t k = 0; k < dz.cols(); ++k) variance += square(dz(b, k)) * at.logits_variance(b, k);
    variance += function_variance(at, at.factors[b] * largest_term(at, b, losses[b]));
    magnitude += std::fabs(at.factors[b] * losses[b]);
    variance += square(u * magnitude);
  }
  variance += penalty_variance(at, magnitude);
  return variance + square(2.0 * u * magnitude);
}

}  // namespace gradus::verification
