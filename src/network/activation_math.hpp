// The activations f and their derivatives, element by element: part of the textbook (textbook.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/network/activation.hpp"
#include "network/scalar.hpp"

namespace gradus::textbook {

inline constexpr double kRootHalf = 0x1.6a09e667f3bcdp-1;          // sqrt(1/2)
inline constexpr double kOneOverRootTwoPi = 0x1.9884533d43651p-2;  // 1 / sqrt(2 pi)

/// Phi(z) = (1 + erf(z / sqrt 2)) / 2, the distribution function of the standard normal.
template <class T>
T normal_distribution(const T& z) {
  using math::erf;
  return T(0.5) * (T(1.0) + erf(z * T(kRootHalf)));
}

/// phi(z) = exp(-z^2 / 2) / sqrt(2 pi), its density.
template <class T>
T normal_density(const T& z) {
  using math::exp;
  return exp(T(-0.5) * z * z) * T(kOneOverRootTwoPi);
}

/// h = f(z) with the parameter `alpha`: the activation's own, or a unit's learned slope. A NaN passes through every
/// activation, ReLU too, so that a diverged run shows itself.
template <class T>
T activate(ActivationKind kind, const T& alpha, const T& z) {
  using math::expm1;
  using math::sigmoid;
  using math::softplus;
  using math::tanh;
  const bool flat = real_value(z) <= 0.0;
  switch (kind) {
    case ActivationKind::kIdentity:
      return z;
    case ActivationKind::kRelu:
      return flat ? T(0.0) : z;
    case ActivationKind::kLeakyRelu:
    case ActivationKind::kPrelu:
      return flat ? alpha * z : z;
    case ActivationKind::kSigmoid:
      return sigmoid(z);
    case ActivationKind::kTanh:
      return tanh(z);
    case ActivationKind::kSoftplus:
      return softplus(z);
    case ActivationKind::kElu:
      return flat ? alpha * expm1(z) : z;
    case ActivationKind::kGelu:
      return z * normal_distribution(z);
    case ActivationKind::kSilu:
      return z * sigmoid(z);
    case ActivationKind::kSelu:
      return T(kSeluScale) * (flat ? T(kSeluAlpha) * expm1(z) : z);
    case ActivationKind::kMish:
      return z * tanh(softplus(z));
  }
  return z;
}
template <class T>
T activate(const Activation& activation, const T& z) {
  return activate(activation.kind, T(activation.alpha), z);
}

/// dz = dh f'(z). From z: ReLU, leaky ReLU, softplus, ELU, SELU, GELU, SiLU, Mish. From h = f(z), where that saves the
/// function: sigmoid' = h (1 - h), tanh' = 1 - h^2. At the kink of ReLU, leaky ReLU, ELU and SELU the left derivative.
/// ReLU chooses between dh and 0 instead of multiplying, so that an infinite dh cannot turn into NaN.
template <class T>
T activate_backward(ActivationKind kind, const T& alpha, const T& z, const T& h, const T& dh) {
  using math::exp;
  using math::sigmoid;
  using math::softplus;
  using math::tanh;
  const bool rising = real_value(z) > 0.0;
  const T one(1.0);
  switch (kind) {
    case ActivationKind::kIdentity:
      return dh;
    case ActivationKind::kRelu:
      return rising ? dh : T(0.0);
    case ActivationKind::kLeakyRelu:
    case ActivationKind::kPrelu:
      return rising ? dh : dh * alpha;
    case ActivationKind::kSigmoid:
      return dh * (h * (one - h));
    case ActivationKind::kTanh:
      return dh * (one - h * h);
    case ActivationKind::kSoftplus:
      return dh * sigmoid(z);
    case ActivationKind::kElu:
      return rising ? dh : dh * (alpha * exp(z));
    case ActivationKind::kGelu:
      return dh * (normal_distribution(z) + z * normal_density(z));
    case ActivationKind::kSilu: {
      const T s = sigmoid(z);
      return dh * (s * (one + z * (one - s)));
    }
    case ActivationKind::kSelu:
      return dh * (T(kSeluScale) * (rising ? one : T(kSeluAlpha) * exp(z)));
    case ActivationKind::kMish: {
      const T t = tanh(softplus(z));
      return dh * (t + z * (one - t * t) * sigmoid(z));
    }
  }
  return dh;
}
template <class T>
T activate_backward(const Activation& activation, const T& z, const T& h, const T& dh) {
  return activate_backward(activation.kind, T(activation.alpha), z, h, dh);
}

/// d f(z) / d alpha of an activation whose slopes are learned; 0 for the others.
template <class T>
T slope_derivative(ActivationKind kind, const T& z) {
  switch (kind) {
    case ActivationKind::kPrelu:
      return real_value(z) > 0.0 ? T(0.0) : z;
    default:
      return T(0.0);
  }
}

}  // namespace gradus::textbook
