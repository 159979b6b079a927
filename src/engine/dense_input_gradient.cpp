// Input gradient of a dense layer through the weights of one thread: the gradients of the layer below.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/dense_stage.hpp"

namespace gradus::engine {

template <class P>
bool DenseStage<P>::masks_in_product() const {
  const LayerPlan& below = c.plan.layers[layer - 1];
  return below.activation.kind == ActivationKind::kRelu && below.dropout == 0.0 && below.read_again_by.empty() &&
         (plan.replicated || !below.replicated);
}

// Which of three ways suits the rows: rows in the lanes of vectors where they fill them, else inputs; then the weights
// as they lie where rows are few, or a transposed copy.
template <class P>
typename DenseStage<P>::GradientWay DenseStage<P>::gradient_way() const {
  constexpr std::size_t kUnit = kernels::kUnit<T>;
  const std::size_t rows = c.call.rows;
  if (rows <= kernels::kFewRows) return P::kMixed ? GradientWay::kTransposed : GradientWay::kFewRows;
  const bool fill_lanes = rows % kUnit == 0 && rows <= kernels::kPanelUnits * kUnit;
  return fill_lanes ? GradientWay::kRowLanes : GradientWay::kTransposed;
}

// A column of an input gradient whose chains pass from thread to thread does so in parts, of its inputs where rows lie
// in lanes, else of the batch. A part is whole units or tiles.
template <class P>
ChainParts DenseStage<P>::chain_parts(const Block& column) const {
  const GradientWay way = gradient_way();
  const bool splits = c.plan.crosses(layer) && way != GradientWay::kFewRows;
  if (way == GradientWay::kRowLanes) return chain_parts_of(column.outputs, kernels::kUnit<T>, splits ? 2 : 1);
  return chain_parts_of(c.call.rows, kernels::kTallestTile, splits ? kChainParts : 1);
}

// dH(b, i) = chain_o dZ(b, o) W(i, o), block of i after block of i; where the layer below is a plain ReLU, whoever ends
// the chain makes dZ of it at once. Replicated weights: this thread computes only the columns that it needs itself,
// with the whole chain.
template <class P>
void DenseStage<P>::input_gradient(unsigned thread) {
  Factors<P>::gradients_changed(c, thread, layer);
  const GradientWay way = gradient_way();
  if (way == GradientWay::kRowLanes) turn_gradients(thread);
  const std::span<const Block> columns = plan.replicated ? c.plan.owned_blocks(thread, layer - 1)
                                                         : std::span<const Block>(c.plan.layers[layer - 1].blocks);
  std::uint32_t finished = 0;  // kChainParts for each column, however many it has
  for (const Block& column : columns) column_gradient(thread, column, way, finished);
}

template <class P>
void DenseStage<P>::column_gradient(unsigned thread, const Block& column, GradientWay way, std::uint32_t& finished) {
  if (way == GradientWay::kTransposed) transpose_weights(thread, column);
  const bool turns_at_end = way == GradientWay::kRowLanes && ends_chains(thread);
  for (const ChainPart& part : chain_parts(column)) {
    ++finished;
    if (part.count == 0) continue;
    column_part(thread, column, part, way, finished);
    if (!plan.replicated && !turns_at_end) c.crew.progress(layer, thread).advance_to(finished);
  }
  if (!turns_at_end) return;
  turn_back(thread, column);
  if (!plan.replicated) c.crew.progress(layer, thread).advance_to(finished);
}

// One part of a column: waits for the thread before, adds this thread's outputs to the chains, or ends them.
template <class P>
void DenseStage<P>::column_part(unsigned thread, const Block& column, const ChainPart& part, GradientWay way,
                                std::uint32_t finished) {
  const bool in_lanes = way == GradientWay::kRowLanes;
  const bool ends = ends_chains(thread);
  const bool is_own = c.plan.owns(thread, layer - 1, column);
  const bool crosses_far = c.crosses_far(layer);
  LayerBuffers<P>& under = c.buffers(thread, layer - 1);
  BlockBuffer<T>& chains = plan.replicated && c.plan.layers[layer - 1].replicated ? under.dz : c.space.dh[layer - 1];
  BlockBuffer<T>& ended = ends_in_dz(thread) ? under.dz : chains;
  const std::size_t size = in_lanes ? c.call.rows : column.width<T>();
  const std::size_t first = part.first * size;
  const bool continues = !plan.replicated && thread > 0;
  if (continues) {
    c.crew.progress(layer, thread - 1).wait_for(finished);
    if (c.crew.far_cores()) prefetch_in_order(chains.block(column) + first, part.count * size);
  }
  const bool masks_at_end = ends_in_dz(thread) && !in_lanes;
  if (masks_at_end && !is_own && crosses_far) {
    prefetch_in_order(under.h.block(column) + first, part.count * size);
  }
  T* const turned = c.thread(thread).lane_chains.data();
  const Chain chain{.part = part,
                    .start = continues ? chains.block(column) + first : nullptr,
                    .positive = masks_at_end ? under.h.block(column) + first : nullptr,
                    .out = (in_lanes && ends ? turned : ended.block(column)) + first,
                    .streams = crosses_far && !(ends && (in_lanes || (ends_in_dz(thread) && is_own)))};
  switch (way) {
    case GradientWay::kRowLanes:
      return multiply_in_lanes(thread, column, chain);
    case GradientWay::kFewRows:
      return multiply_few_rows(thread, column, chain);
    case GradientWay::kTransposed:
      return multiply_transposed(thread, column, chain);
  }
}

// dZ of this thread's outputs with the rows in the lanes: what weights, as they lie, are multiplied with. A thirtieth
// of turning the weights at 32 rows.
template <class P>
void DenseStage<P>::turn_gradients(unsigned thread) {
  ThreadSpace<P>& state = c.thread(thread);
  LayerBuffers<P>& from = c.buffers(thread, layer);
  const std::size_t rows = c.call.rows;
  Factor* to = state.transposed.data();
  for (const Block& block : c.plan.owned_blocks(thread, layer)) {
    const FactorRun run = Factors<P>::gradients(from, block, 0);
    c.products.transpose(run.x, run.ldx, rows, run.depth, to, rows);
    to += block.outputs / kPerFactor<P> * rows;
  }
}

// Back to rows below each other; dZ where the layer below is a plain ReLU.
template <class P>
void DenseStage<P>::turn_back(unsigned thread, const Block& column) {
  LayerBuffers<P>& under = c.buffers(thread, layer - 1);
  const bool masks = ends_in_dz(thread);
  BlockBuffer<T>& chains = plan.replicated && c.plan.layers[layer - 1].replicated ? under.dz : c.space.dh[layer - 1];
  T* const to = (masks ? under.dz : chains).block(column);
  const std::size_t rows = c.call.rows;
  c.kernels->transpose(c.thread(thread).lane_chains.data(), rows, column.outputs, rows, to, column.width<T>());
  if (!masks) return;
  const T* const positive = under.h.block(column);
  c.kernels->activation_gradient(ActivationKind::kRelu, T{0}, to, positive, positive, to, rows * column.width<T>());
}

template <class P>
void DenseStage<P>::multiply_in_lanes(unsigned thread, const Block& column, const Chain& chain) {
  ThreadSpace<P>& state = c.thread(thread);
  const std::size_t first_input = column.first + chain.part.first;
  state.runs.clear();
  for (const Block& block : parameters(thread).blocks) {
    state.runs.push_back({Factors<P>::weights_of_input(c, thread, layer, block, first_input), Factors<P>::width(block),
                          Factors<P>::in_row(block.outputs)});
  }
  multiply_chain(state.runs, state.transposed.data(), c.call.rows / kernels::kUnit<T>, chain);
}

template <class P>
void DenseStage<P>::multiply_few_rows(unsigned thread, const Block& column, const Chain& chain) {
  const PackedSlice<T>& weights = parameters(thread);
  const BlockBuffer<T>& dz = c.buffers(thread, layer).dz;
  std::vector<kernels::OutputRun<T>>& runs = c.thread(thread).output_runs;
  runs.clear();
  for (const Block& block : weights.blocks) {
    runs.push_back({dz.block(block), weights.row(block, column.first), block.width<T>(), block.outputs});
  }
  c.kernels->input_gradient({.runs = runs.data(),
                             .num_runs = runs.size(),
                             .rows = chain.part.count,
                             .inputs = column.outputs,
                             .units = column.units,
                             .start = chain.start,
                             .positive = chain.positive,
                             .out = chain.out,
                             .streams = chain.streams});
}

template <class P>
void DenseStage<P>::transpose_weights(unsigned thread, const Block& column) {
  Factor* to = c.thread(thread).transposed.data();
  for (const Block& block : parameters(thread).blocks) {
    const std::size_t count = Factors<P>::in_row(block.outputs);
    c.products.transpose(Factors<P>::weights_of_input(c, thread, layer, block, column.first), Factors<P>::width(block),
                         column.outputs, count, to, column.width<T>());
    to += count * column.width<T>();
  }
}

template <class P>
void DenseStage<P>::multiply_transposed(unsigned thread, const Block& column, const Chain& chain) {
  ThreadSpace<P>& state = c.thread(thread);
  LayerBuffers<P>& from = c.buffers(thread, layer);
  state.runs.clear();
  for (const Block& block : c.plan.owned_blocks(thread, layer)) {
    state.runs.push_back(Factors<P>::gradients(from, block, chain.part.first));
  }
  multiply_chain(state.runs, state.transposed.data(), column.units, chain);
}

// Where the product has not made dZ of the layer below.
template <class P>
void DenseStage<P>::finish_input_gradient(unsigned thread) {
  const std::size_t below = layer - 1;
  const LayerPlan& b_plan = c.plan.layers[below];
  LayerBuffers<P>& to = c.buffers(thread, below);
  auto finished = static_cast<std::uint32_t>(b_plan.owned[thread].begin) * kChainParts;
  for (const Block& block : c.plan.owned_blocks(thread, below)) {
    finished += kChainParts;
    if (!plan.replicated) c.crew.progress(layer, c.plan.threads - 1).wait_for(finished);
    if (masks_in_product()) {
      const std::size_t count = c.call.rows * block.width<T>();
      if (c.crosses_far(layer) && thread + 1 < c.plan.threads) prefetch_in_order(to.dz.block(block), count);
      continue;
    }
    const bool in_place = plan.replicated && b_plan.replicated;
    this->make_gradient_below(thread, block, (in_place ? to.dz : c.space.dh[below]).block(block));
  }
}

#define GRADUS_INSTANTIATE(P)                            \
  template void DenseStage<P>::input_gradient(unsigned); \
  template void DenseStage<P>::finish_input_gradient(unsigned);
GRADUS_INSTANTIATE(Single)
GRADUS_INSTANTIATE(Double)
GRADUS_INSTANTIATE(Mixed)
#undef GRADUS_INSTANTIATE

}  // namespace gradus::engine
