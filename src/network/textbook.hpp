// The textbook: forward and backward of a whole network in plain loops, for any scalar T (scalar.hpp says what T must
// offer). It is what the engine is proved against, so the order of every operation is part of it:
//   * each element of a product is one chain of multiply_add from 0: in increasing k forward, in increasing sample b
//     for dW, in increasing output o for dX; the bias is added after the chain, z = chain + b;
//   * db is the plain sum of dz in increasing b from 0;
//   * the weight of a sample, w_b / sum w (1 / B without weights), multiplies dz of the last layer once, as its last
//     operation, so that everything behind it is a gradient of the mean;
//   * penalties come last: dW = multiply_add(l1, sign(W), dW), then dW = multiply_add(2 l2, W, dW), each only where
//     l1 or l2 is not 0.
// Letters: B samples, I inputs, O outputs of a layer, K outputs of the network, l a layer. X (B x I), W (I x O), b (O).
//   forward    Z = X W + b,  H = f(Z),  next X = H o M  (M the dropout factors),  P = g(Z of the last layer)
//   backward   dZ from the loss;  dW = X^T dZ,  db = sum_b dZ,  dX = dZ W^T,  dH = dX o M,  dZ before = dH o f'
// Rumelhart, Hinton and Williams 1986. Batch formulation first, per-sample formulation below; both give the same bits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradus/network/network.hpp"
#include "gradus/network/targets.hpp"
#include "network/activation_math.hpp"
#include "network/check_inputs.hpp"
#include "network/loss_math.hpp"
#include "network/scalar.hpp"

namespace gradus::textbook {

/// Dropout factors, one matrix (B x O) per layer: 0 where an output is dropped, 1 / (1 - p) where it survives. An empty
/// matrix is a layer without dropout; an empty vector a network without.
template <class T>
using DropoutMasks = std::vector<Matrix<T>>;

/// The network alone decides T, so that mutable views, braces and empty masks convert by themselves.
template <class T>
using Rows = std::type_identity_t<MatrixView<const T>>;
template <class T>
using Targets = std::type_identity_t<BatchTargets<T>>;
template <class T>
using Masks = std::type_identity_t<DropoutMasks<T>>;

/// All that backward needs of a forward pass: by layer its inputs X, its Z and its H = f(Z) before dropout; P (B x K).
template <class T>
struct ForwardPass {
  std::vector<Matrix<T>> x;
  std::vector<Matrix<T>> z;
  std::vector<Matrix<T>> h;
  Matrix<T> outputs;
};

/// Gradients of the mean loss, with penalties, with respect to every parameter and to the inputs (B x I).
template <class T>
struct Gradients {
  std::vector<LayerParameters<T>> layers;
  Matrix<T> inputs;
};

// ---------------------------------------------------------------------------------------------------------------------
// Pieces that both formulations share

/// w_b / sum w, or 1 / B without weights. All weights 0: all factors 0.
template <class T>
std::vector<T> sample_factors(const BatchTargets<T>& targets, std::size_t num_samples) {
  if (targets.weights.empty()) {
    return std::vector<T>(num_samples, T(1.0) / T(static_cast<double>(num_samples)));
  }
  T sum(0.0);
  for (const T& w : targets.weights) sum = sum + w;
  std::vector<T> factors(targets.weights.begin(), targets.weights.end());
  for (T& factor : factors) factor = real_value(sum) == 0.0 ? T(0.0) : factor / sum;
  return factors;
}

/// dz of the last layer for sample b. Reads p (K), writes dz (K).
template <class T>
void last_gradient_row(const Loss& loss, std::span<const T> p, const BatchTargets<T>& targets, std::size_t b,
                       const T& factor, std::span<T> dz) {
  for (std::size_t k = 0; k < p.size(); ++k) {
    dz[k] = loss_gradient(loss, p[k], target_of(targets, b, k, p.size()), p.size()) * factor;
  }
}

/// d/dw (l1 |w| + l2 w^2) = l1 sign(w) + 2 l2 w, sign(0) = 0, added to dW. Biases have no penalty.
template <class T>
void add_penalty_gradients(const Network<T>& network, std::vector<LayerParameters<T>>& gradients) {
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const LayerSpec& layer = network.spec.layers[l];
    for (std::size_t i = 0; i < network.layers[l].weights.size(); ++i) {
      const T& w = network.layers[l].weights.data()[i];
      T& dw = gradients[l].weights.data()[i];
      const double sign = real_value(w) > 0.0 ? 1.0 : (real_value(w) < 0.0 ? -1.0 : 0.0);
      if (layer.l1 != 0.0) dw = multiply_add(T(layer.l1), T(sign), dw);
      if (layer.l2 != 0.0) dw = multiply_add(T(2.0 * layer.l2), w, dw);
    }
  }
}

/// Zero gradients in the network's shapes, for `num_samples` inputs.
template <class T>
Gradients<T> make_gradients(const Network<T>& network, std::size_t num_samples) {
  Gradients<T> gradients;
  for (const LayerParameters<T>& layer : network.layers) {
    gradients.layers.push_back(
        {Matrix<T>(layer.weights.rows(), layer.weights.cols()), AlignedBuffer<T>(layer.biases.size())});
  }
  gradients.inputs = Matrix<T>(num_samples, network.spec.num_inputs);
  return gradients;
}

// ---------------------------------------------------------------------------------------------------------------------
// Batch formulation: matrices

/// Z = X W + b.
template <class T>
Matrix<T> affine(const Matrix<T>& x, const LayerParameters<T>& layer) {
  Matrix<T> z(x.rows(), layer.weights.cols());
  for (std::size_t b = 0; b < z.rows(); ++b) {
    for (std::size_t o = 0; o < z.cols(); ++o) {
      T chain(0.0);
      for (std::size_t k = 0; k < x.cols(); ++k) chain = multiply_add(x(b, k), layer.weights(k, o), chain);
      z(b, o) = chain + layer.biases[o];
    }
  }
  return z;
}

/// dW = X^T dZ (overwritten).
template <class T>
void weight_gradient(const Matrix<T>& x, const Matrix<T>& dz, Matrix<T>& dw) {
  for (std::size_t k = 0; k < dw.rows(); ++k) {
    for (std::size_t o = 0; o < dw.cols(); ++o) {
      T chain(0.0);
      for (std::size_t b = 0; b < x.rows(); ++b) chain = multiply_add(x(b, k), dz(b, o), chain);
      dw(k, o) = chain;
    }
  }
}

/// db = sum over samples of dZ (overwritten).
template <class T>
void bias_gradient(const Matrix<T>& dz, AlignedBuffer<T>& db) {
  for (std::size_t o = 0; o < db.size(); ++o) {
    T sum(0.0);
    for (std::size_t b = 0; b < dz.rows(); ++b) sum = sum + dz(b, o);
    db[o] = sum;
  }
}

/// dX = dZ W^T.
template <class T>
Matrix<T> input_gradient(const Matrix<T>& dz, const Matrix<T>& weights) {
  Matrix<T> dx(dz.rows(), weights.rows());
  for (std::size_t b = 0; b < dx.rows(); ++b) {
    for (std::size_t k = 0; k < dx.cols(); ++k) {
      T chain(0.0);
      for (std::size_t o = 0; o < dz.cols(); ++o) chain = multiply_add(dz(b, o), weights(k, o), chain);
      dx(b, k) = chain;
    }
  }
  return dx;
}

/// Runs the network on the rows of `x` (B x I). Throws InputError for inputs or masks of another shape.
template <class T>
ForwardPass<T> forward(const Network<T>& network, Rows<T> x, const Masks<T>& masks = {}) {
  check_inputs(network, x.cols(), x.rows(), masks);
  ForwardPass<T> pass;
  Matrix<T> inputs(x.rows(), x.cols());
  for (std::size_t b = 0; b < x.rows(); ++b) std::copy_n(x.row(b).begin(), x.cols(), inputs.row(b).begin());
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    pass.z.push_back(affine(inputs, network.layers[l]));
    Matrix<T> h = pass.z[l];
    for (T& value : h.span()) value = activate(network.spec.layers[l].activation, value);
    pass.x.push_back(std::move(inputs));
    pass.h.push_back(h);
    inputs = std::move(h);
    if (masks.empty() || masks[l].empty()) continue;
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs.data()[i] = inputs.data()[i] * masks[l].data()[i];
  }
  pass.outputs = Matrix<T>(x.rows(), network.spec.num_outputs());
  for (std::size_t b = 0; b < x.rows(); ++b) {
    output_row<T>(network.spec.output, std::as_const(pass.z.back()).row(b), pass.outputs.row(b));
  }
  return pass;
}

/// Gradients of objective() at the point of `pass`. The masks must be those of the forward pass.
template <class T>
Gradients<T> backward(const Network<T>& network, const ForwardPass<T>& pass, const Targets<T>& targets,
                      const Masks<T>& masks = {}) {
  const std::size_t num_samples = pass.outputs.rows();
  check_targets(network.spec, targets, num_samples);
  Gradients<T> gradients = make_gradients(network, num_samples);
  const std::vector<T> factors = sample_factors(targets, num_samples);
  Matrix<T> dz(num_samples, network.spec.num_outputs());
  for (std::size_t b = 0; b < num_samples; ++b) {
    last_gradient_row(network.spec.loss, pass.outputs.row(b), targets, b, factors[b], dz.row(b));
  }
  for (std::size_t l = network.layers.size(); l-- > 0;) {
    weight_gradient(pass.x[l], dz, gradients.layers[l].weights);
    bias_gradient(dz, gradients.layers[l].biases);
    Matrix<T> dx = input_gradient(dz, network.layers[l].weights);
    if (l == 0) {
      gradients.inputs = std::move(dx);
      break;
    }
    dz = std::move(dx);
    const bool dropped = !masks.empty() && !masks[l - 1].empty();
    for (std::size_t i = 0; i < dz.size(); ++i) {
      const T dh = dropped ? dz.data()[i] * masks[l - 1].data()[i] : dz.data()[i];
      dz.data()[i] = activate_backward(network.spec.layers[l - 1].activation, pass.z[l - 1].data()[i],
                                       pass.h[l - 1].data()[i], dh);
    }
  }
  add_penalty_gradients(network, gradients.layers);
  return gradients;
}

// ---------------------------------------------------------------------------------------------------------------------
// Losses

/// The reported loss of every row.
template <class T>
std::vector<T> losses(const Network<T>& network, const ForwardPass<T>& pass, const Targets<T>& targets) {
  check_targets(network.spec, targets, pass.outputs.rows());
  std::vector<T> result;
  for (std::size_t b = 0; b < pass.outputs.rows(); ++b) {
    result.push_back(loss_row<T>(network.spec.loss, pass.z.back().row(b), pass.outputs.row(b), targets, b));
  }
  return result;
}

/// sum_b (w_b / sum w) loss_b, without penalties.
template <class T>
T loss_mean(const Network<T>& network, const ForwardPass<T>& pass, const Targets<T>& targets) {
  const std::vector<T> rows = losses(network, pass, targets);
  const std::vector<T> factors = sample_factors(targets, rows.size());
  T sum(0.0);
  for (std::size_t b = 0; b < rows.size(); ++b) sum = sum + factors[b] * rows[b];
  return sum;
}

/// sum over layers of l1 sum |W| + l2 sum W^2, each sum row-major in T.
template <class T>
T penalty(const Network<T>& network) {
  T total(0.0);
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    T magnitudes(0.0);
    T squares(0.0);
    for (const T& w : network.layers[l].weights.span()) {
      magnitudes = magnitudes + (real_value(w) < 0.0 ? -w : w);
      squares = squares + w * w;
    }
    total = total + (T(network.spec.layers[l].l1) * magnitudes + T(network.spec.layers[l].l2) * squares);
  }
  return total;
}

/// What backward differentiates (up to the floors, see loss_gradient): mean loss and penalties.
template <class T>
T objective(const Network<T>& network, Rows<T> x, const Targets<T>& targets, const Masks<T>& masks = {}) {
  return loss_mean(network, forward(network, x, masks), targets) + penalty(network);
}

// ---------------------------------------------------------------------------------------------------------------------
// Per-sample formulation: vectors, one sample after the other, gradients accumulated (study s3 compares the two)

/// As ForwardPass, for one sample; x has one entry more, the H o M of the last layer.
template <class T>
struct SamplePass {
  std::vector<std::vector<T>> x;
  std::vector<std::vector<T>> z;
  std::vector<std::vector<T>> h;
  std::vector<T> outputs;
};

/// Runs the network on sample `b` alone; the row b of each mask belongs to it.
template <class T>
SamplePass<T> forward_sample(const Network<T>& network, std::type_identity_t<std::span<const T>> x, std::size_t b,
                             const Masks<T>& masks = {}) {
  SamplePass<T> pass;
  pass.x.emplace_back(x.begin(), x.end());
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const LayerParameters<T>& layer = network.layers[l];
    std::vector<T> z(layer.biases.size(), T(0.0));
    for (std::size_t o = 0; o < z.size(); ++o) {
      for (std::size_t k = 0; k < pass.x[l].size(); ++k) z[o] = multiply_add(pass.x[l][k], layer.weights(k, o), z[o]);
      z[o] = z[o] + layer.biases[o];
    }
    std::vector<T> h = z;
    for (T& value : h) value = activate(network.spec.layers[l].activation, value);
    std::vector<T> next = h;
    for (std::size_t o = 0; o < next.size() && !masks.empty() && !masks[l].empty(); ++o) {
      next[o] = next[o] * masks[l](b, o);
    }
    pass.z.push_back(std::move(z));
    pass.h.push_back(std::move(h));
    pass.x.push_back(std::move(next));
  }
  pass.outputs.resize(network.spec.num_outputs());
  output_row<T>(network.spec.output, std::span<const T>(pass.z.back()), pass.outputs);
  return pass;
}

/// Adds sample b's part to the parameters' gradients and writes row b of the inputs' gradient.
template <class T>
void backward_sample(const Network<T>& network, const SamplePass<T>& pass, const Targets<T>& targets, std::size_t b,
                     const T& factor, Gradients<T>& gradients, const Masks<T>& masks = {}) {
  std::vector<T> dz(pass.outputs.size(), T(0.0));
  last_gradient_row<T>(network.spec.loss, pass.outputs, targets, b, factor, dz);
  for (std::size_t l = network.layers.size(); l-- > 0;) {
    LayerParameters<T>& gradient = gradients.layers[l];
    std::vector<T> dx(pass.x[l].size(), T(0.0));
    for (std::size_t o = 0; o < dz.size(); ++o) {
      for (std::size_t k = 0; k < dx.size(); ++k) {
        gradient.weights(k, o) = multiply_add(pass.x[l][k], dz[o], gradient.weights(k, o));
        dx[k] = multiply_add(dz[o], network.layers[l].weights(k, o), dx[k]);
      }
      gradient.biases[o] = gradient.biases[o] + dz[o];
    }
    if (l == 0) {
      std::copy(dx.begin(), dx.end(), gradients.inputs.row(b).begin());
      return;
    }
    dz = std::move(dx);
    for (std::size_t o = 0; o < dz.size(); ++o) {
      const bool dropped = !masks.empty() && !masks[l - 1].empty();
      const T dh = dropped ? dz[o] * masks[l - 1](b, o) : dz[o];
      dz[o] = activate_backward(network.spec.layers[l - 1].activation, pass.z[l - 1][o], pass.h[l - 1][o], dh);
    }
  }
}

/// The same bits as backward(forward()), by a loop over the samples.
template <class T>
Gradients<T> backward_by_samples(const Network<T>& network, Rows<T> x, const Targets<T>& targets,
                                 const Masks<T>& masks = {}) {
  check_inputs(network, x.cols(), x.rows(), masks);
  check_targets(network.spec, targets, x.rows());
  Gradients<T> gradients = make_gradients(network, x.rows());
  const std::vector<T> factors = sample_factors(targets, x.rows());
  for (std::size_t b = 0; b < x.rows(); ++b) {
    backward_sample(network, forward_sample<T>(network, x.row(b), b, masks), targets, b, factors[b], gradients, masks);
  }
  add_penalty_gradients(network, gradients.layers);
  return gradients;
}

// Compiled once in textbook.cpp.
#define GRADUS_EXTERN(T)                                                                                               \
  extern template ForwardPass<T> forward(const Network<T>&, Rows<T>, const Masks<T>&);                                 \
  extern template Gradients<T> backward(const Network<T>&, const ForwardPass<T>&, const Targets<T>&, const Masks<T>&); \
  extern template Gradients<T> backward_by_samples(const Network<T>&, Rows<T>, const Targets<T>&, const Masks<T>&);
GRADUS_EXTERN(double)
GRADUS_EXTERN(float)
#undef GRADUS_EXTERN

}  // namespace gradus::textbook
