// What mixed engines do besides: everything that a product reads is rounded to bfloat16 and paired as soon as it is
// there. Activations are paired by the thread that computed them (the others read half as many bytes), inputs,
// gradients of z and weights by the thread that uses them.
// SPDX-License-Identifier: Apache-2.0
#include "engine/engine_state.hpp"

namespace gradus::engine {

template <class T>
void EngineState<T>::pair_inputs(unsigned thread) {
  if constexpr (std::is_same_v<T, float>) {
    if (!options.mixed) return;
    ThreadState<float>& state = *threads[thread];
    const std::size_t depth = packed_inputs(thread);
    const std::size_t width = kernels::units_for<float>(depth) * kernels::kUnit<float>;
    const Matrix<float>& from = inputs_of(thread);
    kernels::BfloatPair* const columns = state.input_pairs.along_columns(0);
    pairs->pair_up({.x = from.data() + first_row * from.cols(),
                    .ldx = from.cols(),
                    .rows = rows,
                    .width = width,
                    .along_columns = columns,
                    .along_rows = kind == StepKind::kEvaluate ? nullptr : state.input_pairs.along_rows(0),
                    .streams = false});
    if (depth % 2 == 0) return;
    // Whatever stands beside the last input is no factor.
    for (std::size_t b = 0; b < rows; ++b) columns[b * width / 2 + depth / 2] &= 0xffff0000U;
  }
}

template <class T>
void EngineState<T>::pair_outputs(unsigned thread, std::size_t layer, const Block& block) {
  if constexpr (std::is_same_v<T, float>) {
    if (!options.mixed || layer == last_layer()) return;
    LayerBuffers<float>& from = buffers(thread, layer);
    const std::size_t width = block.width<float>();
    pairs->pair_up({.x = from.h.block(block),
                    .ldx = width,
                    .rows = rows,
                    .width = width,
                    .along_columns = from.h_pairs.along_columns(block.units_before),
                    .along_rows = kind == StepKind::kEvaluate ? nullptr : from.h_pairs.along_rows(block.units_before),
                    .streams = outputs_cross(layer)});
  }
}

template <class T>
void EngineState<T>::pair_gradients(unsigned thread, std::size_t layer) {
  if constexpr (std::is_same_v<T, float>) {
    if (!options.mixed) return;
    LayerBuffers<float>& from = buffers(thread, layer);
    for (const Block& block : owned_blocks(thread, layer)) {
      const std::size_t width = block.width<float>();
      pairs->pair_up({.x = from.dz.block(block),
                      .ldx = width,
                      .rows = rows,
                      .width = width,
                      .along_columns = layer == 0 ? nullptr : from.dz_pairs.along_columns(block.units_before),
                      .along_rows = from.dz_pairs.along_rows(block.units_before),
                      .streams = false});
    }
  }
}

template <class T>
void EngineState<T>::pair_weights(unsigned thread, std::size_t layer, const Block& block, std::size_t first,
                                  std::size_t count) {
  if constexpr (std::is_same_v<T, float>) {
    if (!options.mixed) return;
    ThreadState<float>& state = *threads[thread];
    const PackedSlice<float>& parameters = state.parameters[layer];
    const std::size_t width = block.width<float>();
    const std::size_t units_before = parameters.units_before(block);
    PairBuffer& to = state.weight_pairs[layer];
    const bool has_input_gradient = options.trains && layer > 0;
    pairs->pair_up({.x = parameters.panel(block) + first * width,
                    .ldx = width,
                    .rows = count,
                    .width = width,
                    .along_columns = has_input_gradient ? to.along_columns(units_before) + first * width / 2 : nullptr,
                    .along_rows = to.along_rows(units_before) + first / 2 * width,
                    .streams = false});
  }
}

template void EngineState<float>::pair_inputs(unsigned);
template void EngineState<double>::pair_inputs(unsigned);
template void EngineState<float>::pair_outputs(unsigned, std::size_t, const Block&);
template void EngineState<double>::pair_outputs(unsigned, std::size_t, const Block&);
template void EngineState<float>::pair_gradients(unsigned, std::size_t);
template void EngineState<double>::pair_gradients(unsigned, std::size_t);
template void EngineState<float>::pair_weights(unsigned, std::size_t, const Block&, std::size_t, std::size_t);
template void EngineState<double>::pair_weights(unsigned, std::size_t, const Block&, std::size_t, std::size_t);

}  // namespace gradus::engine
