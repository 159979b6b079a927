// Whether a run's inputs and targets fit the numbers that it computes with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/training/trainer.hpp"

namespace gradus {

/// Throws InputError at the first feature, once it is scaled, or target that is infinite in the run's type; it names
/// the column, the value and the type.
void check_number_range(const TrainingRun& run, const Dataset& dataset);

}  // namespace gradus
