// The activations of hidden layers: one table of what is known about each. Formulae: src/network/activation_math.hpp
// (textbook).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "gradus/core/fact_table.hpp"

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
  kSelu,       // scale (z > 0 ? z : alpha (exp z - 1)), both constants fixed: Klambauer et al. 2017
  kMish,       // z tanh(ln(1 + exp z)): Misra 2019
  kPrelu,      // z > 0 ? z : a z, a learned for each unit, 0.25 at first: He et al. 2015
};

/// Where a function is not smooth.
enum class Kink : std::uint8_t {
  kNone,
  kPiecewiseLinear,  // a line on either side of 0
  kCurved,           // the slope or a higher derivative jumps at 0
};

/// SELU's constants: outputs of mean 0 and variance 1 stay so from layer to layer.
inline constexpr double kSeluAlpha = 1.6732632423543772848170429916717;
inline constexpr double kSeluScale = 1.0507009873554804934193349852946;

/// Everything that is known about an activation beside its formula.
struct ActivationFacts {
  ActivationKind kind;
  std::string_view name;
  /// Its parameter where none is given; `has_alpha` tells whether "name(0.2)" gives one.
  double alpha = 0.0;
  bool has_alpha = false;
  /// The parameter is learned, one for each unit, and starts at alpha.
  bool has_slopes = false;
  /// The derivative is computed from z; else from h = f(z), or from either.
  bool needs_z = false;
  Kink kink = Kink::kNone;
  /// Of a bounded function, whose units saturate; 0 for the others.
  double largest_derivative = 0.0;
  /// Half of it is (nearly) flat: initial weights of He et al. keep the variance; else those of Glorot and Bengio.
  bool relu_like = false;
  /// The complex step goes through it.
  bool is_analytic = true;
};

inline constexpr std::array kActivationTable = {
    ActivationFacts{.kind = ActivationKind::kIdentity, .name = "identity"},
    ActivationFacts{.kind = ActivationKind::kRelu,
                    .name = "relu",
                    .kink = Kink::kPiecewiseLinear,
                    .relu_like = true,
                    .is_analytic = false},
    ActivationFacts{.kind = ActivationKind::kLeakyRelu,
                    .name = "leaky_relu",
                    .alpha = 0.01,
                    .has_alpha = true,
                    .kink = Kink::kPiecewiseLinear,
                    .relu_like = true,
                    .is_analytic = false},
    ActivationFacts{.kind = ActivationKind::kSigmoid, .name = "sigmoid", .largest_derivative = 0.25},
    ActivationFacts{.kind = ActivationKind::kTanh, .name = "tanh", .largest_derivative = 1.0},
    ActivationFacts{.kind = ActivationKind::kSoftplus, .name = "softplus", .needs_z = true, .relu_like = true},
    ActivationFacts{.kind = ActivationKind::kElu,
                    .name = "elu",
                    .alpha = 1.0,
                    .has_alpha = true,
                    .needs_z = true,
                    .kink = Kink::kCurved,
                    .relu_like = true,
                    .is_analytic = false},
    ActivationFacts{
        .kind = ActivationKind::kGelu, .name = "gelu", .needs_z = true, .relu_like = true, .is_analytic = false},
    ActivationFacts{.kind = ActivationKind::kSilu, .name = "silu", .needs_z = true, .relu_like = true},
    ActivationFacts{
        .kind = ActivationKind::kSelu, .name = "selu", .needs_z = true, .kink = Kink::kCurved, .is_analytic = false},
    ActivationFacts{.kind = ActivationKind::kMish, .name = "mish", .needs_z = true, .relu_like = true},
    ActivationFacts{.kind = ActivationKind::kPrelu,
                    .name = "prelu",
                    .alpha = 0.25,
                    .has_alpha = true,
                    .has_slopes = true,
                    .needs_z = true,
                    .kink = Kink::kPiecewiseLinear,
                    .relu_like = true,
                    .is_analytic = false},
};

constexpr const ActivationFacts& activation_facts(ActivationKind kind) {
  return row_of(kActivationTable, kind);
}

/// All of them, for whoever walks through them.
inline constexpr auto kAllActivations = kinds_of(kActivationTable);

/// An activation with its parameter, where it has one.
struct Activation {
  ActivationKind kind = ActivationKind::kIdentity;
  double alpha = 0.0;
  bool operator==(const Activation&) const = default;
};

/// The activation with its default alpha.
Activation make_activation(ActivationKind kind);
/// "identity", "relu", "leaky_relu", ...: the names of the table.
std::string_view activation_name(ActivationKind kind);
/// By name, or with a parameter: "leaky_relu(0.2)". Throws InputError with a suggestion for an unknown name.
Activation parse_activation(std::string_view text);
/// The inverse of parse_activation; alpha is written when it is not the default.
std::string to_string(const Activation& activation);

}  // namespace gradus
