// Forward pass: H = f(X W + b) for the slice of one thread, layer after layer.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/engine_state.hpp"
#include "gradus/core/random.hpp"

namespace gradus::engine {

template <class T>
void EngineState<T>::forward(unsigned thread) {
  if (kind != StepKind::kEvaluate) draw_masks(thread);
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    if (plan.layers[l].splits_inputs) {
      forward_split_layer(thread, l);
      continue;
    }
    forward_layer(thread, l, starts_early(thread, l) ? ForwardPart::kRest : ForwardPart::kAll);
    if (!outputs_cross(l)) continue;
    pool->sync([&] {
      if (l < last_layer() && starts_early(thread, l + 1)) forward_layer(thread, l + 1, ForwardPart::kStart);
    });
    fetch_outputs(thread, l);
  }
}

// Reads what other threads have written once from end to end, before the products read it tile by tile.
template <class T>
void EngineState<T>::fetch_outputs(unsigned thread, std::size_t layer) {
  if (!outputs_cross_far(layer) || layer == last_layer()) return;
  LayerBuffers<T>& from = shared[layer];
  for (const Block& block : plan.layers[layer].blocks) {
    if (owns(thread, layer, block)) continue;
    const std::size_t count = rows * block.width<T>();
    if (options.mixed) {
      fetch(from.h_pairs.along_columns(block.units_before), count / 2);
    } else {
      fetch(from.h.block(block), count);
    }
  }
}

// The chains of a layer begin with what the first thread has computed of the layer below: it does its first block that
// far while it would wait for the others.
template <class T>
bool EngineState<T>::starts_early(unsigned thread, std::size_t layer) const {
  return thread == 0 && layer > 0 && outputs_cross(layer - 1);
}

// The threads continue each other's chains with the inputs that each of them has computed; the last one's are complete,
// and everyone needs all of them. To have them is to know that all threads are done with the layer below.
template <class T>
void EngineState<T>::forward_split_layer(unsigned thread, std::size_t layer) {
  const std::span<Progress> finished = progress[layer];
  std::uint32_t part_number = 0;
  for (const ChainPart& part : chain_parts_of(rows, kernels::kTallestTile, kChainParts)) {
    ++part_number;
    if (part.count == 0) continue;
    if (thread > 0) finished[thread - 1].wait_for(part_number);
    multiply_own_inputs(thread, layer, part);
    finished[thread].advance_to(part_number);
  }
  finished.back().wait_for(part_number);
  const LayerPlan& l = plan.layers[layer];
  LayerBuffers<T>& own = buffers(thread, layer);
  for (const Block& block : l.blocks) {
    std::copy_n(shared[layer].h.block(block), rows * block.width<T>(), (l.keeps_value ? own.kept : own.h).block(block));
    finish_block(thread, layer, block, false);
  }
}

template <class T>
void EngineState<T>::multiply_own_inputs(unsigned thread, std::size_t layer, const ChainPart& part) {
  const PackedSlice<T>& parameters = threads[thread]->parameters[layer];
  if constexpr (std::is_same_v<T, float>) {
    if (options.mixed) {
      PairBuffer& weights = threads[thread]->weight_pairs[layer];
      return continue_chains(thread, layer, part, pairs->forward,
                             input_pair_runs(thread, layer, PairsAlong::kColumns, part.first),
                             [&](const Block& block) { return weights.along_rows(parameters.units_before(block)); });
    }
  }
  continue_chains(thread, layer, part, kernels->forward, input_runs(thread, layer, part.first),
                  [&](const Block& block) { return parameters.panel(block); });
}

template <class T>
template <class Product, class Run, class Panel>
void EngineState<T>::continue_chains(unsigned thread, std::size_t layer, const ChainPart& part, const Product& product,
                                     std::span<const Run> runs, const Panel& panel) {
  const PackedSlice<T>& parameters = threads[thread]->parameters[layer];
  for (const Block& block : parameters.blocks) {
    T* const out = shared[layer].h.block(block) + part.first * block.width<T>();
    multiply_chain(product, runs, panel(block), block.units,
                   Chain{.part = part,
                         .start = thread > 0 ? out : nullptr,
                         .positive = nullptr,
                         .out = out,
                         .streams = far_cores,
                         .bias = thread + 1 == plan.threads ? parameters.bias(block) : nullptr});
  }
}

template <class T>
void EngineState<T>::forward_layer(unsigned thread, std::size_t layer, ForwardPart part) {
  const PackedSlice<T>& parameters = threads[thread]->parameters[layer];
  const InputColumns& columns = threads[thread]->columns;
  if constexpr (std::is_same_v<T, float>) {
    if (options.mixed) {
      PairBuffer& weights = threads[thread]->weight_pairs[layer];
      return multiply_blocks(
          thread, layer, part, pairs->forward, input_pair_runs(thread, layer, PairsAlong::kColumns, 0),
          [&](const Block& block) { return weights.along_rows(parameters.units_before(block)); }, columns.used_pairs);
    }
  }
  multiply_blocks(
      thread, layer, part, kernels->forward, input_runs(thread, layer, 0),
      [&](const Block& block) { return parameters.panel(block); }, columns.used);
}

template <class T>
template <class Product, class Run, class Panel>
void EngineState<T>::multiply_blocks(unsigned thread, std::size_t layer, ForwardPart part, const Product& product,
                                     std::span<const Run> runs, const Panel& panel,
                                     const std::vector<std::uint32_t>& used) {
  const LayerPlan& l = plan.layers[layer];
  const PackedSlice<T>& parameters = threads[thread]->parameters[layer];
  LayerBuffers<T>& to = buffers(thread, layer);
  const bool skips = layer == 0 && threads[thread]->columns.skipping;
  // Nothing comes after the product: bias and activation are part of it.
  const bool is_final = !options.mixed && !l.keeps_value &&
                        (l.activation.kind == ActivationKind::kRelu || l.activation.kind == ActivationKind::kIdentity);
  const bool relu_fused = l.activation.kind == ActivationKind::kRelu && !l.keeps_value;
  for (const Block& block : parameters.blocks) {
    const bool is_first = &block == &parameters.blocks.front();
    const bool starts = part == ForwardPart::kStart;
    const bool goes_on = part == ForwardPart::kRest && is_first;
    if (starts && !is_first) return;
    // The runs that the first thread has computed come first.
    const std::size_t own = starts || goes_on ? plan.layers[layer - 1].owned[0].end : 0;
    std::size_t own_depth = 0;
    for (const Run& run : runs.first(own)) own_depth += run.depth;
    const std::span<const Run> some = starts ? runs.first(own) : runs.subspan(goes_on ? own : 0);
    T* const out = (l.keeps_value ? to.kept : to.h).block(block);
    product({.runs = some.data(),
             .num_runs = some.size(),
             .rows = rows,
             .row_of_k = skips ? used.data() : nullptr,
             .w = panel(block) + (goes_on ? own_depth * block.width<T>() : 0),
             .units = block.units,
             .bias = starts ? nullptr : parameters.bias(block),
             .start = goes_on ? out : nullptr,
             .positive = nullptr,
             .out = out,
             .relu = relu_fused && !starts,
             .streams = is_final && !starts && outputs_cross_far(layer)});
    if (!starts) finish_block(thread, layer, block, relu_fused);
  }
}

template <class T>
std::span<const kernels::InputRun<T>> EngineState<T>::input_runs(unsigned thread, std::size_t layer,
                                                                 std::size_t first) {
  std::vector<kernels::InputRun<T>>& runs = threads[thread]->runs;
  runs.clear();
  if (layer == 0) {
    const Matrix<T>& x = inputs_of(thread);
    runs.push_back({x.data() + (first_row + first) * x.cols(), x.cols(), packed_inputs(thread)});
  } else {
    const BlockBuffer<T>& h = buffers(thread, layer - 1).h;
    for (const Block& block : inputs_read_by(thread, layer)) {
      runs.push_back({h.block(block) + first * block.width<T>(), block.width<T>(), block.outputs});
    }
  }
  return runs;
}

template <class T>
std::span<const kernels::InputRun<kernels::BfloatPair>> EngineState<T>::input_pair_runs(unsigned thread,
                                                                                        std::size_t layer,
                                                                                        PairsAlong along,
                                                                                        std::size_t first) {
  ThreadState<T>& state = *threads[thread];
  state.pair_runs.clear();
  const auto add = [&](PairBuffer& from, std::size_t units_before, std::size_t width, std::size_t count) {
    if (along == PairsAlong::kColumns) {
      state.pair_runs.push_back({from.along_columns(units_before) + first * width / 2, width / 2, (count + 1) / 2});
    } else {
      state.pair_runs.push_back({from.along_rows(units_before), width, count});
    }
  };
  if (layer == 0) {
    const std::size_t depth = packed_inputs(thread);
    add(state.input_pairs, 0, kernels::padded<T>(depth), depth);
  } else {
    PairBuffer& h = buffers(thread, layer - 1).h_pairs;
    for (const Block& block : inputs_read_by(thread, layer)) {
      add(h, block.units_before, block.width<T>(), block.outputs);
    }
  }
  return state.pair_runs;
}

// Whatever the product did not do itself: the activation, the value kept for backward, dropout.
template <class T>
void EngineState<T>::finish_block(unsigned thread, std::size_t layer, const Block& block, bool activated) {
  const LayerPlan& l = plan.layers[layer];
  LayerBuffers<T>& to = buffers(thread, layer);
  T* const h = to.h.block(block);
  T* const z = l.keeps_value ? to.kept.block(block) : h;
  T* const value = l.keeps_z ? h : z;
  const std::size_t count = rows * block.width<T>();
  if (!activated && (l.activation.kind != ActivationKind::kIdentity || value != z)) {
    kernels->activate(l.activation.kind, static_cast<T>(l.activation.alpha), z, value, count);
  }
  if (value != h) std::copy_n(value, count, h);
  if (l.dropout > 0.0 && kind != StepKind::kEvaluate) {
    const T* const mask = masks[layer].block(block);
    for (std::size_t j = 0; j < count; ++j) h[j] *= mask[j];
  }
  pair_outputs(thread, layer, block);
}

// Two decisions per 64 random bits; row b of a layer is drawn by one thread from its own place in the stream, so the
// masks depend on (seed, step, layer, row, unit) alone.
template <class T>
void EngineState<T>::draw_masks(unsigned thread) {
  bool any = false;
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    const LayerPlan& layer = plan.layers[l];
    if (layer.dropout <= 0.0) continue;
    any = true;
    const auto threshold = static_cast<std::uint64_t>(layer.dropout * 4294967296.0);
    const T keep = static_cast<T>(1.0 / (1.0 - layer.dropout));
    const std::uint64_t stream_of_step = step.step * plan.layers.size() + l;
    for (std::size_t b = thread; b < rows; b += plan.threads) {
      RandomStream stream(options.dropout_seed, Purpose::kDropout, (stream_of_step << 24U) + first_row + b);
      for (const Block& block : layer.blocks) {  // an even number of outputs in every block but the last
        T* const mask = masks[l].block(block) + b * block.width<T>();
        for (std::size_t j = 0; j < block.outputs; j += 2) {
          const std::uint64_t bits = stream.next_u64();
          mask[j] = (bits >> 32U) < threshold ? T{0} : keep;
          if (j + 1 < block.outputs) mask[j + 1] = (bits & 0xffffffffU) < threshold ? T{0} : keep;
        }
      }
    }
  }
  if (any) pool->sync();
}

template void EngineState<float>::forward(unsigned);
template void EngineState<double>::forward(unsigned);

}  // namespace gradus::engine
