// The textbook: forward and backward of a whole network in plain loops, for any scalar T (scalar.hpp says what T must
// offer). It is what the engine is proved against, so the order of every operation is part of it:
//   * each element of a product is one chain of multiply_add from 0: in increasing k forward, in increasing sample b
//     for dW, in increasing output o for dX; the bias is added after the chain, z = chain + b;
//   * db is the plain sum of dz in increasing b from 0;
//   * the weight of a sample, w_b / sum w (1 / B without weights), multiplies dz of the last layer once, as its last
//     operation, so that everything behind it is a gradient of the mean;
//   * penalties come last: dW = multiply_add(l1, sign(W), dW), then dW = multiply_add(2 l2, W, dW), each only where
//     l1 or l2 is not 0.
// Letters: B samples, I inputs, O outputs of a layer, K outputs of the network, l a layer.
//   forward    Z = layer(X),  H = f(Z),  next X = H o M  (M the dropout factors),  P = g(Z of the last layer: the
//   logits) backward   dZ from the loss;  dX and the parameters' gradients by the layer,  dH = dX o M,  dZ before = dH
//   o f'
// What a layer computes stands in its own file (layers/dense.hpp, ...). Rumelhart, Hinton and Williams 1986.
// There is one loop forward and one backward. Whoever wants to watch, move or disturb what passes through it brings
// hooks; whoever wants it sample by sample calls it so (backward_by_samples), with the same bits.
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
#include "network/layers/all_layers.hpp"
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

/// All that backward needs of a forward pass: by layer its inputs X, its Z, its H = f(Z) before dropout and what a
/// normalisation measured; P (B x K). `x` has one entry more, what the last layer hands on: its logits.
template <class T>
struct ForwardPass {
  std::size_t first_layer = 0;  // entries before it are empty
  Mode mode = Mode::kTraining;
  std::vector<Matrix<T>> x;
  std::vector<Matrix<T>> z;
  std::vector<Matrix<T>> h;
  std::vector<Moments<T>> moments;
  Matrix<T> outputs;

  /// Z of the last layer.
  [[nodiscard]] const Matrix<T>& logits() const { return z.back(); }
};

/// Gradients of the mean loss, with penalties, with respect to every parameter and to the inputs (B x I).
template <class T>
struct Gradients {
  Parameters<T> parameters;
  Matrix<T> inputs;
};

/// What may be done while the loop runs; here: nothing.
template <class T>
class Hooks {
 public:
  virtual ~Hooks() = default;
  /// The layer is about to read x, which may be moved.
  virtual void before_layer(std::size_t /*layer*/, Matrix<T>& /*x*/) {}
  /// z and h of the layer are known.
  virtual void after_layer(std::size_t /*layer*/, const Matrix<T>& /*z*/, const Matrix<T>& /*h*/) {}
  /// The samples' factors in the mean, before the logits' gradient is made.
  virtual void sample_factors(std::vector<T>& /*factors*/) {}
  /// A layer's backward is about to run on `at`, whose pointers may be moved to something else.
  virtual void before_backward(LayerBackward<T>& /*at*/) {}
  /// It has run, and dx is complete.
  virtual void after_backward(LayerBackward<T>& /*at*/) {}
  /// dz = dh o f' of the layer is made; dh is the gradient of its h.
  virtual void after_activation(std::size_t /*layer*/, const Matrix<T>& /*dh*/, Matrix<T>& /*dz*/) {}
};

/// How the loop runs. With a first layer its inputs are the rows that forward is given, and `earlier` has the inputs of
/// the layers before it, by layer, for those that are read again.
template <class T>
struct Run {
  Mode mode = Mode::kTraining;
  Hooks<T>* hooks = nullptr;
  std::size_t first_layer = 0;
  const std::vector<Matrix<T>>* earlier = nullptr;
};

// ---------------------------------------------------------------------------------------------------------------------
// Pieces

/// w_b / sum w, w_b / (B mean_weight) where that is given, or 1 / B without weights. All weights 0: all factors 0.
template <class T>
std::vector<T> sample_factors(const BatchTargets<T>& targets, std::size_t num_samples) {
  if (targets.weights.empty()) {
    return std::vector<T>(num_samples, T(1.0) / T(static_cast<double>(num_samples)));
  }
  T sum(0.0);
  for (const T& w : targets.weights) sum = sum + w;
  if (targets.mean_weight > 0.0) sum = T(static_cast<double>(num_samples) * targets.mean_weight);
  std::vector<T> factors(targets.weights.begin(), targets.weights.end());
  for (T& factor : factors) factor = real_value(sum) == 0.0 ? T(0.0) : factor / sum;
  return factors;
}

/// d/dw (l1 |w| + l2 w^2) = l1 sign(w) + 2 l2 w, sign(0) = 0, added to dW. Nothing but weights has a penalty.
template <class T>
void add_penalty_gradients(const Network<T>& network, Parameters<T>& gradients) {
  for (std::size_t l = 0; l < network.spec.layers.size(); ++l) {
    const LayerSpec& layer = network.spec.layers[l];
    const std::span<const T> weights = network.weights(l).span();
    const std::span<T> to = gradients.weights(l).span();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const T& w = weights[i];
      const double sign = real_value(w) > 0.0 ? 1.0 : (real_value(w) < 0.0 ? -1.0 : 0.0);
      if (layer.l1 != 0.0) to[i] = multiply_add(T(layer.l1), T(sign), to[i]);
      if (layer.l2 != 0.0) to[i] = multiply_add(T(2.0 * layer.l2), w, to[i]);
    }
  }
}

/// Zero gradients in the network's layout, for `num_samples` inputs.
template <class T>
Gradients<T> make_gradients(const Network<T>& network, std::size_t num_samples) {
  return {Parameters<T>(network.parameters.layout()), Matrix<T>(num_samples, network.spec.num_inputs)};
}

/// The activation's parameter for unit o: its learned slope, or alpha.
template <class T>
T slope_of(const LayerSpec& layer, std::span<const T> slopes, std::size_t o) {
  return slopes.empty() ? T(layer.activation.alpha) : slopes[o];
}

/// H = f(Z).
template <class T>
Matrix<T> activate_layer(const Network<T>& network, std::size_t layer, const Matrix<T>& z) {
  const LayerSpec& spec = network.spec.layers[layer];
  const std::span<const T> slopes = network.parameters.values(layer, BlockRole::kSlope);
  Matrix<T> h(z.rows(), z.cols());
  for (std::size_t b = 0; b < z.rows(); ++b) {
    for (std::size_t o = 0; o < z.cols(); ++o) {
      h(b, o) = activate(spec.activation.kind, slope_of(spec, slopes, o), z(b, o));
    }
  }
  return h;
}

/// dZ = dH o f'(Z), and da(o) = chain_b dh(b, o) df/da where the slopes are learned, added to `gradient`.
template <class T>
Matrix<T> activation_backward(const Network<T>& network, std::size_t layer, const Matrix<T>& z, const Matrix<T>& h,
                              const Matrix<T>& dh, Parameters<T>& gradient) {
  const LayerSpec& spec = network.spec.layers[layer];
  const std::span<const T> slopes = network.parameters.values(layer, BlockRole::kSlope);
  const std::span<T> slope_gradient = gradient.values(layer, BlockRole::kSlope);
  Matrix<T> dz(dh.rows(), dh.cols());
  for (std::size_t b = 0; b < dh.rows(); ++b) {
    for (std::size_t o = 0; o < dh.cols(); ++o) {
      dz(b, o) = activate_backward(spec.activation.kind, slope_of(spec, slopes, o), z(b, o), h(b, o), dh(b, o));
      if (slope_gradient.empty()) continue;
      slope_gradient[o] = multiply_add(dh(b, o), slope_derivative(spec.activation.kind, z(b, o)), slope_gradient[o]);
    }
  }
  return dz;
}

/// m o dropout factors, in place; nothing where the layer has none.
template <class T>
void apply_mask(const DropoutMasks<T>& masks, std::size_t layer, Matrix<T>& m) {
  if (masks.empty()) return;
  for (std::size_t i = 0; i < masks[layer].size(); ++i) m.data()[i] = m.data()[i] * masks[layer].data()[i];
}

// ---------------------------------------------------------------------------------------------------------------------
// The two loops

/// Runs the network on the rows of `x` (B x I). Throws InputError for inputs or masks of another shape.
template <class T>
ForwardPass<T> forward(const Network<T>& network, Rows<T> x, const Masks<T>& masks = {},
                       const std::type_identity_t<Run<T>>& run = {}) {
  check_inputs(network.spec, run.first_layer, x.cols(), x.rows(), masks);
  const std::size_t depth = network.spec.layers.size();
  ForwardPass<T> pass;
  pass.first_layer = run.first_layer;
  pass.mode = run.mode;
  pass.x.resize(depth + 1);
  pass.z.resize(depth);
  pass.h.resize(depth);
  pass.moments.resize(depth);
  Matrix<T>& inputs = pass.x[run.first_layer] = Matrix<T>(x.rows(), x.cols());
  for (std::size_t b = 0; b < x.rows(); ++b) std::copy_n(x.row(b).begin(), x.cols(), inputs.row(b).begin());
  for (std::size_t l = run.first_layer; l < depth; ++l) {
    const LayerSpec& layer = network.spec.layers[l];
    if (run.hooks != nullptr) run.hooks->before_layer(l, pass.x[l]);
    pass.z[l] = Matrix<T>(x.rows(), layer.units);
    const auto source = network.spec.source_of(l);
    const Matrix<T>* source_outputs = nullptr;
    if (source) source_outputs = *source + 1 < run.first_layer ? &(*run.earlier)[*source + 1] : &pass.x[*source + 1];
    const LayerForward<T> at{network.spec,   l,         network.parameters, network.state, run.mode, pass.x[l],
                             source_outputs, pass.z[l], pass.moments[l]};
    with_layer_kind(layer.kind, [&at](auto kind) { kind.forward(at); });
    pass.h[l] = activate_layer(network, l, pass.z[l]);
    if (run.hooks != nullptr) run.hooks->after_layer(l, pass.z[l], pass.h[l]);
    pass.x[l + 1] = pass.h[l];
    apply_mask(masks, l, pass.x[l + 1]);
  }
  pass.outputs = Matrix<T>(x.rows(), network.spec.num_outputs());
  for (std::size_t b = 0; b < x.rows(); ++b) {
    output_row<T>(network.spec.output, pass.logits().row(b), pass.outputs.row(b));
  }
  return pass;
}

/// Backward from dZ of the last layer: adds to the parameters' gradients, without penalties, and returns dX of the
/// first layer of `pass`. dX is the gradient of x[l] as all layers read it. The masks must be those of the forward
/// pass.
template <class T>
Matrix<T> backward_from(const Network<T>& network, const ForwardPass<T>& pass, Matrix<T> dz, Parameters<T>& gradient,
                        const Masks<T>& masks = {}, Hooks<T>* hooks = nullptr) {
  const std::size_t depth = network.spec.layers.size();
  // By layer: what later layers that read its inputs again add to their gradient.
  std::vector<Matrix<T>> extra(depth);
  for (std::size_t l = depth; l-- > pass.first_layer;) {
    Matrix<T> dx(pass.x[l].rows(), pass.x[l].cols());
    const auto source = network.spec.source_of(l);
    Matrix<T>* const source_gradient = source && *source + 1 >= pass.first_layer ? &extra[*source + 1] : nullptr;
    if (source_gradient != nullptr && source_gradient->empty()) *source_gradient = Matrix<T>(dx.rows(), dx.cols());
    LayerBackward<T> at{network.spec,     l,   &network.parameters, pass.mode, &pass.x[l],
                        &pass.moments[l], &dz, &gradient,           &dx,       source_gradient};
    if (hooks != nullptr) hooks->before_backward(at);
    with_layer_kind(network.spec.layers[l].kind, [&at](auto kind) { kind.backward(at); });
    for (std::size_t i = 0; i < extra[l].size(); ++i) dx.data()[i] = dx.data()[i] + extra[l].data()[i];
    if (hooks != nullptr) hooks->after_backward(at);
    if (l == pass.first_layer) return dx;
    Matrix<T> dh = std::move(dx);
    apply_mask(masks, l - 1, dh);
    dz = activation_backward(network, l - 1, pass.z[l - 1], pass.h[l - 1], dh, gradient);
    if (hooks != nullptr) hooks->after_activation(l - 1, dh, dz);
  }
  return {};
}

/// dZ of the last layer (B x K).
template <class T>
Matrix<T> logits_gradient(const Network<T>& network, const ForwardPass<T>& pass, const Targets<T>& targets,
                          std::span<const T> factors) {
  Matrix<T> dz(pass.outputs.rows(), pass.outputs.cols());
  for (std::size_t b = 0; b < dz.rows(); ++b) {
    loss_gradient_row<T>(network.spec.loss, pass.logits().row(b), pass.outputs.row(b), targets, b, factors[b],
                         dz.row(b));
  }
  return dz;
}

/// Gradients of objective() at the point of `pass`. The masks must be those of the forward pass.
template <class T>
Gradients<T> backward(const Network<T>& network, const ForwardPass<T>& pass, const Targets<T>& targets,
                      const Masks<T>& masks = {}, Hooks<T>* hooks = nullptr) {
  check_targets(network.spec, targets, pass.outputs.rows());
  std::vector<T> factors = sample_factors(targets, pass.outputs.rows());
  if (hooks != nullptr) hooks->sample_factors(factors);
  Gradients<T> gradients = make_gradients(network, 0);
  Matrix<T> dz = logits_gradient<T>(network, pass, targets, factors);
  gradients.inputs = backward_from(network, pass, std::move(dz), gradients.parameters, masks, hooks);
  add_penalty_gradients(network, gradients.parameters);
  return gradients;
}

/// What training keeps without a gradient, moved by the batch of `pass`.
template <class T>
void update_state(Network<T>& network, const ForwardPass<T>& pass) {
  for (std::size_t l = 0; l < network.spec.layers.size(); ++l) {
    const LayerSpec& layer = network.spec.layers[l];
    with_layer_kind(layer.kind, [&]<class Kind>(Kind kind) {
      if constexpr (requires { kind.update_state(layer, pass.moments[l], pass.x[l].rows(), l, network.state); }) {
        kind.update_state(layer, pass.moments[l], pass.x[l].rows(), l, network.state);
      }
    });
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Losses

/// The reported loss of every row.
template <class T>
std::vector<T> losses(const Network<T>& network, const ForwardPass<T>& pass, const Targets<T>& targets) {
  check_targets(network.spec, targets, pass.outputs.rows());
  std::vector<T> result;
  for (std::size_t b = 0; b < pass.outputs.rows(); ++b) {
    result.push_back(loss_row<T>(network.spec.loss, pass.logits().row(b), pass.outputs.row(b), targets, b));
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
  for (std::size_t l = 0; l < network.spec.layers.size(); ++l) {
    T magnitudes(0.0);
    T squares(0.0);
    for (const T& w : network.weights(l).span()) {
      magnitudes = magnitudes + (real_value(w) < 0.0 ? -w : w);
      squares = squares + w * w;
    }
    total = total + (T(network.spec.layers[l].l1) * magnitudes + T(network.spec.layers[l].l2) * squares);
  }
  return total;
}

/// What backward differentiates (up to the floors, see loss_gradient_row): mean loss and penalties.
template <class T>
T objective(const Network<T>& network, Rows<T> x, const Targets<T>& targets, const Masks<T>& masks = {}) {
  return loss_mean(network, forward(network, x, masks), targets) + penalty(network);
}

// ---------------------------------------------------------------------------------------------------------------------
// Sample by sample (study s3 compares the two)

/// Row b of each mask, as the masks of a batch of one.
template <class T>
DropoutMasks<T> masks_of_row(const DropoutMasks<T>& masks, std::size_t b) {
  DropoutMasks<T> row;
  for (const Matrix<T>& mask : masks) {
    row.emplace_back(mask.empty() ? 0 : 1, mask.cols());
    if (!mask.empty()) std::copy_n(mask.row(b).begin(), mask.cols(), row.back().data());
  }
  return row;
}

/// The same bits as backward(forward()), by a loop over the samples whose gradients are accumulated. Not for layers
/// that look at the whole batch.
template <class T>
Gradients<T> backward_by_samples(const Network<T>& network, Rows<T> x, const Targets<T>& targets,
                                 const Masks<T>& masks = {}) {
  check_inputs(network.spec, 0, x.cols(), x.rows(), masks);
  check_targets(network.spec, targets, x.rows());
  if (network.spec.uses_batch()) throw InputError({"samples", "layers that read one row", "batch normalisation", ""});
  Gradients<T> gradients = make_gradients(network, x.rows());
  const std::vector<T> factors = sample_factors(targets, x.rows());
  for (std::size_t b = 0; b < x.rows(); ++b) {
    const DropoutMasks<T> own_masks = masks_of_row<T>(masks, b);
    const ForwardPass<T> pass = forward(network, x.row_range(b, 1), own_masks);
    Matrix<T> dz(1, network.spec.num_outputs());
    loss_gradient_row<T>(network.spec.loss, pass.logits().row(0), pass.outputs.row(0), targets, b, factors[b],
                         dz.row(0));
    const Matrix<T> dx = backward_from(network, pass, std::move(dz), gradients.parameters, own_masks);
    std::copy_n(dx.data(), dx.size(), gradients.inputs.row(b).begin());
  }
  add_penalty_gradients(network, gradients.parameters);
  return gradients;
}

// Compiled once in textbook.cpp.
#define GRADUS_EXTERN(T)                                                                                              \
  extern template ForwardPass<T> forward(const Network<T>&, Rows<T>, const Masks<T>&, const Run<T>&);                 \
  extern template Gradients<T> backward(const Network<T>&, const ForwardPass<T>&, const Targets<T>&, const Masks<T>&, \
                                        Hooks<T>*);                                                                   \
  extern template Gradients<T> backward_by_samples(const Network<T>&, Rows<T>, const Targets<T>&, const Masks<T>&);
GRADUS_EXTERN(double)
GRADUS_EXTERN(float)
#undef GRADUS_EXTERN

}  // namespace gradus::textbook
