// What the outputs of a batch are compared with. The textbook and the engine read the same struct.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "gradus/core/matrix.hpp"

namespace gradus {

/// Targets of the rows of one batch, in order. Classification fills `labels` (0 <= label < K; 0 or 1 where a sigmoid
/// network has K = 1), other tasks `values` (rows x K). `weights` is empty (all 1) or has one non-negative weight per
/// row: the batch loss is then sum w_b loss_b / sum w_b.
template <class T>
struct BatchTargets {
  std::span<const std::int32_t> labels;
  MatrixView<const T> values;
  std::span<const T> weights;
};

}  // namespace gradus
