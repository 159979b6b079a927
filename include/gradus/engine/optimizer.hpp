// The optimizers as data: one table of what is known about each rule, and its constants. The arithmetic is in
// src/kernels/elementwise.inc.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gradus/core/fact_table.hpp"

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
  kAmsGrad,   // Adam with the largest second moment so far in place of the last    Reddi et al. 2018, PyTorch's form
};

/// Everything that is known about a rule beside its formula.
struct OptimizerFacts {
  OptimizerKind kind;
  std::string_view name;
  /// Arrays of state per parameter.
  std::size_t slots = 0;
  /// The learning rate where none is given.
  double learning_rate = 0.01;
  /// The weight decay where none is given (AdamW's as in PyTorch).
  double weight_decay = 0.0;
  // Which constants of OptimizerOptions it reads. Rules with betas divide by 1 - beta^t.
  bool has_momentum = false;
  bool has_betas = false;
  bool has_rho = false;
  bool has_epsilon = false;
  bool has_weight_decay = false;
};

inline constexpr std::array kOptimizerTable = {
    OptimizerFacts{.kind = OptimizerKind::kSgd, .name = "sgd"},
    OptimizerFacts{.kind = OptimizerKind::kMomentum, .name = "momentum", .slots = 1, .has_momentum = true},
    OptimizerFacts{.kind = OptimizerKind::kNesterov, .name = "nesterov", .slots = 1, .has_momentum = true},
    OptimizerFacts{.kind = OptimizerKind::kAdam,
                   .name = "adam",
                   .slots = 2,
                   .learning_rate = 0.001,
                   .has_betas = true,
                   .has_epsilon = true},
    OptimizerFacts{.kind = OptimizerKind::kAdamW,
                   .name = "adamw",
                   .slots = 2,
                   .learning_rate = 0.001,
                   .weight_decay = 0.01,
                   .has_betas = true,
                   .has_epsilon = true,
                   .has_weight_decay = true},
    OptimizerFacts{.kind = OptimizerKind::kRmsProp,
                   .name = "rmsprop",
                   .slots = 1,
                   .learning_rate = 0.001,
                   .has_rho = true,
                   .has_epsilon = true},
    OptimizerFacts{.kind = OptimizerKind::kAdagrad, .name = "adagrad", .slots = 1, .has_epsilon = true},
    OptimizerFacts{.kind = OptimizerKind::kAmsGrad,
                   .name = "amsgrad",
                   .slots = 3,
                   .learning_rate = 0.001,
                   .has_betas = true,
                   .has_epsilon = true},
};

constexpr const OptimizerFacts& optimizer_facts(OptimizerKind kind) {
  return row_of(kOptimizerTable, kind);
}

/// All of them, for whoever walks through them.
inline constexpr auto kAllOptimizers = kinds_of(kOptimizerTable);

/// Most arrays of state that any of them keeps per parameter.
inline constexpr std::size_t kMostSlots = [] {
  std::size_t most = 0;
  for (const OptimizerFacts& facts : kOptimizerTable) most = facts.slots > most ? facts.slots : most;
  return most;
}();

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kSgd;
  double momentum = 0.9;       // m
  double beta1 = 0.9;          // Adam, AdamW, AMSGrad
  double beta2 = 0.999;        // Adam, AdamW, AMSGrad
  double rho = 0.9;            // r of RMSProp
  double epsilon = 1e-8;       // eps
  double weight_decay = 0.01;  // d of AdamW, the only one that reads it: weights only, never biases
  bool operator==(const OptimizerOptions&) const = default;
};

std::string_view optimizer_name(OptimizerKind kind);   // "sgd", "momentum", "nesterov", "adam", "adamw", ...
OptimizerKind parse_optimizer(std::string_view name);  // throws InputError with a suggestion
/// Arrays of state per parameter: 0 (SGD), 1 (momentum, Nesterov, RMSProp, Adagrad), 2 (Adam, AdamW) or 3 (AMSGrad).
std::size_t optimizer_slots(OptimizerKind kind);

}  // namespace gradus
