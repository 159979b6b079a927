// Pairs of bfloat16 are made here, as soon as their numbers are known; other engines have nothing to do.
// SPDX-License-Identifier: Apache-2.0
#include "engine/factors.hpp"

namespace gradus::engine {

template <class P>
void Factors<P>::inputs_changed([[maybe_unused]] Context<P>& c, [[maybe_unused]] unsigned thread,
                                [[maybe_unused]] std::size_t depth) {
  if constexpr (P::kMixed) {
    const std::size_t row = kernels::padded<T>(depth);
    const Matrix<T>& from = input_matrix(c, thread);
    PairBuffer& pairs = c.thread(thread).input_pairs;
    Factor* const columns = pairs.along_columns(0);
    c.products.pair_up({.x = from.data() + c.call.first_row * from.cols(),
                        .ldx = from.cols(),
                        .rows = c.call.rows,
                        .width = row,
                        .along_columns = columns,
                        .along_rows = c.call.trains() ? pairs.along_rows(0) : nullptr,
                        .streams = false});
    if (depth % 2 == 0) return;
    // Whatever stands beside the last input is no factor.
    for (std::size_t b = 0; b < c.call.rows; ++b) columns[b * row / 2 + depth / 2] &= 0xffff0000U;
  }
}

template <class P>
void Factors<P>::outputs_changed([[maybe_unused]] Context<P>& c, [[maybe_unused]] unsigned thread,
                                 [[maybe_unused]] std::size_t layer, [[maybe_unused]] const Block& block) {
  if constexpr (P::kMixed) {
    if (!c.plan.layers[layer].feeds_product) return;
    LayerBuffers<P>& from = c.buffers(thread, layer);
    c.products.pair_up({.x = from.h.block(block),
                        .ldx = block.width<T>(),
                        .rows = c.call.rows,
                        .width = block.width<T>(),
                        .along_columns = from.h_pairs.along_columns(block.units_before),
                        .along_rows = c.call.trains() ? from.h_pairs.along_rows(block.units_before) : nullptr,
                        .streams = c.plan.outputs_cross(layer)});
  }
}

template <class P>
void Factors<P>::gradients_changed([[maybe_unused]] Context<P>& c, [[maybe_unused]] unsigned thread,
                                   [[maybe_unused]] std::size_t layer) {
  if constexpr (P::kMixed) {
    LayerBuffers<P>& from = c.buffers(thread, layer);
    for (const Block& block : c.plan.owned_blocks(thread, layer)) {
      c.products.pair_up({.x = from.dz.block(block),
                          .ldx = block.width<T>(),
                          .rows = c.call.rows,
                          .width = block.width<T>(),
                          .along_columns = layer == 0 ? nullptr : from.dz_pairs.along_columns(block.units_before),
                          .along_rows = from.dz_pairs.along_rows(block.units_before),
                          .streams = false});
    }
  }
}

template <class P>
void Factors<P>::weights_changed([[maybe_unused]] Context<P>& c, [[maybe_unused]] unsigned thread,
                                 [[maybe_unused]] std::size_t layer, [[maybe_unused]] const Block& block,
                                 [[maybe_unused]] std::size_t first, [[maybe_unused]] std::size_t count) {
  if constexpr (P::kMixed) {
    if (count == 0) return;
    const PackedSlice<T>& parameters = c.thread(thread).parameters[layer];
    const std::size_t row = block.width<T>();
    const std::size_t units_before = parameters.units_before(block);
    PairBuffer& to = c.thread(thread).weight_pairs[layer];
    const bool has_input_gradient = c.options.trains && layer > 0;
    c.products.pair_up(
        {.x = parameters.panel(block) + first * row,
         .ldx = row,
         .rows = count,
         .width = row,
         .along_columns = has_input_gradient ? to.along_columns(units_before) + first * row / 2 : nullptr,
         .along_rows = to.along_rows(units_before) + first / 2 * row,
         .streams = false});
  }
}

template struct Factors<Single>;
template struct Factors<Double>;
template struct Factors<Mixed>;

}  // namespace gradus::engine
