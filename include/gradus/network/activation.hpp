// The activations of hidden layers: names and parameters. Formulae: src/network/activation_math.hpp (textbook).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gradus {

enum class ActivationKind : std::uint8_t {
  kIdentity,   // z
  kRelu,       // max(z, 0); subgradient 0 at 0
  kLeakyRelu,  // z > 0 ? z : alpha z            (alpha = 0.01)
  kSigmoid,    // 1 / (1 + exp(-z))
  kTanh,       // tanh z
  kSoftplus,   // ln(1 + exp z)
  kElu,        // z > 0 ? z : alpha (exp z - 1)  (alpha = 1)
  kGelu,       // z Phi(z), Phi the normal distribution function (exact, not the tanh approximation)
  kSilu,       // z sigmoid(z)
};

inline constexpr std::array kAllActivations = {
    ActivationKind::kIdentity, ActivationKind::kRelu, ActivationKind::kLeakyRelu,
    ActivationKind::kSigmoid,  ActivationKind::kTanh, ActivationKind::kSoftplus,
    ActivationKind::kElu,      ActivationKind::kGelu, ActivationKind::kSilu};

/// An activation with its parameter; `alpha` is used by leaky ReLU and ELU only.
struct Activation {
  ActivationKind kind = ActivationKind::kIdentity;
  double alpha = 0.0;
  bool operator==(const Activation&) const = default;
};

/// The activation with its default alpha.
Activation make_activation(ActivationKind kind);
/// "identity", "relu", "leaky_relu", "sigmoid", "tanh", "softplus", "elu", "gelu", "silu".
std::string_view activation_name(ActivationKind kind);
/// By name, or with a parameter: "leaky_relu(0.2)". Throws InputError with a suggestion for an unknown name.
Activation parse_activation(std::string_view text);
/// The inverse of parse_activation; alpha is written when it is not the default.
std::string to_string(const Activation& activation);

}  // namespace gradus
