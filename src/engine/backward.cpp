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
}

// dH(b, i) = chain_o dZ(b, o) W(i, o), block of i after block of i. The rows of this thread's weights that belong to a
// block are transposed into scratch that stays in the cache; then the forward kernel does the product.
template <class T>
void EngineState<T>::input_gradient(unsigned thread, std::size_t layer) {
  const LayerPlan& l = plan.layers[layer];
  const LayerPlan& below = plan.layers[layer - 1];
  const PackedSlice<T>& parameters = product_weights(thread, layer);
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
  LayerBuffers<T>& to = buffers(thread, below);
  auto finished = static_cast<std::uint32_t>(b_plan.owned[thread].begin);
  for (const Block& block : owned_blocks(thread, below)) {
    if (!l.replicated) progress[layer][plan.threads - 1].wait_for(++finished);
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
    round_factors(dz, count);
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
  const bool continues = first_row > 0;
  // Penalties come after the whole chain.
  const bool ends = first_row + rows == batch_rows;
  const std::span<const kernels::InputRun<T>> runs = input_runs(thread, layer);
  const InputColumns* const columns = layer == 0 && state.columns.skipping ? &state.columns : nullptr;
  for (const Block& block : parameters.blocks) {
    const std::size_t width = block.width<T>();
    kernels::WeightGradientArgs<T> args{.x = nullptr,
                                        .ldx = 0,
                                        .rows = rows,
                                        .depth = 0,
                                        .row_of_k = nullptr,
                                        .dz = dz.block(block),
                                        .units = block.units,
                                        .w = parameters.panel(block),
                                        .gradient = stores ? gradient.panel(block) : nullptr,
                                        .use = stores ? kernels::GradientUse::kStore : kernels::GradientUse::kSgdUpdate,
                                        .accumulate = continues,
                                        .learning_rate = static_cast<T>(step.learning_rate),
                                        .l1 = static_cast<T>(ends ? l.l1 : 0.0),
                                        .l2_twice = static_cast<T>(ends ? 2.0 * l.l2 : 0.0)};
    const auto at_row = [&](std::size_t row) {
      args.w = parameters.panel(block) + row * width;
      if (stores) args.gradient = gradient.panel(block) + row * width;
    };
    std::size_t row = 0;
    for (const kernels::InputRun<T>& run : runs) {
      // In pieces of kDepthBlock: what a piece reads of the batch stays in the first-level cache.
      for (std::size_t k = 0; k < run.depth; k += kernels::kDepthBlock) {
        args.x = run.x + k;
        args.ldx = run.ldx;
        args.depth = std::min(kernels::kDepthBlock, run.depth - k);
        if (columns != nullptr) {
          args.row_of_k = columns->used.data() + k;
        } else {
          at_row(row + k);
        }
        kernels->weight_gradient(args);
      }
      row += run.depth;
    }
    // Columns that are 0 in the whole batch: the chain is empty, the rest of the rule applies.
    if (columns != nullptr && (stores || l.l1 != 0.0 || l.l2 != 0.0)) {
      args.rows = 0;
      args.depth = columns->unused.size();
      args.row_of_k = columns->unused.data();
      kernels->weight_gradient(args);
    }
    kernels->column_sums(dz.block(block), width, rows, width, continues, gradient.bias(block));
    if (!stores) round_weights(thread, layer, block);
  }
  if (stores) return;
  kernels->optimizer_step({.kind = OptimizerKind::kSgd,
                           .learning_rate = static_cast<T>(step.learning_rate),
                           .n = parameters.biases.size(),
                           .w = parameters.biases.data(),
                           .g = gradient.biases.data()});
}

template <class T>
void EngineState<T>::round_weights(unsigned thread, std::size_t layer, const Block& block) {
  if (!options.mixed) return;
  ThreadState<T>& state = *threads[thread];
  const PackedSlice<T>& parameters = state.parameters[layer];
  kernels->round_to_bfloat16(parameters.panel(block), state.rounded[layer].panel(block),
                             parameters.inputs * block.width<T>());
}

template void EngineState<float>::round_weights(unsigned, std::size_t, const Block&);
template void EngineState<double>::round_weights(unsigned, std::size_t, const Block&);
template void EngineState<float>::backward(unsigned);
template void EngineState<double>::backward(unsigned);

}  // namespace gradus::engine
