// What is wrong with a result although its figures are true: one sentence each, with what to try.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gradus/training/trainer.hpp"

namespace gradus {

/// Sentences about a run that ended: R2 below 0, one predicted class alone, classes of very different size (with the
/// threshold that suits the validation part), a validation loss that had risen, dead and saturated units.
std::vector<std::string> result_notes(const TrainingRun& run, const Dataset& dataset, const RunRecord& record);

}  // namespace gradus
