// gradus train --folds: one run for each fold, and what they say together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/train_run.hpp"
#include "gradus/training/run_config.hpp"

namespace gradus::cli {

/// Trains every fold of `config` from the start. Returns the exit code.
int train_folds(RunConfig config, TrainArguments arguments);
/// Goes on with the folds in the folder arguments.resume, whose configuration `config` is.
int train_on_folds(const RunConfig& config, TrainArguments arguments);

}  // namespace gradus::cli
