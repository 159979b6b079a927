// SPDX-License-Identifier: Apache-2.0
#include "verification/optimizer_rule.hpp"

#include <cmath>

namespace gradus::verification {
namespace {

double bias_correction(double beta, std::uint64_t step) {
  return 1.0 - std::pow(beta, static_cast<double>(step));
}

// The moving averages use the constants as the engine rounds them; the corrections for their start do not.
double adam(const RuleConstants& constants, const StepOptions& step, const RuleInput& in, double w) {
  const OptimizerOptions& o = constants.rounded;
  const double m = o.beta1 * in.slot0 + (1.0 - o.beta1) * in.g;
  const double v = o.beta2 * in.slot1 + (1.0 - o.beta2) * in.g * in.g;
  const double m_hat = m / bias_correction(constants.given.beta1, step.step);
  const double v_hat = v / bias_correction(constants.given.beta2, step.step);
  return w - step.learning_rate * m_hat / (std::sqrt(v_hat) + o.epsilon);
}

}  // namespace

double reference_step(const RuleConstants& constants, const StepOptions& step, const RuleInput& in) {
  const OptimizerOptions& o = constants.rounded;
  const double rate = step.learning_rate;
  switch (o.kind) {
    case OptimizerKind::kSgd:
      return in.w - rate * in.g;
    case OptimizerKind::kMomentum:
      return in.w - rate * (o.momentum * in.slot0 + in.g);
    case OptimizerKind::kNesterov:
      return in.w - rate * (in.g + o.momentum * (o.momentum * in.slot0 + in.g));
    case OptimizerKind::kAdam:
      return adam(constants, step, in, in.w);
    case OptimizerKind::kAdamW:
      return adam(constants, step, in, in.decays ? in.w - rate * o.weight_decay * in.w : in.w);
    case OptimizerKind::kRmsProp:
      return in.w - rate * in.g / (std::sqrt(o.rho * in.slot0 + (1.0 - o.rho) * in.g * in.g) + o.epsilon);
    case OptimizerKind::kAdagrad:
      return in.w - rate * in.g / (std::sqrt(in.slot0 + in.g * in.g) + o.epsilon);
  }
  return in.w;
}

RuleConstants make_constants(const OptimizerOptions& given, bool in_float) {
  RuleConstants constants{.given = given, .rounded = given};
  OptimizerOptions& o = constants.rounded;
  for (double* constant : {&o.momentum, &o.beta1, &o.beta2, &o.rho}) {
    if (in_float) *constant = static_cast<float>(*constant);
  }
  return constants;
}

double clip_factor(double norm, double clip_norm) {
  return clip_norm > 0.0 && norm > clip_norm ? clip_norm / norm : 1.0;
}

}  // namespace gradus::verification
