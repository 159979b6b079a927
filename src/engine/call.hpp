// What one call of an engine is about: its kind, the rows in progress, the targets and what a row counts for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "gradus/engine/engine.hpp"

namespace gradus::engine {

/// Evaluate: outputs and loss. Train: with backward and update. Gradients: without the update.
enum class CallKind : std::uint8_t { kEvaluate, kTrain, kGradients };

template <class T>
struct Call {
  CallKind kind = CallKind::kEvaluate;
  std::size_t batch_rows = 0;
  std::size_t part_rows = 0;  // rows that are worked on at a time
  std::size_t first_row = 0;  // the part in progress: rows [first_row, first_row + rows) of the batch
  std::size_t rows = 0;
  const BatchTargets<T>* targets = nullptr;  // null: outputs only
  StepOptions step;
  bool packs_inputs = false;      // rows of the caller's data, which every thread copies for itself
  bool in_columns = false;        // a training step in columns (narrow_step.cpp)
  bool stores_gradients = false;  // gradients go through a buffer instead of straight into the weights
  double weight_sum = 0.0;
  T factor_sum{};    // the same sum in T, in increasing b: the textbook's sample_factors
  T common_share{};  // 1 / factor_sum, or 0 where there is nothing to share

  [[nodiscard]] bool trains() const { return kind != CallKind::kEvaluate; }
  [[nodiscard]] bool starts_batch() const { return first_row == 0; }
  [[nodiscard]] bool ends_batch() const { return first_row + rows == batch_rows; }

  /// Sums of the targets' weights.
  void set_targets(const BatchTargets<T>* batch_targets) {
    targets = batch_targets;
    weight_sum = static_cast<double>(batch_rows);
    factor_sum = static_cast<T>(batch_rows);
    if (targets != nullptr && !targets->weights.empty()) {
      weight_sum = 0.0;
      factor_sum = T{0};
      for (const T weight : targets->weights) {
        weight_sum += static_cast<double>(weight);
        factor_sum += weight;
      }
    }
    common_share = factor_sum == T{0} ? T{0} : T{1} / factor_sum;
  }
  /// What the loss of a row of the batch counts for in the mean.
  [[nodiscard]] T share_of(std::size_t row) const {
    const bool weighted = !targets->weights.empty() && factor_sum != T{0};
    return weighted ? targets->weights[row] / factor_sum : common_share;
  }
  [[nodiscard]] T weighted(std::size_t row, T loss) const {
    return targets->weights.empty() ? loss : targets->weights[row] * loss;
  }
};

}  // namespace gradus::engine
