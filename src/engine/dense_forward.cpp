// Forward pass of a dense layer: H = f(X W + b) for the slice of one thread.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/dense_stage.hpp"

namespace gradus::engine {

template <class P>
std::size_t DenseStage<P>::packed_inputs(unsigned thread) const {
  const InputColumns& columns = c.thread(thread).columns;
  return columns.skipping ? columns.used.size() : c.spec.num_inputs;
}

template <class P>
std::span<const typename DenseStage<P>::FactorRun> DenseStage<P>::input_runs(unsigned thread,
                                                                             std::size_t first_row) const {
  std::vector<FactorRun>& runs = c.thread(thread).runs;
  runs.clear();
  if (layer == 0) {
    runs.push_back(Factors<P>::inputs(c, thread, packed_inputs(thread), first_row));
    return runs;
  }
  LayerBuffers<P>& below = c.buffers(thread, layer - 1);
  for (const Block& block : c.plan.inputs_read_by(thread, layer)) {
    runs.push_back(Factors<P>::outputs(below, block, first_row));
  }
  return runs;
}

template <class P>
std::span<const typename DenseStage<P>::FactorRun> DenseStage<P>::input_row_runs(unsigned thread) const {
  std::vector<FactorRun>& runs = c.thread(thread).runs;
  runs.clear();
  if (layer == 0) {
    runs.push_back(Factors<P>::input_rows(c, thread, packed_inputs(thread), 0));
    return runs;
  }
  LayerBuffers<P>& below = c.buffers(thread, layer - 1);
  for (const Block& block : c.plan.inputs_read_by(thread, layer)) {
    runs.push_back(Factors<P>::output_rows(below, block));
  }
  return runs;
}

// The chains of a layer begin with what the first thread has computed of the layer below: it does its first block that
// far while it would wait for the others.
template <class P>
bool DenseStage<P>::starts_early(unsigned thread) const {
  return thread == 0 && layer > 0 && c.plan.outputs_cross(layer - 1);
}

template <class P>
void DenseStage<P>::start_forward(unsigned thread) {
  if (starts_early(thread)) forward_blocks(thread, ForwardPart::kStart);
}

template <class P>
void DenseStage<P>::forward(unsigned thread) {
  if (plan.splits_inputs) return forward_split(thread);
  forward_blocks(thread, starts_early(thread) ? ForwardPart::kRest : ForwardPart::kAll);
}

template <class P>
void DenseStage<P>::forward_blocks(unsigned thread, ForwardPart part) {
  const std::span<const FactorRun> runs = input_runs(thread, 0);
  for (const Block& block : parameters(thread).blocks) {
    const bool is_first = &block == &parameters(thread).blocks.front();
    if (part == ForwardPart::kStart && !is_first) return;
    const bool whole = part == ForwardPart::kRest && !is_first;
    forward_block(thread, block, whole ? ForwardPart::kAll : part, runs);
  }
}

template <class P>
void DenseStage<P>::forward_block(unsigned thread, const Block& block, ForwardPart part,
                                  std::span<const FactorRun> runs) {
  const bool starts = part == ForwardPart::kStart;
  const bool goes_on = part == ForwardPart::kRest;
  const InputColumns& columns = c.thread(thread).columns;
  const std::vector<std::uint32_t>& used = P::kMixed ? columns.used_pairs : columns.used;
  // Nothing comes after the product: bias and activation are part of it.
  const bool is_relu = plan.activation.kind == ActivationKind::kRelu;
  const bool is_final =
      !P::kMixed && !plan.keeps_value && (is_relu || plan.activation.kind == ActivationKind::kIdentity);
  const bool relu_fused = is_relu && !plan.keeps_value;
  // The runs that the first thread has computed come first.
  const std::size_t own = starts || goes_on ? c.plan.layers[layer - 1].owned[0].end : 0;
  std::size_t own_depth = 0;
  for (const FactorRun& run : runs.first(own)) own_depth += run.depth;
  const std::span<const FactorRun> some = starts ? runs.first(own) : runs.subspan(goes_on ? own : 0);
  T* const out = this->z_of(thread, block);
  c.products.forward({.runs = some.data(),
                      .num_runs = some.size(),
                      .rows = c.call.rows,
                      .row_of_k = layer == 0 && columns.skipping ? used.data() : nullptr,
                      .w = Factors<P>::panel(c, thread, layer, block) + (goes_on ? own_depth * block.width<T>() : 0),
                      .units = block.units,
                      .bias = starts ? nullptr : parameters(thread).bias(block),
                      .start = goes_on ? out : nullptr,
                      .positive = nullptr,
                      .out = out,
                      .relu = relu_fused && !starts,
                      .streams = is_final && !starts && c.outputs_cross_far(layer)});
  if (!starts) this->finish_outputs(thread, block, relu_fused);
}

// The threads continue each other's chains with the inputs that each of them has computed; the last one's are complete,
// and everyone needs all of them. To have them is to know that all threads are done with the layer below.
template <class P>
void DenseStage<P>::forward_split(unsigned thread) {
  std::uint32_t part_number = 0;
  for (const ChainPart& part : chain_parts_of(c.call.rows, kernels::kTallestTile, kChainParts)) {
    ++part_number;
    if (part.count == 0) continue;
    if (thread > 0) c.crew.progress(layer, thread - 1).wait_for(part_number);
    continue_chains(thread, part);
    c.crew.progress(layer, thread).advance_to(part_number);
  }
  c.crew.progress(layer, c.plan.threads - 1).wait_for(part_number);
  for (const Block& block : plan.blocks) {
    std::copy_n(c.space.shared[layer].h.block(block), c.call.rows * block.width<T>(), this->z_of(thread, block));
    this->finish_outputs(thread, block, false);
  }
}

template <class P>
void DenseStage<P>::continue_chains(unsigned thread, const ChainPart& part) {
  const std::span<const FactorRun> runs = input_runs(thread, part.first);
  for (const Block& block : parameters(thread).blocks) {
    T* const out = c.space.shared[layer].h.block(block) + part.first * block.width<T>();
    multiply_chain(runs, Factors<P>::panel(c, thread, layer, block), block.units,
                   {.part = part,
                    .start = thread > 0 ? out : nullptr,
                    .positive = nullptr,
                    .out = out,
                    .streams = c.crew.far_cores(),
                    .bias = thread + 1 == c.plan.threads ? parameters(thread).bias(block) : nullptr});
  }
}

template <class P>
void DenseStage<P>::multiply_chain(std::span<const FactorRun> runs, const Factor* w, std::size_t units,
                                   const Chain& chain) const {
  c.products.forward({.runs = runs.data(),
                      .num_runs = runs.size(),
                      .rows = chain.part.count,
                      .row_of_k = nullptr,
                      .w = w,
                      .units = units,
                      .bias = chain.bias,
                      .start = chain.start,
                      .positive = chain.positive,
                      .out = chain.out,
                      .relu = false,
                      .streams = chain.streams});
}

#define GRADUS_INSTANTIATE(P)                                                                                       \
  template void DenseStage<P>::forward(unsigned);                                                                   \
  template void DenseStage<P>::start_forward(unsigned);                                                             \
  template std::span<const DenseStage<P>::FactorRun> DenseStage<P>::input_row_runs(unsigned) const;                 \
  template void DenseStage<P>::multiply_chain(std::span<const FactorRun>, const Factor*, std::size_t, const Chain&) \
      const;
GRADUS_INSTANTIATE(Single)
GRADUS_INSTANTIATE(Double)
GRADUS_INSTANTIATE(Mixed)
#undef GRADUS_INSTANTIATE

}  // namespace gradus::engine
