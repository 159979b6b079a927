// What every part of an engine works with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/call.hpp"
#include "engine/crew.hpp"
#include "engine/workspace.hpp"

namespace gradus::engine {

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
