// Outputs, losses and the gradients of losses for one sample (a row of logits z, outputs p): part of the textbook.
// All sums run over k = 0, 1, ..., K - 1 from 0.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "gradus/network/loss.hpp"
#include "gradus/network/targets.hpp"
#include "network/scalar.hpp"

namespace gradus::textbook {

/// m = max z: the shift that keeps exp(z - m) within [0, 1]. A NaN among the logits still reaches the sum below.
template <class T>
T largest(std::span<const T> z) {
  T m = z[0];
  for (const T& value : z) {
    if (real_value(value) > real_value(m)) m = value;
  }
  return m;
}

/// softmax: p_k = e_k / s, e_k = exp(z_k - m), s = sum e_k. Writes p (K).
template <class T>
void softmax(std::span<const T> z, std::span<T> p) {
  using math::exp;
  const T m = largest(z);
  T s(0.0);
  for (std::size_t k = 0; k < z.size(); ++k) {
    p[k] = exp(z[k] - m);
    s = s + p[k];
  }
  for (T& value : p) value = value / s;
}

/// p = g(z) by kind of output. Writes p (K).
template <class T>
void output_row(OutputKind output, std::span<const T> z, std::span<T> p) {
  using math::sigmoid;
  if (output == OutputKind::kSoftmax) return softmax(z, p);
  for (std::size_t k = 0; k < z.size(); ++k) p[k] = output == OutputKind::kSigmoid ? sigmoid(z[k]) : z[k];
}

/// y_k of row b: the given value, or one-hot from the label (for K = 1 the label itself, 0 or 1).
template <class T>
T target_of(const BatchTargets<T>& targets, std::size_t b, std::size_t k, std::size_t num_outputs) {
  if (targets.labels.empty()) return targets.values(b, k);
  const auto label = static_cast<std::size_t>(targets.labels[b]);
  return T((num_outputs == 1 ? label == 1 : label == k) ? 1.0 : 0.0);
}

/// ln p with the reported floor: ln(p + floor), or p first clipped to [floor, 1 - floor].
template <class T>
T floored_log(const Loss& loss, const T& p) {
  using math::log;
  if (loss.floor_kind == FloorKind::kAdd) return log(p + T(loss.floor));
  if (real_value(p) < loss.floor) return log(T(loss.floor));
  if (real_value(p) > 1.0 - loss.floor) return log(T(1.0 - loss.floor));
  return log(p);
}

/// Softmax cross-entropy. Exact: -ln p_y = (m + ln s) - z_y; else -floored ln(p_y).
template <class T>
T cross_entropy_row(const Loss& loss, std::span<const T> z, std::span<const T> p, std::size_t label) {
  using math::exp;
  using math::log;
  if (loss.floor_kind != FloorKind::kExact) return -floored_log(loss, p[label]);
  const T m = largest(z);
  T s(0.0);
  for (const T& value : z) s = s + exp(value - m);
  return (m + log(s)) - z[label];
}

/// Binary cross-entropy of one output. Exact: -ln sigmoid(z) = softplus(-z) and -ln(1 - sigmoid(z)) = softplus(z),
/// so y softplus(-z) + (1 - y) softplus(z); else -y ln(p) - (1 - y) ln(1 - p), both floored.
template <class T>
T binary_cross_entropy(const Loss& loss, const T& z, const T& p, const T& y) {
  using math::softplus;
  const T one(1.0);
  if (loss.floor_kind == FloorKind::kExact) return y * softplus(-z) + (one - y) * softplus(z);
  return -y * floored_log(loss, p) - (one - y) * floored_log(loss, one - p);
}

/// h(r) = r^2 / 2 for |r| <= delta, delta (|r| - delta / 2) beyond (Huber 1964).
template <class T>
T huber(const Loss& loss, const T& r) {
  const T delta = T(loss.huber_delta);
  if (real_value(r) > loss.huber_delta) return delta * (r - T(0.5) * delta);
  if (real_value(r) < -loss.huber_delta) return delta * (-r - T(0.5) * delta);
  return T(0.5) * r * r;
}

/// The reported loss of row b.
template <class T>
T loss_row(const Loss& loss, std::span<const T> z, std::span<const T> p, const BatchTargets<T>& targets,
           std::size_t b) {
  if (loss.kind == LossKind::kSoftmaxCrossEntropy) {
    return cross_entropy_row(loss, z, p, static_cast<std::size_t>(targets.labels[b]));
  }
  T sum(0.0);
  for (std::size_t k = 0; k < z.size(); ++k) {
    const T y = target_of(targets, b, k, z.size());
    const T r = p[k] - y;
    if (loss.kind == LossKind::kBinaryCrossEntropy) sum = sum + binary_cross_entropy(loss, z[k], p[k], y);
    if (loss.kind == LossKind::kMeanSquaredError) sum = sum + r * r;
    if (loss.kind == LossKind::kHuber) sum = sum + huber(loss, r);
  }
  return loss.kind == LossKind::kBinaryCrossEntropy ? sum : sum / T(static_cast<double>(z.size()));
}

/// Study s2, as its notebook writes it: the floored loss differentiated through the sigmoid term by term.
template <class T>
T gradient_through_floor(const Loss& loss, const T& p, const T& y) {
  const T one(1.0);
  const T floor = T(loss.floor);
  const T dp = (-y / (p + floor)) + (one - y) * (one / ((one - p) + floor));
  return (p * (one - p)) * dp;
}

/// dz_k of row b before the row's weight. Softmax and sigmoid with their cross-entropies: p - y (the floors only touch
/// what is reported); mean squared error: (2 / K) (p - y); Huber: (1 / K) clamp(p - y, -delta, delta).
template <class T>
T loss_gradient(const Loss& loss, const T& p, const T& y, std::size_t num_outputs) {
  const T count = T(static_cast<double>(num_outputs));
  const T r = p - y;
  switch (loss.kind) {
    case LossKind::kSoftmaxCrossEntropy:
      return r;
    case LossKind::kBinaryCrossEntropy:
      return loss.gradient_through_floor ? gradient_through_floor(loss, p, y) : r;
    case LossKind::kMeanSquaredError:
      return (T(2.0) / count) * r;
    case LossKind::kHuber:
      break;
  }
  const T one_over_count = T(1.0) / count;
  if (real_value(r) > loss.huber_delta) return one_over_count * T(loss.huber_delta);
  if (real_value(r) < -loss.huber_delta) return one_over_count * T(-loss.huber_delta);
  return one_over_count * r;
}

/// dz of the last layer for row b, times the row's weight in the mean as the last operation. Reads logits z and outputs
/// p (K), writes dz (K).
template <class T>
void loss_gradient_row(const Loss& loss, std::span<const T> /*z*/, std::span<const T> p, const BatchTargets<T>& targets,
                       std::size_t b, const T& factor, std::span<T> dz) {
  for (std::size_t k = 0; k < p.size(); ++k) {
    dz[k] = loss_gradient(loss, p[k], target_of(targets, b, k, p.size()), p.size()) * factor;
  }
}

}  // namespace gradus::textbook
