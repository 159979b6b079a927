// Outputs, losses and the gradients of losses for one sample (a row of logits z, outputs p): part of the textbook.
// A loss sees the whole row: one struct each, with the value and the gradient. All sums run over k = 0, 1, ..., K - 1
// from 0.
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
  using math::exp;
  using math::sigmoid;
  if (output == OutputKind::kSoftmax) return softmax(z, p);
  for (std::size_t k = 0; k < z.size(); ++k) {
    p[k] = output == OutputKind::kSigmoid ? sigmoid(z[k]) : output == OutputKind::kExp ? exp(z[k]) : z[k];
  }
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

/// ln sum_k exp z_k = m + ln s.
template <class T>
T log_sum_exp(std::span<const T> z) {
  using math::exp;
  using math::log;
  const T m = largest(z);
  T s(0.0);
  for (const T& value : z) s = s + exp(value - m);
  return m + log(s);
}

/// Softmax cross-entropy. Exact: -ln p_y = (m + ln s) - z_y; else -floored ln(p_y).
template <class T>
T cross_entropy_row(const Loss& loss, std::span<const T> z, std::span<const T> p, std::size_t label) {
  if (loss.floor_kind != FloorKind::kExact) return -floored_log(loss, p[label]);
  return log_sum_exp(z) - z[label];
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

/// What a loss sees: one sample's logits z and outputs p (K) and its targets.
template <class T>
struct LossRow {
  const Loss& loss;
  std::span<const T> z;
  std::span<const T> p;
  const BatchTargets<T>& targets;
  std::size_t b;

  [[nodiscard]] std::size_t size() const { return z.size(); }
  [[nodiscard]] std::size_t label() const { return static_cast<std::size_t>(targets.labels[b]); }
  [[nodiscard]] T y(std::size_t k) const { return target_of(targets, b, k, size()); }
  /// y_k with its share label_smoothing spread over so many answers.
  [[nodiscard]] T smoothed(std::size_t k, std::size_t answers) const {
    const double e = loss.label_smoothing;
    return y(k) * T(1.0 - e) + T(e / static_cast<double>(answers));
  }
};

/// sum_k term(k).
template <class T, class Term>
T sum_over_outputs(const LossRow<T>& row, Term term) {
  T sum(0.0);
  for (std::size_t k = 0; k < row.size(); ++k) sum = sum + term(k);
  return sum;
}
/// (1 / K) sum_k term(k).
template <class T, class Term>
T mean_over_outputs(const LossRow<T>& row, Term term) {
  return sum_over_outputs(row, term) / T(static_cast<double>(row.size()));
}

// The losses: value() is what is reported, gradient() writes dz (K), each times the row's `factor` in the mean as the
// last operation. `dz` may be the row p itself.

/// Softmax cross-entropy -sum_k y_k ln p_k with smoothed targets; dz = p - y (the floors only touch what is reported).
struct SoftmaxCrossEntropy {
  template <class T>
  static T value(const LossRow<T>& row) {
    const Loss& loss = row.loss;
    if (loss.label_smoothing == 0.0) return cross_entropy_row(loss, row.z, row.p, row.label());
    const bool exact = loss.floor_kind == FloorKind::kExact;
    const T log_sum = exact ? log_sum_exp(row.z) : T(0.0);
    return sum_over_outputs(row, [&](std::size_t k) {
      return row.smoothed(k, row.size()) * (exact ? log_sum - row.z[k] : -floored_log(loss, row.p[k]));
    });
  }
  template <class T>
  static void gradient(const LossRow<T>& row, const T& factor, std::span<T> dz) {
    for (std::size_t k = 0; k < row.size(); ++k) dz[k] = (row.p[k] - row.smoothed(k, row.size())) * factor;
  }
};

/// Binary cross-entropy with smoothed targets, summed over the outputs; dz = p - y, or study s2's, as its notebook
/// writes it: the floored loss differentiated through the sigmoid term by term.
struct BinaryCrossEntropy {
  template <class T>
  static T value(const LossRow<T>& row) {
    return sum_over_outputs(
        row, [&](std::size_t k) { return binary_cross_entropy(row.loss, row.z[k], row.p[k], row.smoothed(k, 2)); });
  }
  template <class T>
  static void gradient(const LossRow<T>& row, const T& factor, std::span<T> dz) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      const T p = row.p[k];
      const T y = row.smoothed(k, 2);
      dz[k] = (row.loss.gradient_through_floor ? through_floor(T(row.loss.floor), p, y) : p - y) * factor;
    }
  }
  template <class T>
  static T through_floor(const T& floor, const T& p, const T& y) {
    const T one(1.0);
    const T dp = (-y / (p + floor)) + (one - y) * (one / ((one - p) + floor));
    return (p * (one - p)) * dp;
  }
};

/// (p - y)^2, mean over the outputs; dz = (2 / K) (p - y).
struct MeanSquaredError {
  template <class T>
  static T value(const LossRow<T>& row) {
    return mean_over_outputs(row, [&](std::size_t k) {
      const T r = row.p[k] - row.y(k);
      return r * r;
    });
  }
  template <class T>
  static void gradient(const LossRow<T>& row, const T& factor, std::span<T> dz) {
    const T two_over_count = T(2.0) / T(static_cast<double>(row.size()));
    for (std::size_t k = 0; k < row.size(); ++k) dz[k] = (two_over_count * (row.p[k] - row.y(k))) * factor;
  }
};

/// Huber's loss, mean over the outputs; dz = (1 / K) clamp(p - y, -delta, delta).
struct Huber {
  template <class T>
  static T value(const LossRow<T>& row) {
    return mean_over_outputs(row, [&](std::size_t k) { return huber(row.loss, row.p[k] - row.y(k)); });
  }
  template <class T>
  static void gradient(const LossRow<T>& row, const T& factor, std::span<T> dz) {
    const double delta = row.loss.huber_delta;
    const T one_over_count = T(1.0) / T(static_cast<double>(row.size()));
    for (std::size_t k = 0; k < row.size(); ++k) {
      T r = row.p[k] - row.y(k);
      if (real_value(r) > delta) r = T(delta);
      if (real_value(r) < -delta) r = T(-delta);
      dz[k] = (one_over_count * r) * factor;
    }
  }
};

/// The pinball loss of the quantile q (Koenker and Bassett 1978), mean over the outputs; dz = (1 / K) times 1 - q above
/// the target, -q below and 0 on it.
struct Quantile {
  template <class T>
  static T value(const LossRow<T>& row) {
    return mean_over_outputs(row, [&](std::size_t k) {
      const T r = row.p[k] - row.y(k);
      return T(slope(row.loss, r)) * r;
    });
  }
  template <class T>
  static void gradient(const LossRow<T>& row, const T& factor, std::span<T> dz) {
    const T one_over_count = T(1.0) / T(static_cast<double>(row.size()));
    for (std::size_t k = 0; k < row.size(); ++k) {
      dz[k] = (one_over_count * T(slope(row.loss, row.p[k] - row.y(k)))) * factor;
    }
  }
  template <class T>
  static double slope(const Loss& loss, const T& r) {
    const double residual = real_value(r);
    if (residual > 0.0) return 1.0 - loss.quantile;
    return residual < 0.0 ? -loss.quantile : 0.0 * residual;  // a NaN passes
  }
};

/// Focal loss of one answer (Lin et al. 2017) by its logit t, q = sigmoid(t) the probability of the right answer:
///   f(t) = -(1 - q)^gamma ln q = exp(-gamma softplus(t)) softplus(-t)
///   f'(t) = -exp(-gamma softplus(t)) (gamma q softplus(-t) + (1 - q))
/// Nothing cancels, and nothing is divided by 1 - q.
template <class T>
struct FocalTerm {
  T value;
  T slope;

  FocalTerm(const Loss& loss, const T& t) {
    using math::exp;
    using math::sigmoid;
    using math::softplus;
    const T gamma = T(loss.focal_gamma);
    const T share = exp(-(gamma * softplus(t)));
    const T surprise = softplus(-t);
    value = share * surprise;
    slope = -(share * (gamma * sigmoid(t) * surprise + sigmoid(-t)));
  }
};

/// Focal loss of softmax: the label's logit against all others, t = z_y - ln sum_{j != y} exp z_j. dz_y = f'(t), and
/// dz_k = -f'(t) w_k with w the softmax of the others.
struct Focal {
  template <class T>
  static T value(const LossRow<T>& row) {
    return FocalTerm<T>(row.loss, row.z[row.label()] - others(row)).value;
  }
  template <class T>
  static void gradient(const LossRow<T>& row, const T& factor, std::span<T> dz) {
    using math::exp;
    const std::size_t label = row.label();
    const T log_sum = others(row);
    const T slope = FocalTerm<T>(row.loss, row.z[label] - log_sum).slope;
    for (std::size_t k = 0; k < row.size(); ++k) {
      dz[k] = (k == label ? slope : -(slope * exp(row.z[k] - log_sum))) * factor;
    }
  }
  /// ln sum_{j != y} exp z_j.
  template <class T>
  static T others(const LossRow<T>& row) {
    using math::exp;
    using math::log;
    const std::size_t label = row.label();
    T m = row.z[label == 0 ? 1 : 0];
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (k != label && real_value(row.z[k]) > real_value(m)) m = row.z[k];
    }
    T s(0.0);
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (k != label) s = s + exp(row.z[k] - m);
    }
    return m + log(s);
  }
};

/// Focal loss of every output, summed: y f(z) + (1 - y) f(-z); dz = y f'(z) - (1 - y) f'(-z).
struct BinaryFocal {
  template <class T>
  static T value(const LossRow<T>& row) {
    return sum_over_outputs(row, [&](std::size_t k) {
      const T y = row.y(k);
      return y * FocalTerm<T>(row.loss, row.z[k]).value + (T(1.0) - y) * FocalTerm<T>(row.loss, -row.z[k]).value;
    });
  }
  template <class T>
  static void gradient(const LossRow<T>& row, const T& factor, std::span<T> dz) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      const T y = row.y(k);
      const T up = FocalTerm<T>(row.loss, row.z[k]).slope;
      const T down = FocalTerm<T>(row.loss, -row.z[k]).slope;
      dz[k] = (y * up - (T(1.0) - y) * down) * factor;
    }
  }
};

/// Counts y with the mean p = exp z: p - y z, mean over the outputs; dz = (1 / K) (p - y).
struct Poisson {
  template <class T>
  static T value(const LossRow<T>& row) {
    return mean_over_outputs(row, [&](std::size_t k) { return row.p[k] - row.y(k) * row.z[k]; });
  }
  template <class T>
  static void gradient(const LossRow<T>& row, const T& factor, std::span<T> dz) {
    const T one_over_count = T(1.0) / T(static_cast<double>(row.size()));
    for (std::size_t k = 0; k < row.size(); ++k) dz[k] = (one_over_count * (row.p[k] - row.y(k))) * factor;
  }
};

/// use(loss) with the struct of a kind.
template <class Use>
auto with_loss(LossKind kind, Use use) {
  switch (kind) {
    case LossKind::kSoftmaxCrossEntropy:
      return use(SoftmaxCrossEntropy());
    case LossKind::kBinaryCrossEntropy:
      return use(BinaryCrossEntropy());
    case LossKind::kMeanSquaredError:
      return use(MeanSquaredError());
    case LossKind::kHuber:
      return use(Huber());
    case LossKind::kQuantile:
      return use(Quantile());
    case LossKind::kFocal:
      return use(Focal());
    case LossKind::kBinaryFocal:
      return use(BinaryFocal());
    case LossKind::kPoisson:
      break;
  }
  return use(Poisson());
}

/// The reported loss of row b.
template <class T>
T loss_row(const Loss& loss, std::span<const T> z, std::span<const T> p, const BatchTargets<T>& targets,
           std::size_t b) {
  const LossRow<T> row{loss, z, p, targets, b};
  return with_loss(loss.kind, [&](auto rule) { return rule.value(row); });
}

/// dz of the last layer for row b, times the row's weight in the mean. Reads logits z and outputs p (K), writes dz (K),
/// which may be p.
template <class T>
void loss_gradient_row(const Loss& loss, std::span<const T> z, std::span<const T> p, const BatchTargets<T>& targets,
                       std::size_t b, const T& factor, std::span<T> dz) {
  const LossRow<T> row{loss, z, p, targets, b};
  with_loss(loss.kind, [&](auto rule) { rule.gradient(row, factor, dz); });
}

}  // namespace gradus::textbook
