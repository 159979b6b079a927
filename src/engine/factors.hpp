// What products read of activations, gradients and weights: the numbers themselves, or what mixed engines make of them.
// Mixed: everything that a product reads is rounded to bfloat16 and paired as soon as it is there. Activations are
// paired by the thread that computed them (the others read half as many bytes), inputs, gradients of z and weights by
// the thread that uses them. All that distinguishes mixed engines from others is here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/context.hpp"

namespace gradus::engine {

template <class P>
struct Factors {
  using T = typename P::Value;
  using Factor = typename P::Factor;
  using FactorRun = kernels::InputRun<Factor>;

  /// Factors in a row of `count` numbers.
  static constexpr std::size_t in_row(std::size_t count) { return (count + kPerFactor<P> - 1) / kPerFactor<P>; }
  /// Rows of factors in so many rows of the batch, where a product runs along them.
  static constexpr std::size_t of_rows(std::size_t rows) { return in_row(rows); }
  static constexpr std::size_t width(const Block& block) { return block.width<T>() / kPerFactor<P>; }

  // Outputs of a layer, of one block: for a product that runs over them, from a row on; or over the rows of the batch.
  static FactorRun outputs(LayerBuffers<P>& from, const Block& block, std::size_t first_row) {
    return {along_columns(from.h, from.h_pairs, block) + first_row * width(block), width(block), in_row(block.outputs)};
  }
  static FactorRun output_rows(LayerBuffers<P>& from, const Block& block) {
    return {along_rows(from.h, from.h_pairs, block), block.width<T>(), block.outputs};
  }
  // Gradients of z likewise.
  static FactorRun gradients(LayerBuffers<P>& from, const Block& block, std::size_t first_row) {
    return {along_columns(from.dz, from.dz_pairs, block) + first_row * width(block), width(block),
            in_row(block.outputs)};
  }
  static const Factor* gradient_rows(LayerBuffers<P>& from, const Block& block) {
    return along_rows(from.dz, from.dz_pairs, block);
  }
  // The inputs of the network.
  static FactorRun inputs(Context<P>& c, unsigned thread, std::size_t depth, std::size_t first_row) {
    if constexpr (P::kMixed) {
      const std::size_t row = kernels::padded<T>(depth) / 2;
      return {c.thread(thread).input_pairs.along_columns(0) + first_row * row, row, in_row(depth)};
    } else {
      return input_rows(c, thread, depth, first_row);
    }
  }
  static FactorRun input_rows(Context<P>& c, unsigned thread, std::size_t depth, std::size_t first_row) {
    if constexpr (P::kMixed) {
      return {c.thread(thread).input_pairs.along_rows(0), kernels::padded<T>(depth), depth};
    } else {
      const Matrix<T>& x = input_matrix(c, thread);
      return {x.data() + (c.call.first_row + first_row) * x.cols(), x.cols(), depth};
    }
  }
  // The weights of one thread to a block's outputs: a panel whose rows are inputs; or from one input on, along outputs.
  static const Factor* panel(Context<P>& c, unsigned thread, std::size_t layer, const Block& block) {
    const PackedSlice<T>& slice = c.thread(thread).parameters[layer];
    if constexpr (P::kMixed) {
      return c.thread(thread).weight_pairs[layer].along_rows(slice.units_before(block));
    } else {
      return slice.panel(block);
    }
  }
  static const Factor* weights_of_input(Context<P>& c, unsigned thread, std::size_t layer, const Block& block,
                                        std::size_t input) {
    const PackedSlice<T>& slice = c.thread(thread).parameters[layer];
    if constexpr (P::kMixed) {
      const std::size_t row = input - slice.first_input;
      return c.thread(thread).weight_pairs[layer].along_columns(slice.units_before(block)) + row * width(block);
    } else {
      return slice.row(block, input);
    }
  }

  /// The rows of the batch that `thread` reads.
  static Matrix<T>& input_matrix(Context<P>& c, unsigned thread) {
    return thread == 0 || !c.call.packs_inputs ? c.space.input : c.thread(thread).input;
  }

  /// Reads what other threads have written of a layer once from end to end, before products read it tile by tile.
  static void fetch_outputs(Context<P>& c, unsigned thread, std::size_t layer) {
    if (!c.outputs_cross_far(layer) || layer == c.plan.last_layer()) return;
    LayerBuffers<P>& from = c.space.shared[layer];
    for (const Block& block : c.plan.layers[layer].blocks) {
      if (c.plan.owns(thread, layer, block)) continue;
      const std::size_t count = c.call.rows * block.width<T>();
      if (P::kMixed && c.plan.layers[layer].feeds_product) {
        prefetch_in_order(from.h_pairs.along_columns(block.units_before), count / 2);
      } else {
        prefetch_in_order(from.h.block(block), count);
      }
    }
  }

  // What follows a change of the numbers.
  static void inputs_changed(Context<P>& c, unsigned thread, std::size_t depth);
  static void outputs_changed(Context<P>& c, unsigned thread, std::size_t layer, const Block& block);
  static void gradients_changed(Context<P>& c, unsigned thread, std::size_t layer);
  /// Weights [first, first + count) of a block's panel; `first` is even.
  static void weights_changed(Context<P>& c, unsigned thread, std::size_t layer, const Block& block, std::size_t first,
                              std::size_t count);

 private:
  static const Factor* along_columns(BlockBuffer<T>& numbers, PairBuffer& pairs, const Block& block) {
    if constexpr (P::kMixed) {
      return pairs.along_columns(block.units_before);
    } else {
      return numbers.block(block);
    }
  }
  static const Factor* along_rows(BlockBuffer<T>& numbers, PairBuffer& pairs, const Block& block) {
    if constexpr (P::kMixed) {
      return pairs.along_rows(block.units_before);
    } else {
      return numbers.block(block);
    }
  }
};

extern template struct Factors<Single>;
extern template struct Factors<Double>;
extern template struct Factors<Mixed>;

}  // namespace gradus::engine
