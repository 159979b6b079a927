#include "verification/rounding.hpp"

#include <algorithm>
#include <cmath>

namespace gradus::verification {
namespace {

double square(double x) {
  return x * x;
}

Matrix<double> zeros_like(const Matrix<double>& m) {
  return {m.rows(), m.cols()};
}

/// Variances of one product C = A B (rows x inner, inner x cols), with the variances of A and B (empty: exact).
struct Factor {
  const Matrix<double>& value;
  const Matrix<double>& variance;
};

// v(r, c) = u^2 sum_j S_j^2 + sum_j (b^2 v_a + a^2 v_b) + 2 w^2 sum_j (a b)^2, S_j the chain after its term j, w the
// roundoff of the factors. `at_a(r, j)` and `at_b(j, c)` give linear indices, so that transposes need no copy.
template <class AtA, class AtB>
Matrix<double> product_variance(const Arithmetic& arithmetic, std::size_t rows, std::size_t inner, std::size_t cols,
                                const Factor& a, const AtA& at_a, const Factor& b, const AtB& at_b) {
  Matrix<double> variance(rows, cols);
  std::vector<double> chain(cols);
  const double roundoff = square(arithmetic.unit_roundoff);
  const double input = 2.0 * square(arithmetic.input_roundoff);
  const double smallest = square(arithmetic.smallest_input);
  for (std::size_t r = 0; r < rows; ++r) {
    std::fill(chain.begin(), chain.end(), 0.0);
    double* const v = variance.row(r).data();
    for (std::size_t j = 0; j < inner; ++j) {
      const double x = a.value.data()[at_a(r, j)];
      const double vx = a.variance.empty() ? 0.0 : a.variance.data()[at_a(r, j)];
      if (x == 0.0 && vx == 0.0 && b.variance.empty()) continue;
      for (std::size_t c = 0; c < cols; ++c) {
        const double y = b.value.data()[at_b(j, c)];
        const double product = x * y;
        chain[c] += product;
        v[c] +=
            roundoff * square(chain[c]) + input * square(product) + square(y) * vx + smallest * (square(x) + square(y));
        if (!b.variance.empty()) v[c] += square(x) * b.variance.data()[at_b(j, c)];
      }
    }
  }
  return variance;
}

Matrix<double> weights_of(const Network<double>& network, std::size_t layer) {
  const MatrixView<const double> view = network.weights(layer);
  Matrix<double> weights(view.rows(), view.cols());
  std::ranges::copy(view.span(), weights.data());
  return weights;
}

struct Analysis {
  const Problem& problem;
  const Arithmetic& arithmetic;
  bool counts_forward;
  textbook::ForwardPass<double> pass;
  std::vector<Matrix<double>> v_x;  // by layer, of its inputs; like v_z
  std::vector<Matrix<double>> v_z;
  Matrix<double> v_p;
  std::vector<double> factors;
  RoundingError result{};

  [[nodiscard]] double u() const { return arithmetic.unit_roundoff; }
  [[nodiscard]] double function_error(double value) const { return arithmetic.function_ulps * u() * value; }
  [[nodiscard]] bool has_mask(std::size_t l) const { return !problem.masks.empty() && !problem.masks[l].empty(); }

  void forward();
  void outputs();
  void value();
  Matrix<double> last_gradient(Matrix<double>& variance) const;
  void backward();
  void parameters(std::size_t layer, const Matrix<double>& dz, const Matrix<double>& v_dz);
  void through_activation(std::size_t layer, Matrix<double>& dz, Matrix<double>& v_dz);
};

double slope_at(const Activation& activation, double z) {
  return textbook::activate_backward(activation, z, textbook::activate(activation, z), 1.0);
}

// Slopes that are differences: 1 - h^2, h (1 - h), Phi = (1 + erf) / 2, 1 + z (1 - s). What is rounded in them does not
// shrink with the slope.
double cancelling_terms(ActivationKind kind, double z, double h) {
  switch (kind) {
    case ActivationKind::kTanh:
      return 1.0 + h * h;
    case ActivationKind::kSigmoid:
      return h;
    case ActivationKind::kGelu:
    case ActivationKind::kSilu:
      return 1.0 + std::fabs(z);
    default:
      return 0.0;
  }
}

bool has_kink(ActivationKind kind) {
  return activation_facts(kind).kink == Kink::kPiecewiseLinear;
}

void Analysis::forward() {
  Matrix<double> v_inputs = zeros_like(problem.x);
  for (std::size_t l = 0; l < problem.num_layers(); ++l) {
    const Matrix<double> weights = weights_of(problem.network, l);
    const Matrix<double>& x = pass.x[l];
    const Matrix<double>& z = pass.z[l];
    Matrix<double> v;
    if (counts_forward) {
      const std::size_t outputs = weights.cols();
      const Matrix<double> exact;
      v = product_variance(
          arithmetic, x.rows(), x.cols(), outputs, {x, v_inputs},
          [&x](std::size_t r, std::size_t j) { return r * x.cols() + j; }, {weights, exact},
          [outputs](std::size_t j, std::size_t c) { return j * outputs + c; });
      for (std::size_t i = 0; i < v.size(); ++i) v.data()[i] += square(u() * z.data()[i]);
    } else {
      v = zeros_like(z);
    }
    v_x.push_back(std::move(v_inputs));
    v_inputs = zeros_like(z);
    for (std::size_t i = 0; counts_forward && i < v.size(); ++i) {
      const Activation& activation = problem.network.spec.layers[l].activation;
      double slope = slope_at(activation, z.data()[i]);
      if (has_kink(activation.kind) && std::fabs(z.data()[i]) <= kSigmas * std::sqrt(v.data()[i])) slope = 1.0;
      const bool is_function = !has_kink(activation.kind) && activation.kind != ActivationKind::kIdentity;
      const double own = is_function ? function_error(pass.h[l].data()[i]) : u() * pass.h[l].data()[i];
      const double mask = has_mask(l) ? problem.masks[l].data()[i] : 1.0;
      v_inputs.data()[i] = square(mask) * (square(slope) * v.data()[i] + square(own));
    }
    v_z.push_back(std::move(v));
  }
}

// softmax: dp_k = p_k (dz_k - sum_j p_j dz_j); sigmoid: dp = p (1 - p) dz.
void Analysis::outputs() {
  const Matrix<double>& p = pass.outputs;
  v_p = zeros_like(p);
  if (!counts_forward) return;
  const OutputKind output = problem.network.spec.output;
  for (std::size_t b = 0; b < p.rows(); ++b) {
    double shared = 0.0;
    for (std::size_t k = 0; k < p.cols(); ++k) shared += square(p(b, k)) * v_z.back()(b, k);
    for (std::size_t k = 0; k < p.cols(); ++k) {
      const double v = v_z.back()(b, k);
      double slope = 1.0;
      if (output == OutputKind::kSigmoid) slope = p(b, k) * (1.0 - p(b, k));
      if (output == OutputKind::kExp) slope = p(b, k);
      v_p(b, k) = square(slope) * v + square(function_error(p(b, k)));
      if (output == OutputKind::kSoftmax) v_p(b, k) = square(p(b, k)) * (v + shared) + square(function_error(p(b, k)));
      if (output == OutputKind::kLinear) v_p(b, k) = v;
    }
  }
}

// dz of the last layer as textbook::backward makes it, and its variance: p - y cancels, so p and y count in full.
Matrix<double> Analysis::last_gradient(Matrix<double>& variance) const {
  const Matrix<double>& p = pass.outputs;
  const Loss& loss = problem.network.spec.loss;
  const BatchTargets<double> targets = problem.targets();
  Matrix<double> dz = zeros_like(p);
  variance = zeros_like(p);
  for (std::size_t b = 0; b < p.rows(); ++b) {
    textbook::loss_gradient_row<double>(loss, pass.logits().row(b), p.row(b), targets, b, factors[b], dz.row(b));
    for (std::size_t k = 0; k < p.cols(); ++k) {
      const double y = textbook::target_of(targets, b, k, p.cols());
      const bool mean_over_outputs = loss_facts(loss.kind).is_mean_over_outputs;
      const double factor = factors[b] * (mean_over_outputs ? 2.0 / static_cast<double>(p.cols()) : 1.0);
      const double terms = square(p(b, k)) + (problem.functional.empty() ? square(y) : 0.0);
      const bool rounds = problem.functional.empty() || counts_forward;
      variance(b, k) = square(2.0 * u() * dz(b, k));
      if (loss.gradient_through_floor && problem.functional.empty()) {
        // 1 - p carries the rounding of p.
        const double slope = y / (p(b, k) + loss.floor) + (1.0 - y) / (1.0 - p(b, k) + loss.floor);
        variance(b, k) += square(2.0 * factor * u() * p(b, k) * slope);
      }
      if (rounds) variance(b, k) += square(factor) * (v_p(b, k) + square(u()) * terms);
    }
  }
  return dz;
}

void Analysis::parameters(std::size_t layer, const Matrix<double>& dz, const Matrix<double>& v_dz) {
  const Matrix<double>& x = pass.x[layer];
  const std::size_t samples = x.rows();
  const std::size_t inputs = x.cols();
  const std::size_t outputs = dz.cols();
  LayerTangent& to = result.gradient[layer];
  to.weights = product_variance(
      arithmetic, inputs, samples, outputs, {x, v_x[layer]},
      [inputs](std::size_t r, std::size_t j) { return j * inputs + r; }, {dz, v_dz},
      [outputs](std::size_t j, std::size_t c) { return j * outputs + c; });
  const LayerSpec& spec = problem.network.spec.layers[layer];
  for (std::size_t i = 0; i < to.weights.size(); ++i) {
    const double w = problem.network.weights(layer).data()[i];
    to.weights.data()[i] += square(2.0 * u() * (spec.l1 + 2.0 * spec.l2 * std::fabs(w)));
  }
  for (std::size_t o = 0; o < outputs; ++o) {
    double chain = 0.0;
    for (std::size_t b = 0; b < samples; ++b) {
      chain += dz(b, o);
      to.biases(0, o) += square(u() * chain) + square(arithmetic.input_roundoff * dz(b, o)) + v_dz(b, o);
    }
  }
  const Matrix<double> weights = weights_of(problem.network, layer);
  const Matrix<double> exact;
  to.inputs = product_variance(
      arithmetic, samples, outputs, inputs, {dz, v_dz},
      [outputs](std::size_t r, std::size_t j) { return r * outputs + j; }, {weights, exact},
      [outputs](std::size_t j, std::size_t c) { return c * outputs + j; });
}

// dz' = dh f'(z): errors of dh, of f' through z, and of f' itself (1 - h^2 cancels where tanh saturates; a unit within
// rounding of its kink may be on either side).
void Analysis::through_activation(std::size_t layer, Matrix<double>& dz, Matrix<double>& v_dz) {
  const Activation& activation = problem.network.spec.layers[layer].activation;
  constexpr double kCurvatureStep = 1e-3;
  for (std::size_t i = 0; i < dz.size(); ++i) {
    const double z = pass.z[layer].data()[i];
    const double h = pass.h[layer].data()[i];
    const double mask = has_mask(layer) ? problem.masks[layer].data()[i] : 1.0;
    const double dh = dz.data()[i] * mask;
    const double v_dh = v_dz.data()[i] * square(mask);
    const double v = v_z[layer].data()[i];
    const double slope = slope_at(activation, z);
    double v_slope = square(function_error(slope));
    double v_through = square(slope) * v_dh;
    v_slope += square((u() + arithmetic.input_roundoff) * cancelling_terms(activation.kind, z, h));
    if (has_kink(activation.kind)) {
      if (counts_forward && std::fabs(z) <= kSigmas * std::sqrt(v)) {
        result.uncertain_units += v > 0.0 ? 1 : 0;
        v_slope = v > 0.0 ? square(1.0 - activation.alpha) : 0.0;
        v_through = v_dh;
      }
    } else if (v > 0.0) {
      const double curvature = (slope_at(activation, z + kCurvatureStep) - slope_at(activation, z - kCurvatureStep)) /
                               (2.0 * kCurvatureStep);
      v_slope += square(curvature) * v;
    }
    dz.data()[i] = dh * slope;
    v_dz.data()[i] = v_through + square(dh) * v_slope + square(2.0 * u() * dz.data()[i]);
  }
}

void Analysis::backward() {
  Matrix<double> v_dz;
  Matrix<double> dz = last_gradient(v_dz);
  result.gradient = make_tangent(problem);
  for (std::size_t l = problem.num_layers(); l-- > 0;) {
    parameters(l, dz, v_dz);
    if (l == 0) break;
    // dX without its variance is needed for the layer below.
    Matrix<double> dx = zeros_like(pass.x[l]);
    textbook::DenseLayer::input_gradient(dz, problem.network.weights(l), dx);
    dz = std::move(dx);
    v_dz = result.gradient[l].inputs;
    through_activation(l - 1, dz, v_dz);
  }
}

// f = sum_b factor_b loss_b + penalty: errors of z through dz, of the loss's own terms, of the two long sums.
void Analysis::value() {
  const Matrix<double>& p = pass.outputs;
  double variance = 0.0;
  double magnitude = 0.0;
  if (!problem.functional.empty()) {
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double term = problem.functional.data()[i] * p.data()[i];
      magnitude += term;
      variance += square(problem.functional.data()[i]) * v_p.data()[i] + square(u() * magnitude);
    }
    result.value = std::sqrt(variance);
    return;
  }
  const std::vector<double> losses = textbook::losses(problem.network, pass, problem.targets());
  Matrix<double> ignored;
  const Matrix<double> dz = last_gradient(ignored);
  for (std::size_t b = 0; b < p.rows(); ++b) {
    double largest = losses[b];
    for (std::size_t k = 0; k < p.cols(); ++k) {
      largest = std::max(largest, std::fabs(pass.z.back()(b, k)));
      variance += square(dz(b, k)) * v_z.back()(b, k);
    }
    variance += square(factors[b] * function_error(largest));
    magnitude += std::fabs(factors[b] * losses[b]);
    variance += square(u() * magnitude);
  }
  for (std::size_t l = 0; l < problem.num_layers(); ++l) {
    const LayerSpec& spec = problem.network.spec.layers[l];
    if (spec.l1 == 0.0 && spec.l2 == 0.0) continue;
    const auto weights = problem.network.weights(l).span();
    double sum = 0.0;
    for (const double w : weights) sum += spec.l1 * std::fabs(w) + spec.l2 * w * w;
    // Partial sums grow evenly: sum_j (u S j / n)^2 = u^2 S^2 n / 3.
    variance += square(u() * sum) * static_cast<double>(weights.size()) / 3.0;
    magnitude += sum;
  }
  result.value = std::sqrt(variance + square(2.0 * u() * magnitude));
}

void take_roots(Tangent& variances) {
  for (LayerTangent& layer : variances) {
    for (const Part part : kAllParts) {
      for (double& v : layer[part].span()) v = std::sqrt(v);
    }
  }
}

}  // namespace

RoundingError rounding_error(const Problem& problem, const Arithmetic& arithmetic, ForwardErrors forward) {
  Analysis analysis{.problem = problem,
                    .arithmetic = arithmetic,
                    .counts_forward = forward == ForwardErrors::kCounted,
                    .pass = textbook::forward(problem.network, problem.x.view(), problem.masks),
                    .v_x = {},
                    .v_z = {},
                    .v_p = {},
                    .factors = textbook::sample_factors(problem.targets(), problem.x.rows())};
  analysis.forward();
  analysis.outputs();
  analysis.value();
  analysis.backward();
  take_roots(analysis.result.gradient);
  return std::move(analysis.result);
}

}  // namespace gradus::verification
