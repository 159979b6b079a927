// training.init_from: a run that starts from the weights of a model, whose inputs and outputs keep their meaning.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "gradus/model/model_file.hpp"
#include "gradus/training/run_config.hpp"

namespace gradus {

/// The model that training.init_from names, a file or a run folder, relative paths in `base_folder` first; nothing
/// where it names none. Throws InputError where there is no such model.
std::optional<Model> read_initial_model(const RunConfig& config, const std::string& base_folder);

/// Gives the split data of options_for_model() the model's classes, preprocessing and target scaling, and `config` what
/// these are. Throws InputError: a class that the model does not know, another task, an option that says otherwise.
void apply_initial_model(RunConfig& config, Dataset& dataset, const Model& model);

/// Weights and scaling of `model` into `run`, whose network is built and which must have the same layers: throws
/// InputError naming what differs. The optimizer starts anew. Returns what the model adds to the run's identity.
std::string start_from(TrainingRun& run, const Model& model);

}  // namespace gradus
