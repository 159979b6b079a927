// What every part of an engine works with: the plan, the workspace, the crew, and the call in progress.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/crew.hpp"
#include "engine/workspace.hpp"
#include "gradus/engine/engine.hpp"

namespace gradus::engine {

/// Evaluate: outputs and loss. Train: with backward and update. Gradients: without the update.
enum class CallKind : std::uint8_t { kEvaluate, kTrain, kGradients };

/// What one call is about: its kind, the rows in progress, the targets and what a row counts for.
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
  T factor_sum{};    // the same in T, a sum in increasing b: the textbook's sample_factors
  T common_share{};  // 1 / factor_sum, or 0 where there is nothing to share

  [[nodiscard]] bool trains() const { return kind != CallKind::kEvaluate; }
  [[nodiscard]] bool starts_batch() const { return first_row == 0; }
  [[nodiscard]] bool ends_batch() const { return first_row + rows == batch_rows; }

  /// What the sum of the losses is divided by (BatchTargets).
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
      if (targets->mean_weight > 0.0) {
        weight_sum = static_cast<double>(batch_rows) * targets->mean_weight;
        factor_sum = static_cast<T>(weight_sum);
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

template <class P>
struct Context {
  using T = typename P::Value;
  Context(const Network<T>& network, const EngineOptions& engine_options);

  NetworkSpec spec;
  EngineOptions options;
  std::shared_ptr<const ParameterLayout> layout;
  std::shared_ptr<const ParameterLayout> state_layout;
  const kernels::KernelTable<T>* kernels;
  Products<P> products;
  bool suits_columns;  // training steps may run in columns (narrow_step.cpp)
  Plan plan;
  Crew crew;
  Workspace<P> space;
  Call<T> call;
  kernels::RowLines next_rows;  // of the batch after this one, if they are known

  ThreadSpace<P>& thread(unsigned t) { return *space.threads[t]; }
  LayerBuffers<P>& buffers(unsigned t, std::size_t layer) { return space.buffers(plan, t, layer); }
  /// Outputs of the layer, or the inputs in blocks for what lies below the first one.
  BlockBuffer<T>& inputs_of_layer(unsigned t, std::size_t layer) {
    return layer == 0 ? thread(t).input_blocks : buffers(t, layer - 1).h;
  }
  /// This layer's outputs are read by other threads than wrote them, on cores that are far apart: they are written past
  /// the caches, and fetched in order.
  [[nodiscard]] bool outputs_cross_far(std::size_t layer) const {
    return crew.far_cores() && plan.outputs_cross(layer);
  }
  [[nodiscard]] bool crosses_far(std::size_t layer) const { return crew.far_cores() && plan.crosses(layer); }
};

/// Loss and gradient are those of softmax cross-entropy in its exact form.
inline bool has_exact_cross_entropy(const NetworkSpec& spec) {
  return spec.output == OutputKind::kSoftmax && spec.loss.kind == LossKind::kSoftmaxCrossEntropy &&
         spec.loss.floor_kind == FloorKind::kExact && spec.loss.label_smoothing == 0.0;
}

extern template struct Context<Single>;
extern template struct Context<Double>;
extern template struct Context<Mixed>;

}  // namespace gradus::engine
