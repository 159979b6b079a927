// Weight and bias gradients of a dense layer for the outputs of one thread; with plain gradient descent the update is
// part of the product.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/dense_stage.hpp"
#include "engine/input_rows.hpp"

namespace gradus::engine {

// The first thread of a chain goes ahead with the next input gradient, for which the others wait, and takes the weight
// gradient of the (replicated) layer above afterwards.
template <class P>
bool DenseStage<P>::may_postpone(unsigned thread) const {
  return thread == 0 && layer > 1 && plan.replicated && c.plan.crosses(layer - 1);
}

// In pieces of kDepthBlock inputs: what a piece reads of the batch stays in the first-level cache.
template <class P>
void DenseStage<P>::weight_gradient_of_block(unsigned thread, const Block& block, std::span<const FactorRun> runs,
                                             kernels::RowLines& ahead) {
  PackedSlice<T>& weights = parameters(thread);
  PackedSlice<T>& gradient = c.thread(thread).gradients[layer];
  const bool stores = c.call.stores_gradients;
  // Penalties come after the whole chain.
  const bool ends = c.call.ends_batch();
  const InputColumns* const columns =
      layer == 0 && c.thread(thread).columns.skipping ? &c.thread(thread).columns : nullptr;
  const std::size_t width = block.width<T>();
  kernels::WeightGradientArgs<T, Factor> args{
      .x = nullptr,
      .ldx = 0,
      .rows = Factors<P>::of_rows(c.call.rows),
      .depth = 0,
      .row_of_k = nullptr,
      .dz = Factors<P>::gradient_rows(c.buffers(thread, layer), block),
      .units = block.units,
      .w = weights.panel(block),
      .gradient = stores ? gradient.panel(block) : nullptr,
      .use = stores ? kernels::GradientUse::kStore : kernels::GradientUse::kSgdUpdate,
      .accumulate = !c.call.starts_batch(),
      .learning_rate = static_cast<T>(c.call.step.learning_rate),
      .l1 = static_cast<T>(ends ? plan.l1 : 0.0),
      .l2_twice = static_cast<T>(ends ? 2.0 * plan.l2 : 0.0),
      .ahead = &ahead};
  std::size_t row = 0;
  for (const FactorRun& run : runs) {
    for (std::size_t k = 0; k < run.depth; k += kernels::kDepthBlock) {
      args.x = run.x + k;
      args.ldx = run.ldx;
      args.depth = std::min(kernels::kDepthBlock, run.depth - k);
      if (columns != nullptr) {
        args.row_of_k = columns->used.data() + k;
      } else {
        args.w = weights.panel(block) + (row + k) * width;
        if (stores) args.gradient = gradient.panel(block) + (row + k) * width;
      }
      c.products.weight_gradient(args);
      if (columns == nullptr) weights_updated(thread, block, row + k, args.depth);
    }
    row += run.depth;
  }
  if (columns != nullptr) unused_columns(thread, block, args);
}

// Columns that are 0 in the whole batch: the chain is empty, the rest of the rule applies.
template <class P>
void DenseStage<P>::unused_columns(unsigned thread, const Block& block, kernels::WeightGradientArgs<T, Factor>& args) {
  const InputColumns& columns = c.thread(thread).columns;
  const bool penalized = plan.l1 != 0.0 || plan.l2 != 0.0;
  if (c.call.stores_gradients || penalized) {
    args.rows = 0;
    args.depth = columns.unused.size();
    args.row_of_k = columns.unused.data();
    c.products.weight_gradient(args);
  }
  if (penalized) return weights_updated(thread, block, 0, parameters(thread).inputs);
  for (const kernels::ColumnRun& run : columns.runs) weights_updated(thread, block, run.first, run.count);
}

template <class P>
void DenseStage<P>::weights_updated(unsigned thread, const Block& block, std::size_t first, std::size_t count) {
  if (!c.call.stores_gradients) Factors<P>::weights_changed(c, thread, layer, block, first, count);
}

template <class P>
void DenseStage<P>::parameter_gradient(unsigned thread) {
  if (layer == 0) Factors<P>::gradients_changed(c, thread, layer);
  PackedSlice<T>& own = parameters(thread);
  PackedSlice<T>& gradient = c.thread(thread).gradients[layer];
  const std::span<const FactorRun> runs = input_row_runs(thread);
  kernels::RowLines ahead = layer == 0 && c.call.ends_batch() ? c.next_rows : kernels::RowLines();
  ahead.pace(own.blocks.size() * runs.front().depth);
  for (const Block& block : own.blocks) weight_gradient_of_block(thread, block, runs, ahead);
  LayerBuffers<P>& from = c.buffers(thread, layer);
  for (const Block& block : own.blocks) {
    const std::size_t width = block.width<T>();
    c.kernels->column_sums(from.dz.block(block), width, c.call.rows, width, !c.call.starts_batch(),
                           gradient.bias(block));
  }
}

#define GRADUS_INSTANTIATE(P)                                \
  template bool DenseStage<P>::may_postpone(unsigned) const; \
  template void DenseStage<P>::parameter_gradient(unsigned);
GRADUS_INSTANTIATE(Single)
GRADUS_INSTANTIATE(Double)
GRADUS_INSTANTIATE(Mixed)
#undef GRADUS_INSTANTIATE

}  // namespace gradus::engine
