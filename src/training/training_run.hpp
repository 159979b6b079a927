// The steps of read_data() and make_training_run() where the rows and the model to start from are in memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/data/dataset.hpp"
#include "gradus/model/model_file.hpp"
#include "gradus/training/run_config.hpp"

namespace gradus {

/// prepare_data() with the model that training.init_from would name, or null.
Dataset prepare_data(RunConfig& config, Dataset dataset, const Model* start);
/// make_training_run() with the same model.
TrainingRun make_training_run(RunConfig& config, const Dataset& dataset, const Model* start);

}  // namespace gradus
