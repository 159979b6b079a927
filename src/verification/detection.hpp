// The power of the checker, measured on the very network that is checked: every mutant before the same claims.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verification/engine_check.hpp"
#include "verification/measurements.hpp"
#include "verification/mutants.hpp"

namespace gradus::verification {

/// `measurements` and `engine` are complete; the results are filled in by `work`.
void measure_detection(const Measurements& measurements, const EngineEvidence& engine, const std::vector<Claim>& claims,
                       Certificate& certificate, Work& work);

}  // namespace gradus::verification
