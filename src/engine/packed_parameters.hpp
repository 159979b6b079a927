// Parameters in the kernels' panel layout, one slice per thread and layer, and the way to and from the layout of
// Parameters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "engine/plan.hpp"
#include "gradus/core/matrix.hpp"
#include "gradus/network/parameters.hpp"

namespace gradus::engine {

/// One thread's blocks of one layer: for each block a panel of `inputs` weight rows, the first of them that of input
/// `first_input`, and of every vector (biases, scales, ...) what belongs to its outputs. The same shape holds
/// parameters, gradients, optimizer slots and state. Lanes beyond O are zero.
template <class T>
struct PackedSlice {
  struct Vector {
    BlockRole role = BlockRole::kBias;
    AlignedBuffer<T> values;
  };
  std::vector<Block> blocks;
  std::size_t first_input = 0;
  std::size_t inputs = 0;
  AlignedBuffer<T> weights;     // empty where the layer has none
  std::vector<Vector> vectors;  // in the order of the layout

  PackedSlice() = default;
  /// `roles`: the blocks that the layer has. No weights where the range is empty.
  PackedSlice(std::span<const Block> owned, InputRange range, std::span<const BlockRole> roles)
      : blocks(owned.begin(), owned.end()), first_input(range.first) {
    for (const BlockRole role : roles) {
      if (role == BlockRole::kWeight) {
        inputs = range.count;
        weights = AlignedBuffer<T>(width() * inputs);
      } else {
        vectors.push_back({role, AlignedBuffer<T>(width())});
      }
    }
  }

  /// The numbers of another slice of the same blocks.
  void copy_from(const PackedSlice& from) {
    std::copy_n(from.weights.data(), from.weights.size(), weights.data());
    for (std::size_t v = 0; v < vectors.size(); ++v) {
      std::copy_n(from.vectors[v].values.data(), from.vectors[v].values.size(), vectors[v].values.data());
    }
  }

  /// Outputs of all blocks, padding included.
  [[nodiscard]] std::size_t width() const {
    std::size_t sum = 0;
    for (const Block& block : blocks) sum += block.template width<T>();
    return sum;
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
  /// The vector's elements of a block; null where the layer has no such vector.
  T* vector(BlockRole role, const Block& block) {
    for (Vector& v : vectors) {
      if (v.role == role) return v.values.data() + column(block);
    }
    return nullptr;
  }
  const T* vector(BlockRole role, const Block& block) const {
    return const_cast<PackedSlice*>(this)->vector(role, block);
  }
  T* bias(const Block& block) { return vector(BlockRole::kBias, block); }
  const T* bias(const Block& block) const { return vector(BlockRole::kBias, block); }
};

/// The blocks that a layer of the layout has.
std::vector<BlockRole> roles_of(const ParameterLayout& layout, std::size_t layer);
/// What belongs to a slice of the layer -> slice.
template <class T>
void pack(const Parameters<T>& from, std::size_t layer, PackedSlice<T>& to);
/// Slice -> its part of the layer.
template <class T>
void unpack(const PackedSlice<T>& from, std::size_t layer, Parameters<T>& to);

}  // namespace gradus::engine
