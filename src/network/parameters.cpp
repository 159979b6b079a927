// The layout of parameters: names, places and the way from layer and role to a block.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/network/parameters.hpp"

#include <limits>
#include <new>

namespace gradus {
namespace {

// Elements that fill a cache line with the narrowest type (float): every block begins on one, whatever the type.
constexpr std::size_t kBlockAlignment = kAlignment / sizeof(float);

constexpr std::array<std::string_view, kNumBlockRoles> kRoleNames = {
    "weight", "bias", "scale", "shift", "slope", "running_mean", "running_variance"};

}  // namespace

std::string_view role_name(BlockRole role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}

ParameterLayout::ParameterLayout(const std::vector<std::vector<BlockShape>>& shapes) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max() / 64;
  index_.resize(shapes.size());
  for (std::size_t l = 0; l < shapes.size(); ++l) {
    for (const BlockShape& shape : shapes[l]) {
      if (shape.rows != 0 && shape.cols > (kMost - buffer_size_) / shape.rows) throw std::bad_alloc();
      blocks_.push_back({.name = "layers." + std::to_string(l) + "." + std::string(role_name(shape.role)),
                         .layer = l,
                         .role = shape.role,
                         .rows = shape.rows,
                         .cols = shape.cols,
                         .offset = buffer_size_});
      index_[l][static_cast<std::size_t>(shape.role)] = blocks_.size();
      const std::size_t size = blocks_.back().size();
      count_ += size;
      buffer_size_ += (size + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
    }
  }
}

const ParameterBlock* ParameterLayout::find(std::size_t layer, BlockRole role) const {
  if (layer >= index_.size()) return nullptr;
  const std::size_t number = index_[layer][static_cast<std::size_t>(role)];
  return number == 0 ? nullptr : &blocks_[number - 1];
}

}  // namespace gradus
