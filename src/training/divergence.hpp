// Finding the layer and the batch at which a training stopped being finite.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "gradus/network/network.hpp"

namespace gradus {

/// "layer 2 (weights)" for the first layer with a parameter or a running statistic that is NaN or infinite (parameters
/// are searched first); empty when all are finite.
template <class T>
std::optional<std::string> non_finite_parameter(const Network<T>& network);

/// The first layer whose Z is not finite for the inputs `x`, as "layer 3 (its sums)"; empty when all are finite.
template <class T>
std::optional<std::string> non_finite_layer(const Network<T>& network, const Matrix<T>& x);

}  // namespace gradus
