// All parameters of a network as one layout: named blocks, each with a shape and a role, over one aligned buffer.
// Parameters, gradients, optimizer slots, directions and what a checkpoint stores are values of the same type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradus/core/matrix.hpp"

namespace gradus {

/// What a block is to its layer. Penalties and weight decay apply to weights alone.
enum class BlockRole : std::uint8_t {
  kWeight,           // W (I x O)
  kBias,             // b (O)
  kScale,            // of a normalisation: gamma (O)
  kShift,            // of a normalisation: beta (O)
  kSlope,            // of a parametric activation: a (O)
  kRunningMean,      // state of a batch normalisation (O)
  kRunningVariance,  // state of a batch normalisation (O)
};
inline constexpr std::size_t kNumBlockRoles = 7;

/// "weight", "bias", "scale", "shift", "slope", "running_mean", "running_variance".
std::string_view role_name(BlockRole role);

/// The shape of a block as a layer asks for it. A vector has one row.
struct BlockShape {
  BlockRole role = BlockRole::kWeight;
  std::size_t rows = 1;
  std::size_t cols = 0;
};

/// One block in its place.
struct ParameterBlock {
  std::string name;       // "layers.0.weight", as in the model file
  std::size_t layer = 0;  // counted from 0
  BlockRole role = BlockRole::kWeight;
  std::size_t rows = 1;  // 1 for vectors
  std::size_t cols = 0;
  std::size_t offset = 0;  // of its first element in the buffer

  [[nodiscard]] std::size_t size() const { return rows * cols; }
  [[nodiscard]] bool is_matrix() const { return role == BlockRole::kWeight; }
};

/// Where every block lies: layer by layer, each block on a cache line, in the order in which hashes, model files and
/// checkpoints go through them.
class ParameterLayout {
 public:
  ParameterLayout() = default;
  /// [layer]: the blocks of each layer in their order. Throws std::bad_alloc where the sizes overflow.
  explicit ParameterLayout(const std::vector<std::vector<BlockShape>>& shapes);

  [[nodiscard]] std::span<const ParameterBlock> blocks() const { return blocks_; }
  /// Elements of all blocks.
  [[nodiscard]] std::size_t count() const { return count_; }
  /// Elements of the buffer: the blocks and what fills their last cache line.
  [[nodiscard]] std::size_t buffer_size() const { return buffer_size_; }
  /// Null where the layer has no such block.
  [[nodiscard]] const ParameterBlock* find(std::size_t layer, BlockRole role) const;

 private:
  std::vector<ParameterBlock> blocks_;
  std::vector<std::array<std::size_t, kNumBlockRoles>> index_;  // [layer][role]: number of the block + 1, or 0
  std::size_t count_ = 0;
  std::size_t buffer_size_ = 0;
};

/// A number for every place of a layout, zero at first. Copies own their elements and share the layout.
template <class T>
class Parameters {
 public:
  Parameters() : Parameters(std::make_shared<const ParameterLayout>()) {}
  explicit Parameters(std::shared_ptr<const ParameterLayout> layout)
      : layout_(std::move(layout)), buffer_(layout_->buffer_size()) {}

  [[nodiscard]] const std::shared_ptr<const ParameterLayout>& layout() const { return layout_; }
  [[nodiscard]] std::span<const ParameterBlock> blocks() const { return layout_->blocks(); }
  /// Elements of all blocks.
  [[nodiscard]] std::size_t count() const { return layout_->count(); }
  [[nodiscard]] bool empty() const { return count() == 0; }

  [[nodiscard]] std::span<T> values(const ParameterBlock& block) {
    return buffer_.span().subspan(block.offset, block.size());
  }
  [[nodiscard]] std::span<const T> values(const ParameterBlock& block) const {
    return buffer_.span().subspan(block.offset, block.size());
  }
  /// Empty where the layer has no such block; the matrix likewise.
  [[nodiscard]] std::span<T> values(std::size_t layer, BlockRole role) {
    const ParameterBlock* block = layout_->find(layer, role);
    return block == nullptr ? std::span<T>() : values(*block);
  }
  [[nodiscard]] std::span<const T> values(std::size_t layer, BlockRole role) const {
    const ParameterBlock* block = layout_->find(layer, role);
    return block == nullptr ? std::span<const T>() : values(*block);
  }
  [[nodiscard]] MatrixView<T> matrix(std::size_t layer, BlockRole role) {
    const ParameterBlock* block = layout_->find(layer, role);
    return block == nullptr ? MatrixView<T>() : MatrixView<T>(values(*block).data(), block->rows, block->cols);
  }
  [[nodiscard]] MatrixView<const T> matrix(std::size_t layer, BlockRole role) const {
    const ParameterBlock* block = layout_->find(layer, role);
    return block == nullptr ? MatrixView<const T>()
                            : MatrixView<const T>(values(*block).data(), block->rows, block->cols);
  }

  /// W (I x O) of a dense layer.
  [[nodiscard]] MatrixView<T> weights(std::size_t layer) { return matrix(layer, BlockRole::kWeight); }
  [[nodiscard]] MatrixView<const T> weights(std::size_t layer) const { return matrix(layer, BlockRole::kWeight); }
  /// b (O) of a dense layer.
  [[nodiscard]] std::span<T> biases(std::size_t layer) { return values(layer, BlockRole::kBias); }
  [[nodiscard]] std::span<const T> biases(std::size_t layer) const { return values(layer, BlockRole::kBias); }

 private:
  std::shared_ptr<const ParameterLayout> layout_;
  AlignedBuffer<T> buffer_;
};

/// f(block, values) for every block in order.
template <class P, class F>
void for_each_block(P& parameters, const F& f) {
  for (const ParameterBlock& block : parameters.blocks()) f(block, parameters.values(block));
}

}  // namespace gradus
