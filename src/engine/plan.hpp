// What the engine decides once per network: how each layer is cut into blocks, which thread owns which, and what has to
// be kept for the backward pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/network/network.hpp"
#include "kernels/panel_layout.hpp"

namespace gradus::engine {

/// One panel of a layer's outputs: [first, first + outputs), padded to whole units.
struct Block {
  std::size_t first = 0;
  std::size_t outputs = 0;
  std::size_t units = 0;
  std::size_t units_before = 0;

  /// Elements per row, padding included.
  template <class T>
  [[nodiscard]] std::size_t width() const {
    return units * kernels::kUnit<T>;
  }
};

/// Blocks [begin, end) of a layer.
struct BlockRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Inputs [first, first + count) of a layer.
struct InputRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Which blocks of the layer below a stage reads: those of its thread, or all of them.
enum class Reach : std::uint8_t { kOwnBlocks, kAllBlocks };

/// One layer for the threads of the plan.
struct LayerPlan {
  LayerKind kind = LayerKind::kDense;
  std::size_t inputs = 0;   // I
  std::size_t outputs = 0;  // O
  std::size_t units = 0;    // cache lines of outputs
  Activation activation;
  double l1 = 0.0;
  double l2 = 0.0;
  double dropout = 0.0;
  /// Too few outputs to share out: every thread keeps and computes all of them, so nothing has to be exchanged.
  bool replicated = false;
  /// Replicated, above a layer that is shared out: every thread holds the weights of the inputs that it computes, and
  /// the chains pass from thread to thread. Its inputs never cross between them.
  bool splits_inputs = false;
  /// The derivative needs a value that the layer's output does not hold: z (softplus, ELU, GELU, SiLU), or the output
  /// before dropout.
  bool keeps_value = false;
  /// `keeps_value` holds z rather than f(z).
  bool keeps_z = false;
  Reach reads = Reach::kAllBlocks;
  /// The layer above multiplies these outputs with weights.
  bool feeds_product = false;
  /// Later layers read these outputs again: what they add to its gradient comes beside that of the layer above.
  std::vector<std::size_t> read_again_by;
  std::optional<std::size_t> source;  // the earlier layer that this one reads again
  std::vector<Block> blocks;          // all outputs in order
  std::vector<BlockRange> owned;      // [thread]
};

struct Plan {
  unsigned threads = 1;
  std::vector<LayerPlan> layers;

  /// The inputs of a layer whose weights `thread` holds.
  [[nodiscard]] InputRange inputs_of(std::size_t layer, unsigned thread) const;
  [[nodiscard]] std::size_t last_layer() const { return layers.size() - 1; }
  /// Blocks that `thread` computes in `layer`.
  [[nodiscard]] std::span<const Block> owned_blocks(unsigned thread, std::size_t layer) const {
    const BlockRange range = layers[layer].owned[thread];
    return std::span(layers[layer].blocks).subspan(range.begin, range.end - range.begin);
  }
  /// `block` of the layer's blocks is one that `thread` computes.
  [[nodiscard]] bool owns(unsigned thread, std::size_t layer, const Block& block) const {
    const std::span<const Block> owned = owned_blocks(thread, layer);
    return &block >= owned.data() && &block < owned.data() + owned.size();
  }
  /// The blocks of the layer below that `thread` multiplies its weights with.
  [[nodiscard]] std::span<const Block> inputs_read_by(unsigned thread, std::size_t layer) const {
    return layers[layer].splits_inputs ? owned_blocks(thread, layer - 1)
                                       : std::span<const Block>(layers[layer - 1].blocks);
  }
  /// Threads share out this layer: the gradient of its inputs is read by other threads than wrote it.
  [[nodiscard]] bool crosses(std::size_t layer) const { return threads > 1 && !layers[layer].replicated; }
  /// Other threads read this layer's outputs than wrote them. Whoever computes those below a split layer is the only
  /// one who reads them, and so it is with stages that stay within their own blocks.
  [[nodiscard]] bool outputs_cross(std::size_t layer) const {
    if (!crosses(layer)) return false;
    return layer == last_layer() || layers[layer + 1].reads == Reach::kAllBlocks;
  }
};

/// Steps of this network may run in columns (narrow_step.cpp).
bool is_narrow(const NetworkSpec& spec);

/// Threads that make a training step in columns of `rows` rows shorter: 1, or two of `available`.
unsigned worthwhile_turns(std::size_t rows, unsigned available);

/// 1 or `available`: what makes a step of `rows` rows shorter.
template <class T>
unsigned worthwhile_threads(const NetworkSpec& spec, std::size_t rows, unsigned available, bool mixed = false);

template <class T>
Plan make_plan(const NetworkSpec& spec, unsigned threads, std::size_t typical_rows);

/// Part of what a product of chains computes: rows of the batch, or inputs where rows lie in the lanes.
struct ChainPart {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// The parts in which chains pass from thread to thread: the next one begins when the first part is there. Where there
/// are fewer, the first ones are empty.
inline constexpr std::uint32_t kChainParts = 4;
using ChainParts = std::array<ChainPart, kChainParts>;

/// [0, whole) in at most `parts` (up to kChainParts) nearly equal parts, all but the last multiples of `multiple`.
ChainParts chain_parts_of(std::size_t whole, std::size_t multiple, std::size_t parts);

/// Rows of activations of one layer in block layout (panel_layout.hpp).
template <class T>
class BlockBuffer {
 public:
  BlockBuffer() = default;
  BlockBuffer(const LayerPlan& layer, std::size_t max_rows)
      : data_(layer.units * kernels::kUnit<T> * max_rows), max_rows_(max_rows) {}
  /// First row of a block; row b follows at b * block.width<T>().
  T* block(const Block& b) { return data_.data() + b.units_before * kernels::kUnit<T> * max_rows_; }
  const T* block(const Block& b) const { return data_.data() + b.units_before * kernels::kUnit<T> * max_rows_; }

 private:
  AlignedBuffer<T> data_;
  std::size_t max_rows_ = 0;
};

}  // namespace gradus::engine
