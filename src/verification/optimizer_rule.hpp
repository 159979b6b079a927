// The optimizers' rules once more, in double and straight from their formulae (optimizer.hpp), to compare the engine's
// fused step with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "gradus/engine/engine.hpp"

namespace gradus::verification {

/// One parameter before the step.
struct RuleInput {
  double w = 0.0;
  double g = 0.0;  // after clipping
  double slots[kMostSlots] = {};
  bool decays = false;  // weights, not biases
};

/// The options as given, and with the constants that multiply arrays (momentum, betas, rho) in the engine's type.
struct RuleConstants {
  OptimizerOptions given;
  OptimizerOptions rounded;
};
RuleConstants make_constants(const OptimizerOptions& given, bool in_float);

/// The new parameter.
double reference_step(const RuleConstants& constants, const StepOptions& step, const RuleInput& input);

/// The factor that clip_norm asks for, 1 where the norm is within it.
double clip_factor(double norm, double clip_norm);

}  // namespace gradus::verification
