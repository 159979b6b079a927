// gradus check --layer: the gradient checking of the studies from the shell.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gradus/verification/verify.hpp"

namespace gradus::cli {

/// The largest difference at every N, and each number with its gradient and best difference.
std::string difference_table(const DifferenceResult& result, const Network<double>& network,
                             const DifferenceExperiment& experiment);
/// One JSON object: the curve, the claim's value and bound, whether it holds.
std::string difference_json(const DifferenceResult& result);

}  // namespace gradus::cli
