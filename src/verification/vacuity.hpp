// Agreement between zeros proves nothing: how much of every group the gradient touches, and why the rest is zero.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/verification/certificate.hpp"
#include "verification/subject.hpp"

namespace gradus::verification {

/// Fills groups, units and constant_zero_inputs of the certificate.
void describe_gradient(const Subject& subject, const Tangent& gradient, Certificate& certificate);
/// One claim per group of parameters: its gradient is above rounding.
void judge_vacuity(const Subject& subject, const Tangent& gradient, std::vector<Claim>& claims);

}  // namespace gradus::verification
