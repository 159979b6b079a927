// Two classes may have one sigmoid output: the probability of the second.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/core/matrix.hpp"
#include "gradus/data/dataset.hpp"
#include "gradus/model/model_file.hpp"
#include "gradus/network/network.hpp"

namespace gradus {

/// Whether a network of one output can be right for the data set.
bool takes_one_output(const Dataset& dataset);
/// Whether the network has an output for every class or target, or the one that suffices.
bool fits_outputs(const NetworkSpec& spec, const Dataset& dataset);
/// Whether the model has one output for its two classes.
bool gives_one_output(const Model& model);
/// The probabilities of both classes (N x 2) from the one output p (N x 1): 1 - p and p. Others as they are.
Matrix<double> class_probabilities(Matrix<double> outputs);

}  // namespace gradus
