// Input gradient of one thread through its own weights: the gradients of the layer below.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/engine_state.hpp"

namespace gradus::engine {

template <class T>
bool EngineState<T>::masks_in_product(std::size_t layer) const {
  const LayerPlan& below = plan.layers[layer - 1];
  return below.activation.kind == ActivationKind::kRelu && below.dropout == 0.0 &&
         (plan.layers[layer].replicated || !below.replicated);
}

// Which of three ways suits the rows: rows in the lanes of vectors where they fill them, else inputs; then the weights
// as they lie where rows are few, or a transposed copy.
template <class T>
InputGradientWay EngineState<T>::input_gradient_way() const {
  constexpr std::size_t kUnit = kernels::kUnit<T>;
  if (rows <= kernels::kFewRows) return options.mixed ? InputGradientWay::kTransposed : InputGradientWay::kFewRows;
  const bool fill_lanes = rows % kUnit == 0 && rows <= kernels::kPanelUnits * kUnit;
  return fill_lanes ? InputGradientWay::kRowLanes : InputGradientWay::kTransposed;
}

// A column of an input gradient whose chains pass from thread to thread does so in parts, of its inputs where rows lie
// in lanes, else of the batch. A part is whole units or tiles.
template <class T>
ChainParts EngineState<T>::chain_parts(std::size_t layer, const Block& column) const {
  const InputGradientWay way = input_gradient_way();
  const bool splits = crosses(layer) && way != InputGradientWay::kFewRows;
  if (way == InputGradientWay::kRowLanes) {
    return chain_parts_of(column.outputs, kernels::kUnit<T>, splits ? 2 : 1);
  }
  return chain_parts_of(rows, kernels::kTallestTile, splits ? kChainParts : 1);
}

// dH(b, i) = chain_o dZ(b, o) W(i, o), block of i after block of i; where the layer below is a plain ReLU, whoever ends
// the chain makes dZ of it at once.
template <class T>
void EngineState<T>::input_gradient(unsigned thread, std::size_t layer) {
  const LayerPlan& l = plan.layers[layer];
  const LayerPlan& below = plan.layers[layer - 1];
  LayerBuffers<T>& under = buffers(thread, layer - 1);
  const InputGradientWay way = input_gradient_way();
  const bool in_lanes = way == InputGradientWay::kRowLanes;
  const bool ends = l.replicated || thread + 1 == plan.threads;
  const bool ends_in_dz = ends && masks_in_product(layer);
  BlockBuffer<T>& chains = l.replicated && below.replicated ? under.dz : dh[layer - 1];
  BlockBuffer<T>& ended = ends_in_dz ? under.dz : chains;
  // Replicated weights: this thread computes only the columns that it needs itself, with the whole chain.
  const std::span<const Block> columns =
      l.replicated ? owned_blocks(thread, layer - 1) : std::span<const Block>(below.blocks);
  const bool continues = !l.replicated && thread > 0;
  if (in_lanes) turn_gradients(thread, layer);
  std::uint32_t finished = 0;  // kChainParts for each column, however many it has
  for (const Block& column : columns) {
    if (way == InputGradientWay::kTransposed) transpose_weights(thread, layer, column);
    const bool is_own = owns(thread, layer - 1, column);
    for (const ChainPart& part : chain_parts(layer, column)) {
      ++finished;
      if (part.count == 0) continue;
      const std::size_t size = in_lanes ? rows : column.width<T>();
      const std::size_t first = part.first * size;
      if (continues) {
        progress[layer][thread - 1].wait_for(finished);
        if (far_cores) fetch(chains.block(column) + first, part.count * size);
      }
      const bool masks_at_end = ends_in_dz && !in_lanes;
      if (masks_at_end && !is_own && crosses_far(layer)) fetch(under.h.block(column) + first, part.count * size);
      T* const turned = threads[thread]->lane_chains.data();
      const Chain chain{.part = part,
                        .start = continues ? chains.block(column) + first : nullptr,
                        .positive = masks_at_end ? under.h.block(column) + first : nullptr,
                        .out = (in_lanes && ends ? turned : ended.block(column)) + first,
                        .streams = crosses_far(layer) && !(ends && (in_lanes || (ends_in_dz && is_own)))};
      switch (way) {
        case InputGradientWay::kRowLanes:
          multiply_in_lanes(thread, layer, column, chain);
          break;
        case InputGradientWay::kFewRows:
          multiply_few_rows(thread, layer, column, chain);
          break;
        case InputGradientWay::kTransposed:
          multiply_transposed(thread, layer, column, chain);
          break;
      }
      if (!l.replicated && !(in_lanes && ends)) progress[layer][thread].advance_to(finished);
    }
    if (!in_lanes || !ends) continue;
    turn_back(thread, column, ended.block(column), ends_in_dz ? under.h.block(column) : nullptr);
    if (!l.replicated) progress[layer][thread].advance_to(finished);
  }
}

// dZ of this thread's outputs with the rows in the lanes: what weights, as they lie, are multiplied with. A thirtieth
// of turning the weights at 32 rows.
template <class T>
void EngineState<T>::turn_gradients(unsigned thread, std::size_t layer) {
  ThreadState<T>& state = *threads[thread];
  LayerBuffers<T>& from = buffers(thread, layer);
  const auto turn = [&](const auto& kernel, const auto* dz, std::size_t width, std::size_t count, auto* to) {
    kernel(dz, width, rows, count, to, rows);
  };
  std::size_t turned = 0;
  for (const Block& block : owned_blocks(thread, layer)) {
    const std::size_t width = block.width<T>();
    if (options.mixed) {
      turn(pairs->transpose, from.dz_pairs.along_columns(block.units_before), width / 2, (block.outputs + 1) / 2,
           state.transposed_pairs.data() + turned / 2 * rows);
    } else {
      turn(kernels->transpose, from.dz.block(block), width, block.outputs, state.transposed.data() + turned * rows);
    }
    turned += block.outputs;
  }
}

// Back to rows below each other; dZ where `positive` > 0.
template <class T>
void EngineState<T>::turn_back(unsigned thread, const Block& column, T* to, const T* positive) {
  kernels->transpose(threads[thread]->lane_chains.data(), rows, column.outputs, rows, to, column.width<T>());
  if (positive == nullptr) return;
  kernels->activation_gradient(ActivationKind::kRelu, T{0}, to, positive, positive, to, rows * column.width<T>());
}

template <class T>
void EngineState<T>::multiply_in_lanes(unsigned thread, std::size_t layer, const Block& column, const Chain& chain) {
  ThreadState<T>& state = *threads[thread];
  const PackedSlice<T>& parameters = state.parameters[layer];
  const std::size_t first_input = column.first + chain.part.first;
  const std::size_t units = rows / kernels::kUnit<T>;
  if constexpr (std::is_same_v<T, float>) {
    if (options.mixed) {
      state.pair_runs.clear();
      for (const Block& block : parameters.blocks) {
        const std::size_t width = block.width<T>() / 2;
        const kernels::BfloatPair* const panel =
            state.weight_pairs[layer].along_columns(parameters.units_before(block));
        state.pair_runs.push_back(
            {panel + (first_input - parameters.first_input) * width, width, (block.outputs + 1) / 2});
      }
      return multiply_chain(pairs->forward, state.pair_runs, state.transposed_pairs.data(), units, chain);
    }
  }
  state.runs.clear();
  for (const Block& block : parameters.blocks) {
    const std::size_t width = block.width<T>();
    state.runs.push_back({parameters.row(block, first_input), width, block.outputs});
  }
  multiply_chain(kernels->forward, state.runs, state.transposed.data(), units, chain);
}

template <class T>
void EngineState<T>::multiply_few_rows(unsigned thread, std::size_t layer, const Block& column, const Chain& chain) {
  const PackedSlice<T>& parameters = threads[thread]->parameters[layer];
  const BlockBuffer<T>& dz = buffers(thread, layer).dz;
  std::vector<kernels::OutputRun<T>>& runs = threads[thread]->output_runs;
  runs.clear();
  for (const Block& block : parameters.blocks) {
    const std::size_t width = block.width<T>();
    runs.push_back({dz.block(block), parameters.row(block, column.first), width, block.outputs});
  }
  kernels->input_gradient({.runs = runs.data(),
                           .num_runs = runs.size(),
                           .rows = chain.part.count,
                           .inputs = column.outputs,
                           .units = column.units,
                           .start = chain.start,
                           .positive = chain.positive,
                           .out = chain.out,
                           .streams = chain.streams});
}

template <class T>
void EngineState<T>::transpose_weights(unsigned thread, std::size_t layer, const Block& column) {
  ThreadState<T>& state = *threads[thread];
  const PackedSlice<T>& parameters = state.parameters[layer];
  const std::size_t first_row_of_panel = column.first - parameters.first_input;
  // An element is a weight, or a pair of them for two outputs.
  const auto transpose = [&](const auto& kernel, const auto& panel, auto* to, std::size_t outputs_per_element) {
    for (const Block& block : parameters.blocks) {
      const std::size_t width = block.width<T>() / outputs_per_element;
      const std::size_t count = (block.outputs + outputs_per_element - 1) / outputs_per_element;
      kernel(panel(block) + first_row_of_panel * width, width, column.outputs, count, to, column.width<T>());
      to += count * column.width<T>();
    }
  };
  if (options.mixed) {
    const auto panel = [&](const Block& block) {
      return state.weight_pairs[layer].along_columns(parameters.units_before(block));
    };
    transpose(pairs->transpose, panel, state.transposed_pairs.data(), 2);
  } else {
    transpose(
        kernels->transpose, [&](const Block& block) { return parameters.panel(block); }, state.transposed.data(), 1);
  }
}

template <class T>
void EngineState<T>::multiply_transposed(unsigned thread, std::size_t layer, const Block& column, const Chain& chain) {
  ThreadState<T>& state = *threads[thread];
  LayerBuffers<T>& from = buffers(thread, layer);
  const std::span<const Block> blocks = owned_blocks(thread, layer);
  if constexpr (std::is_same_v<T, float>) {
    if (options.mixed) {
      state.pair_runs.clear();
      for (const Block& block : blocks) {
        state.pair_runs.push_back(
            {from.dz_pairs.along_columns(block.units_before) + chain.part.first * block.width<T>() / 2,
             block.width<T>() / 2, (block.outputs + 1) / 2});
      }
      return multiply_chain(pairs->forward, state.pair_runs, state.transposed_pairs.data(), column.units, chain);
    }
  }
  state.runs.clear();
  for (const Block& block : blocks) {
    const std::size_t width = block.width<T>();
    state.runs.push_back({from.dz.block(block) + chain.part.first * width, width, block.outputs});
  }
  multiply_chain(kernels->forward, state.runs, state.transposed.data(), column.units, chain);
}

// dZ of the layer below from dH, where the product has not made it: mask of its dropout, then its activation's
// derivative, for the blocks that this thread owns there.
template <class T>
void EngineState<T>::finish_input_gradient(unsigned thread, std::size_t layer) {
  const LayerPlan& l = plan.layers[layer];
  const std::size_t below = layer - 1;
  const LayerPlan& b_plan = plan.layers[below];
  LayerBuffers<T>& to = buffers(thread, below);
  auto finished = static_cast<std::uint32_t>(b_plan.owned[thread].begin) * kChainParts;
  for (const Block& block : owned_blocks(thread, below)) {
    finished += kChainParts;
    if (!l.replicated) progress[layer][plan.threads - 1].wait_for(finished);
    const std::size_t count = rows * block.width<T>();
    if (masks_in_product(layer)) {
      if (crosses_far(layer) && thread + 1 < plan.threads) fetch(to.dz.block(block), count);
      continue;
    }
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

template bool EngineState<float>::masks_in_product(std::size_t) const;
template bool EngineState<double>::masks_in_product(std::size_t) const;
template void EngineState<float>::input_gradient(unsigned, std::size_t);
template void EngineState<double>::input_gradient(unsigned, std::size_t);
template void EngineState<float>::finish_input_gradient(unsigned, std::size_t);
template void EngineState<double>::finish_input_gradient(unsigned, std::size_t);

}  // namespace gradus::engine
