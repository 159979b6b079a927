// The optimizers as data: which rule and its constants. The arithmetic is in src/kernels/elementwise.inc.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gradus {

// g: gradient of loss and penalties, w: parameter, e: learning rate, t: step counted from 1. Moments that decay (v, s,
// Adam's) become 0 below the smallest normal number of their type.
enum class OptimizerKind : std::uint8_t {
  kSgd,       // w -= e g
  kMomentum,  // v = m v + g;  w -= e v                               Polyak 1964
  kNesterov,  // v = m v + g;  w -= e (g + m v)                       Sutskever et al. 2013, PyTorch's form
  kAdam,      // Kingma and Ba 2015, with bias correction
  kAdamW,     // Loshchilov and Hutter 2019: w -= e d w beside Adam's step
  kRmsProp,   // s = r s + (1 - r) g^2;  w -= e g / (sqrt(s) + eps)   Tieleman and Hinton 2012
  kAdagrad,   // s += g^2;  w -= e g / (sqrt(s) + eps)                Duchi et al. 2011
};

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kSgd;
  double momentum = 0.9;      // m
  double beta1 = 0.9;         // Adam, AdamW
  double beta2 = 0.999;       // Adam, AdamW
  double rho = 0.9;           // r of RMSProp
  double epsilon = 1e-8;      // eps
  double weight_decay = 0.0;  // d of AdamW: weights only, never biases
  bool operator==(const OptimizerOptions&) const = default;
};

std::string_view optimizer_name(OptimizerKind kind);   // "sgd", "momentum", "nesterov", "adam", "adamw", ...
OptimizerKind parse_optimizer(std::string_view name);  // throws InputError with a suggestion
/// Arrays of state per parameter: 0 (SGD), 1 (momentum, Nesterov, RMSProp, Adagrad) or 2 (Adam, AdamW).
std::size_t optimizer_slots(OptimizerKind kind);

}  // namespace gradus
