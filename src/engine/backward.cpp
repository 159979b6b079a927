// Backward pass of one thread, layer by layer: the input gradient (input_gradient.cpp), then the weight gradient of its
// own outputs with the update.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "engine/engine_state.hpp"

namespace gradus::engine {

// The first thread of a chain goes ahead with the next input gradient, for which the others wait, and takes the weight
// gradient of the (replicated) layer above afterwards.
template <class T>
void EngineState<T>::backward(unsigned thread) {
  std::size_t postponed = 0;
  for (std::size_t l = plan.layers.size(); l-- > 0;) {
    pair_gradients(thread, l);
    if (l > 0) input_gradient(thread, l);  // before the weights of layer l change
    if (postponed > 0) weight_gradient(thread, std::exchange(postponed, 0));
    if (thread == 0 && l > 1 && plan.layers[l].replicated && crosses(l - 1)) {
      postponed = l;
    } else {
      weight_gradient(thread, l);
    }
    if (l > 0) finish_input_gradient(thread, l);
  }
}

// The weight gradient in pieces of kDepthBlock inputs: what a piece reads of the batch stays in the first-level cache.
// `piece_done(block, first, count)` follows each piece.
template <class T>
template <class F, class Kernel, class Factors, class PieceDone>
void EngineState<T>::weight_gradient_of(unsigned thread, std::size_t layer, const Kernel& kernel,
                                        std::span<const kernels::InputRun<F>> runs, std::size_t factor_rows,
                                        const Factors& dz_of, const PieceDone& piece_done) {
  const LayerPlan& l = plan.layers[layer];
  ThreadState<T>& state = *threads[thread];
  PackedSlice<T>& parameters = state.parameters[layer];
  PackedSlice<T>& gradient = state.gradients[layer];
  const bool stores = stores_gradients();
  // Penalties come after the whole chain.
  const bool ends = first_row + rows == batch_rows;
  const InputColumns* const columns = layer == 0 && state.columns.skipping ? &state.columns : nullptr;
  kernels::RowLines ahead = layer == 0 && ends ? next_rows : kernels::RowLines();
  ahead.pace(parameters.blocks.size() * runs.front().depth);
  for (const Block& block : parameters.blocks) {
    const std::size_t width = block.width<T>();
    kernels::WeightGradientArgs<T, F> args{
        .x = nullptr,
        .ldx = 0,
        .rows = factor_rows,
        .depth = 0,
        .row_of_k = nullptr,
        .dz = dz_of(block),
        .units = block.units,
        .w = parameters.panel(block),
        .gradient = stores ? gradient.panel(block) : nullptr,
        .use = stores ? kernels::GradientUse::kStore : kernels::GradientUse::kSgdUpdate,
        .accumulate = first_row > 0,
        .learning_rate = static_cast<T>(step.learning_rate),
        .l1 = static_cast<T>(ends ? l.l1 : 0.0),
        .l2_twice = static_cast<T>(ends ? 2.0 * l.l2 : 0.0),
        .ahead = &ahead};
    std::size_t row = 0;
    for (const kernels::InputRun<F>& run : runs) {
      for (std::size_t k = 0; k < run.depth; k += kernels::kDepthBlock) {
        args.x = run.x + k;
        args.ldx = run.ldx;
        args.depth = std::min(kernels::kDepthBlock, run.depth - k);
        if (columns != nullptr) {
          args.row_of_k = columns->used.data() + k;
        } else {
          args.w = parameters.panel(block) + (row + k) * width;
          if (stores) args.gradient = gradient.panel(block) + (row + k) * width;
        }
        kernel(args);
        if (columns == nullptr) piece_done(block, row + k, args.depth);
      }
      row += run.depth;
    }
    if (columns == nullptr) continue;
    // Columns that are 0 in the whole batch: the chain is empty, the rest of the rule applies.
    const bool penalized = l.l1 != 0.0 || l.l2 != 0.0;
    if (stores || penalized) {
      args.rows = 0;
      args.depth = columns->unused.size();
      args.row_of_k = columns->unused.data();
      kernel(args);
    }
    if (penalized) {
      piece_done(block, 0, parameters.inputs);
    } else {
      for (const kernels::ColumnRun& run : columns->runs) piece_done(block, run.first, run.count);
    }
  }
}

template <class T>
void EngineState<T>::weight_gradient(unsigned thread, std::size_t layer) {
  ThreadState<T>& state = *threads[thread];
  PackedSlice<T>& parameters = state.parameters[layer];
  PackedSlice<T>& gradient = state.gradients[layer];
  LayerBuffers<T>& from = buffers(thread, layer);
  const bool stores = stores_gradients();
  if constexpr (std::is_same_v<T, float>) {
    if (options.mixed) {
      weight_gradient_of<kernels::BfloatPair>(
          thread, layer, pairs->weight_gradient, input_pair_runs(thread, layer, PairsAlong::kRows, 0), (rows + 1) / 2,
          [&](const Block& block) { return from.dz_pairs.along_rows(block.units_before); },
          [&](const Block& block, std::size_t first, std::size_t count) {
            if (!stores) pair_weights(thread, layer, block, first, count);
          });
    }
  }
  if (!options.mixed) {
    weight_gradient_of<T>(
        thread, layer, kernels->weight_gradient, input_runs(thread, layer, 0), rows,
        [&](const Block& block) { return from.dz.block(block); }, [](const Block&, std::size_t, std::size_t) {});
  }
  for (const Block& block : parameters.blocks) {
    const std::size_t width = block.width<T>();
    kernels->column_sums(from.dz.block(block), width, rows, width, first_row > 0, gradient.bias(block));
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
