// Mutants: backward passes with one fault each, of the kinds that have happened in somebody's trainer. They exist to
// measure what the claims notice; nothing that trains includes this file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "verification/problem.hpp"

namespace gradus::verification {

// "First" and "last" are among the layers that the fault can happen to: those with weights, with an activation, ...
enum class Fault : std::uint8_t {
  kNone,
  kSign,                // dW of the first layer negated
  kMissingMean,         // sum over the batch instead of the mean
  kTransposedProduct,   // dX = dZ W^T with W read in the wrong order, last layer that is no vector
  kMissingBias,         // db of the first layer stays 0
  kStaleActivation,     // dW of the last layer from activations of one step before
  kWrongDerivative,     // f' left out behind the first hidden layer that is not linear
  kDroppedPenalty,      // L1 and L2 in the loss, not in the gradient
  kLastBatchSkipped,    // the last quarter of the rows contributes nothing
  kOffByOneRow,         // dW of the first layer pairs the inputs of row b + 1 with dZ of row b
  kRelativeError,       // dW of the first layer times 1 + size
  kConstantStatistics,  // a normalisation's mean and variance taken for constants
  kRunningStatistics,   // the running mean and variance instead of the batch's
  kDroppedResidual,     // nothing flows back through the addition of an earlier layer
};

struct Mutant {
  std::string_view name;
  Fault fault = Fault::kNone;
  double size = 0.0;  // of kRelativeError
};

/// Every fault is among them.
const std::vector<Mutant>& all_mutants();

/// Why this network cannot have the fault; empty when it can.
std::string_view missing_for(const Mutant& mutant, const Problem& problem);

/// The gradient with the fault. Fault::kNone gives textbook_gradient()'s bits (a test holds that).
Tangent faulty_gradient(const Problem& problem, const Mutant& mutant);

}  // namespace gradus::verification
