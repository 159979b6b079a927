// Rounding of dense layers: products as chains of multiply-adds, forward and both ways back.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "verification/layer_rounding.hpp"

namespace gradus::verification {
namespace {

/// A factor of a product with the variances of its numbers; empty: exact.
struct Factor {
  std::span<const double> value;
  std::span<const double> variance;
};

// Of C = A B (rows x inner, inner x cols):
// v(r, c) = u^2 sum_j S_j^2 + sum_j (b^2 v_a + a^2 v_b) + 2 w^2 sum_j (a b)^2, S_j the chain after its term j, w the
// roundoff of the factors. `at_a(r, j)` and `at_b(j, c)` give linear indices, so that transposes need no copy.
template <class AtA, class AtB>
void product_variance(const Arithmetic& arithmetic, std::size_t rows, std::size_t inner, std::size_t cols,
                      const Factor& a, const AtA& at_a, const Factor& b, const AtB& at_b, std::span<double> variance) {
  std::vector<double> chain(cols);
  const double roundoff = square(arithmetic.unit_roundoff);
  const double input = 2.0 * square(arithmetic.input_roundoff);
  const double smallest = square(arithmetic.smallest_input);
  for (std::size_t r = 0; r < rows; ++r) {
    std::fill(chain.begin(), chain.end(), 0.0);
    double* const v = variance.data() + r * cols;
    for (std::size_t j = 0; j < inner; ++j) {
      const double x = a.value[at_a(r, j)];
      const double vx = a.variance.empty() ? 0.0 : a.variance[at_a(r, j)];
      if (x == 0.0 && vx == 0.0 && b.variance.empty()) continue;
      for (std::size_t c = 0; c < cols; ++c) {
        const double y = b.value[at_b(j, c)];
        const double product = x * y;
        chain[c] += product;
        v[c] +=
            roundoff * square(chain[c]) + input * square(product) + square(y) * vx + smallest * (square(x) + square(y));
        if (!b.variance.empty()) v[c] += square(x) * b.variance[at_b(j, c)];
      }
    }
  }
}

}  // namespace

Matrix<double> dense_forward_variance(const ForwardRounding& at) {
  const MatrixView<const double> weights = at.problem.network.weights(at.layer);
  const std::size_t inputs = at.x.cols();
  const std::size_t outputs = weights.cols();
  Matrix<double> variance(at.x.rows(), outputs);
  product_variance(
      at.arithmetic, at.x.rows(), inputs, outputs, {at.x.span(), at.x_variance.span()},
      [inputs](std::size_t r, std::size_t j) { return r * inputs + j; }, {weights.span(), {}},
      [outputs](std::size_t j, std::size_t c) { return j * outputs + c; }, variance.span());
  for (std::size_t i = 0; i < variance.size(); ++i) {
    variance.data()[i] += square(at.arithmetic.unit_roundoff * at.z.data()[i]);
  }
  return variance;
}

void add_sum_variance(const Arithmetic& arithmetic, const Matrix<double>& dz, const Matrix<double>& dz_variance,
                      std::span<double> variance) {
  for (std::size_t o = 0; o < variance.size(); ++o) {
    double chain = 0.0;
    for (std::size_t b = 0; b < dz.rows(); ++b) {
      chain += dz(b, o);
      variance[o] += square(arithmetic.unit_roundoff * chain) + dz_variance(b, o);
    }
  }
}

void dense_backward_variance(const BackwardRounding& at) {
  const Matrix<double>& x = *at.at.x;
  const Matrix<double>& dz = *at.at.dz;
  const std::size_t samples = x.rows();
  const std::size_t inputs = x.cols();
  const std::size_t outputs = dz.cols();
  product_variance(
      at.arithmetic, inputs, samples, outputs, {x.span(), at.x_variance.span()},
      [inputs](std::size_t r, std::size_t j) { return j * inputs + r; }, {dz.span(), at.dz_variance.span()},
      [outputs](std::size_t j, std::size_t c) { return j * outputs + c; },
      at.gradient.values({at.at.layer, BlockRole::kWeight}));
  const std::span<double> biases = at.gradient.values({at.at.layer, BlockRole::kBias});
  add_sum_variance(at.arithmetic, dz, at.dz_variance, biases);
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t b = 0; b < samples; ++b) biases[o] += square(at.arithmetic.input_roundoff * dz(b, o));
  }
  product_variance(
      at.arithmetic, samples, outputs, inputs, {dz.span(), at.dz_variance.span()},
      [outputs](std::size_t r, std::size_t j) { return r * outputs + j; },
      {at.at.parameters->weights(at.at.layer).span(), {}},
      [outputs](std::size_t j, std::size_t c) { return c * outputs + j; }, at.dx_variance.span());
}

}  // namespace gradus::verification
