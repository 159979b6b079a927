// Data read in the terms of a model: its columns by name, its label, its task, its way round.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/unknown_levels.hpp"
#include "gradus/data/source.hpp"
#include "gradus/model/model_file.hpp"

namespace gradus {

/// `options` with all that the model knows and they leave open. `with_targets` false: labels are not looked at.
SourceOptions options_for_model(SourceOptions options, const Model& model, bool with_targets);

/// Takes the model's column of sample weights out of the features where the data has it, and makes inputs of the
/// others. Counts levels that training did not see.
void apply_model_columns(Dataset& dataset, const Model& model, data::UnknownLevels& unknown);

/// Makes inputs and targets of what was read so, as in the model's training: sample weights, preprocessing, target
/// scaling; pictures as bytes or floats, whichever the model had. A note says where features are of another size.
/// Throws InputError where the columns are others.
void prepare_for_model(Dataset& dataset, const Model& model);

}  // namespace gradus
