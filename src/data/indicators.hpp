// What every way of scaling shares: its conditions, and inputs that it leaves alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/core/scaling.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus::data {

/// Throws InputError without training rows, or for a divisor that is 0 or not finite.
void check_can_scale(const Dataset& dataset, double divisor);
/// Inputs that are 0 or 1 by their making stay so.
void leave_indicators(Scaling& scaling, const Preprocessing& preprocessing);

}  // namespace gradus::data
