// Parameters in the kernels' panel layout, one slice per thread and layer, and the way to and from the textbook's
// layout.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "engine/plan.hpp"
#include "gradus/core/matrix.hpp"
#include "gradus/network/network.hpp"

namespace gradus::engine {

/// One thread's blocks of one layer: for each block a panel of `inputs` weight rows, the first of them that of input
/// `first_input`, and its biases. The same shape holds parameters, gradients and optimizer slots. Lanes beyond O are
/// zero.
template <class T>
struct PackedSlice {
  std::vector<Block> blocks;
  std::size_t first_input = 0;
  std::size_t inputs = 0;
  AlignedBuffer<T> weights;
  AlignedBuffer<T> biases;

  PackedSlice() = default;
  PackedSlice(std::span<const Block> owned, InputRange range)
      : blocks(owned.begin(), owned.end()), first_input(range.first), inputs(range.count) {
    std::size_t width = 0;
    for (const Block& block : blocks) width += block.template width<T>();
    weights = AlignedBuffer<T>(width * inputs);
    biases = AlignedBuffer<T>(width);
  }

  /// Units of this slice before a block.
  [[nodiscard]] std::size_t units_before(const Block& block) const {
    return block.units_before - blocks.front().units_before;
  }
  /// Outputs of this slice before a block, padding included.
  [[nodiscard]] std::size_t column(const Block& block) const { return units_before(block) * kernels::kUnit<T>; }
  /// First weight of a block's panel.
  T* panel(const Block& block) { return weights.data() + column(block) * inputs; }
  const T* panel(const Block& block) const { return weights.data() + column(block) * inputs; }
  /// Weights from one input of the layer to the outputs of a block.
  const T* row(const Block& block, std::size_t input) const {
    return panel(block) + (input - first_input) * block.template width<T>();
  }
  T* bias(const Block& block) { return biases.data() + column(block); }
  const T* bias(const Block& block) const { return biases.data() + column(block); }
};

/// The weights of the layer that belong to a slice -> slice.
template <class T>
void pack(const Parameters<T>& from, std::size_t layer, PackedSlice<T>& to);
/// Slice -> its part of the layer.
template <class T>
void unpack(const PackedSlice<T>& from, std::size_t layer, Parameters<T>& to);

}  // namespace gradus::engine
