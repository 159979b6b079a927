// What the outputs of a batch are compared with. The textbook and the engine read the same struct.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "gradus/core/matrix.hpp"

namespace gradus {

/// Targets of the rows of one batch, in order. Classification fills `labels` (0 <= label < K; 0 or 1 where a sigmoid
/// network has K = 1), other tasks `values` (rows x K). `weights` is empty (all 1) or has one non-negative weight per
/// row. The batch loss is then sum w_b loss_b / sum w_b or, with a `mean_weight` above 0 (that of all training rows),
/// sum w_b loss_b / (B mean_weight): a row then counts for the same in every batch, and at a batch of 1 too.
template <class T>
struct BatchTargets {
  std::span<const std::int32_t> labels;
  MatrixView<const T> values;
  std::span<const T> weights;
  double mean_weight = 0.0;
};

}  // namespace gradus
