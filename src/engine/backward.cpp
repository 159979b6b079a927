// Backward pass of one thread: input gradient through its own weights, then the weight gradient of its own outputs with
// the update.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/engine_state.hpp"

namespace gradus::engine {

template <class T>
void EngineState<T>::backward(unsigned thread) {
  for (std::size_t l = plan.layers.size(); l-- > 0;) {
    if (l > 0) {
      input_gradient(thread, l);  // before the weights of layer l change
    }
    weight_gradient(thread, l);
    if (l > 0) finish_input_gradient(thread, l);
  }
  if (stores_gradients() && kind == StepKind::kTrain) scale_and_update(thread);
}

// dH(b, i) = chain_o dZ(b, o) W(i, o), block of i after block of i. The rows of this thread's weights that belong to a
// block are transposed into scratch that stays in the cache; then the forward kernel does the product.
template <class T>
void EngineState<T>::input_gradient(unsigned thread, std::size_t layer) {
  const LayerPlan& l = plan.layers[layer];
  const LayerPlan& below = plan.layers[layer - 1];
  const PackedSlice<T>& parameters = threads[thread]->parameters[layer];
  const BlockBuffer<T>& dz = buffers(thread, layer).dz;
  BlockBuffer<T>& to = l.replicated && below.replicated ? threads[thread]->own[layer - 1].dz : dh[layer - 1];
  // Replicated weights: this thread computes only the columns that it needs itself, with the whole chain.
  const std::span<const Block> columns =
      l.replicated ? owned_blocks(thread, layer - 1) : std::span<const Block>(below.blocks);
  std::vector<kernels::InputRun<T>>& runs = threads[thread]->runs;
  runs.clear();
  for (const Block& block : parameters.blocks) runs.push_back({dz.block(block), block.width<T>(), block.outputs});
  const bool continues = !l.replicated && thread > 0;
  std::uint32_t finished = 0;
  for (const Block& column : columns) {
    T* transposed = threads[thread]->transposed.data();
    for (const Block& block : parameters.blocks) {
      const std::size_t width = block.width<T>();
      kernels->transpose(parameters.panel(block) + column.first * width, width, column.outputs, block.outputs,
                         transposed, column.width<T>());
      transposed += block.outputs * column.width<T>();
    }
    if (continues) progress[layer][thread - 1].wait_for(finished + 1);
    kernels->forward({.runs = runs.data(),
                      .num_runs = runs.size(),
                      .rows = rows,
                      .row_of_k = nullptr,
                      .w = threads[thread]->transposed.data(),
                      .units = column.units,
                      .bias = nullptr,
                      .out = to.block(column),
                      .accumulate = continues,
                      .relu = false});
    ++finished;
    if (!l.replicated) progress[layer][thread].advance_to(finished);
  }
}

// dZ of the layer below from dH: mask of its dropout, then its activation's derivative, for the blocks that this thread
// owns there.
template <class T>
void EngineState<T>::finish_input_gradient(unsigned thread, std::size_t layer) {
  const LayerPlan& l = plan.layers[layer];
  const std::size_t below = layer - 1;
  const LayerPlan& b_plan = plan.layers[below];
  if (!l.replicated) progress[layer][plan.threads - 1].wait_for(static_cast<std::uint32_t>(b_plan.blocks.size()));
  LayerBuffers<T>& to = buffers(thread, below);
  for (const Block& block : owned_blocks(thread, below)) {
    const std::size_t count = rows * block.width<T>();
    T* const dz = to.dz.block(block);
    const T* source = l.replicated && b_plan.replicated ? dz : dh[below].block(block);
    const T* const value = (b_plan.keeps_value ? to.kept : to.h).block(block);
    if (b_plan.dropout > 0.0) {
      const T* const mask = masks[below].block(block);
      for (std::size_t j = 0; j < count; ++j) dz[j] = source[j] * mask[j];
      source = dz;
    }
    kernels->activation_gradient(b_plan.activation.kind, static_cast<T>(b_plan.activation.alpha), source, value, value,
                                 dz, count);
  }
}

template <class T>
void EngineState<T>::weight_gradient(unsigned thread, std::size_t layer) {
  const LayerPlan& l = plan.layers[layer];
  ThreadState<T>& state = *threads[thread];
  PackedSlice<T>& parameters = state.parameters[layer];
  PackedSlice<T>& gradient = state.gradients[layer];
  const BlockBuffer<T>& dz = buffers(thread, layer).dz;
  const bool stores = stores_gradients();
  const std::span<const kernels::InputRun<T>> runs = input_runs(thread, layer);
  for (const Block& block : parameters.blocks) {
    const std::size_t width = block.width<T>();
    std::size_t row = 0;
    for (const kernels::InputRun<T>& run : runs) {
      // In pieces of kDepthBlock: what a piece reads of the batch stays in the first-level cache.
      for (std::size_t k = 0; k < run.depth; k += kernels::kDepthBlock) {
        const std::size_t at = (row + k) * width;
        kernels->weight_gradient({.x = run.x + k,
                                  .ldx = run.ldx,
                                  .rows = rows,
                                  .depth = std::min(kernels::kDepthBlock, run.depth - k),
                                  .row_of_k = nullptr,
                                  .dz = dz.block(block),
                                  .units = block.units,
                                  .w = parameters.panel(block) + at,
                                  .gradient = stores ? gradient.panel(block) + at : nullptr,
                                  .use = stores ? kernels::GradientUse::kStore : kernels::GradientUse::kSgdUpdate,
                                  .learning_rate = static_cast<T>(step.learning_rate),
                                  .l1 = static_cast<T>(l.l1),
                                  .l2_twice = static_cast<T>(2.0 * l.l2)});
      }
      row += run.depth;
    }
    kernels->column_sums(dz.block(block), width, rows, width, gradient.bias(block));
  }
  if (stores) return;
  kernels->optimizer_step({.kind = OptimizerKind::kSgd,
                           .learning_rate = static_cast<T>(step.learning_rate),
                           .n = parameters.biases.size(),
                           .w = parameters.biases.data(),
                           .g = gradient.biases.data()});
}

template void EngineState<float>::backward(unsigned);
template void EngineState<double>::backward(unsigned);

}  // namespace gradus::engine
