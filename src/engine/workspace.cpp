// The memory of an engine, taken once.
// SPDX-License-Identifier: Apache-2.0
#include "engine/workspace.hpp"

#include <algorithm>

namespace gradus::engine {
namespace {

template <class P>
LayerBuffers<P> make_buffers(const LayerPlan& layer, std::size_t rows, bool is_last, bool trains) {
  using T = typename P::Value;
  LayerBuffers<P> buffers;
  buffers.h = BlockBuffer<T>(layer, rows);
  // The outputs P stand where their gradient will be.
  if (trains || is_last) buffers.dz = BlockBuffer<T>(layer, rows);
  if (layer.keeps_value) buffers.saved = BlockBuffer<T>(layer, rows);
  if (is_normalization(layer.kind)) {
    const std::size_t count = std::max(kernels::padded<T>(rows), layer.units * kernels::kUnit<T>);
    for (AlignedBuffer<T>* buffer :
         {&buffers.mean, &buffers.variance, &buffers.inverse_std, &buffers.mean_sum, &buffers.mean_product}) {
      *buffer = AlignedBuffer<T>(count);
    }
  }
  if constexpr (P::kMixed) {
    if (layer.feeds_product) buffers.h_pairs = PairBuffer(layer.units, rows);
    if (trains && layer.kind == LayerKind::kDense) buffers.dz_pairs = PairBuffer(layer.units, rows);
  }
  return buffers;
}

template <class P>
void add_slices(const ParameterLayout& parameters, const ParameterLayout& state, const Plan& plan, std::size_t l,
                unsigned thread, bool trains, ThreadSpace<P>& space) {
  using T = typename P::Value;
  const std::span<const Block> owned = plan.owned_blocks(thread, l);
  const InputRange inputs = plan.inputs_of(l, thread);
  const std::vector<BlockRole> roles = roles_of(parameters, l);
  space.parameters.emplace_back(owned, inputs, roles);
  space.gradients.emplace_back(owned, InputRange(), roles);  // vectors only; weights when a step needs them
  space.state.emplace_back(owned, InputRange(), roles_of(state, l));
  for (auto& slot : space.slots) slot.emplace_back(owned, trains ? inputs : InputRange(), roles);
  if constexpr (P::kMixed) {
    space.weight_pairs.emplace_back(space.parameters.back().width() / kernels::kUnit<T>,
                                    space.parameters.back().inputs);
  }
}

template <class P>
void make_scratch(const Plan& plan, std::size_t rows, bool trains, bool in_columns, ThreadSpace<P>& space) {
  using T = typename P::Value;
  constexpr std::size_t kPanelWidth = kernels::kPanelUnits * kernels::kUnit<T>;
  space.columns.seen.resize(plan.layers.front().inputs);
  space.columns.last_row.resize(plan.layers.front().inputs + kAlignment);
  // The largest slice's outputs (in whole blocks of the transposing kernel) x one panel.
  std::size_t outputs = 0;
  for (const PackedSlice<T>& slice : space.parameters) outputs = std::max(outputs, slice.width());
  if (trains) space.transposed = AlignedBuffer<typename P::Factor>(outputs * kPanelWidth);
  if (trains) space.lane_chains = AlignedBuffer<T>(kPanelWidth * kPanelWidth);
  const LayerPlan& first = plan.layers.front();
  if (P::kMixed) space.input_pairs = PairBuffer(kernels::units_for<T>(first.inputs), rows);
  if (first.kind != LayerKind::kDense) space.input_blocks = BlockBuffer<T>(first, rows);
  const LayerPlan& last = plan.layers.back();
  const std::size_t output_width = last.units * kernels::kUnit<T>;
  const std::size_t padded_rows = kernels::padded<T>(rows);
  space.row = AlignedBuffer<T>(output_width + padded_rows);
  space.columns_of_rows = AlignedBuffer<T>((output_width + 3) * padded_rows);
  if (last.blocks.size() > 1) space.logit_rows = space.gradient_rows = Matrix<T>(rows, output_width);
  if (in_columns) space.columns_of_layers = ColumnBuffers<T>(plan.layers);
}

}  // namespace

template <class P>
Workspace<P>::Workspace(const NetworkSpec& spec, const ParameterLayout& parameters, const ParameterLayout& state,
                        const Plan& plan, const EngineOptions& options, std::size_t rows, bool in_columns) {
  // One unit more than the inputs: the packing of bytes writes whole vectors.
  const std::size_t input_width = kernels::padded<T>(spec.num_inputs) + kernels::kUnit<T>;
  for (unsigned t = 0; t < plan.threads; ++t) {
    threads.push_back(std::make_unique<ThreadSpace<P>>());
    ThreadSpace<P>& space = *threads.back();
    space.slots.resize(optimizer_slots(options.optimizer.kind));
    for (std::size_t l = 0; l < plan.layers.size(); ++l) {
      add_slices<P>(parameters, state, plan, l, t, options.trains, space);
      const bool own = plan.layers[l].replicated;
      space.own.push_back(own ? make_buffers<P>(plan.layers[l], rows, l == plan.last_layer(), options.trains)
                              : LayerBuffers<P>());
    }
    make_scratch<P>(plan, rows, options.trains, in_columns, space);
    if (t > 0) space.input = Matrix<T>(options.max_batch, input_width);
  }
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    const LayerPlan& layer = plan.layers[l];
    const bool is_last = l == plan.last_layer();
    shared.push_back(layer.replicated ? LayerBuffers<P>() : make_buffers<P>(layer, rows, is_last, options.trains));
    if (layer.splits_inputs) shared.back().h = BlockBuffer<T>(layer, rows);
    dh.emplace_back(layer, !is_last && options.trains ? rows : 0);
    masks.emplace_back(layer, layer.dropout > 0.0 && options.trains ? rows : 0);
    square_sums.emplace_back(layer.units * kernels::kUnit<T>);
  }
  input = Matrix<T>(options.max_batch, input_width);
  outputs = Matrix<T>(options.max_batch, plan.layers.back().units * kernels::kUnit<T>);
  loss_rows = AlignedBuffer<T>(options.max_batch);
  correct_rows.resize(options.max_batch);
}

template struct Workspace<Single>;
template struct Workspace<Double>;
template struct Workspace<Mixed>;

}  // namespace gradus::engine
