// Gradients that are 0 and hold what rounding leaves of it: no measure of a relative error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/network/network.hpp"

namespace gradus::test {

/// Whether the block is a bias that the batch normalisation above takes away again.
inline bool vanishes(const NetworkSpec& spec, const ParameterBlock& block) {
  if (block.role != BlockRole::kBias || block.layer + 1 == spec.layers.size()) return false;
  return spec.layers[block.layer].activation.kind == ActivationKind::kIdentity &&
         spec.layers[block.layer + 1].kind == LayerKind::kBatchNorm;
}

}  // namespace gradus::test
