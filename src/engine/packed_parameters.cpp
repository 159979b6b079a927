// Between the layout of Parameters and the panels of a slice.
// SPDX-License-Identifier: Apache-2.0
#include "engine/packed_parameters.hpp"

#include <algorithm>

namespace gradus::engine {

std::vector<BlockRole> roles_of(const ParameterLayout& layout, std::size_t layer) {
  std::vector<BlockRole> roles;
  for (const ParameterBlock& block : layout.blocks()) {
    if (block.layer == layer) roles.push_back(block.role);
  }
  return roles;
}

template <class T>
void pack(const Parameters<T>& from, std::size_t layer, PackedSlice<T>& to) {
  const MatrixView<const T> weights = from.weights(layer);
  for (const Block& block : to.blocks) {
    for (std::size_t i = 0; i < to.inputs; ++i) {
      std::copy_n(weights.row(to.first_input + i).data() + block.first, block.outputs,
                  to.panel(block) + i * block.template width<T>());
    }
    for (const auto& vector : to.vectors) {
      std::copy_n(from.values(layer, vector.role).data() + block.first, block.outputs, to.vector(vector.role, block));
    }
  }
}

template <class T>
void unpack(const PackedSlice<T>& from, std::size_t layer, Parameters<T>& to) {
  const MatrixView<T> weights = to.weights(layer);
  for (const Block& block : from.blocks) {
    for (std::size_t i = 0; i < from.inputs; ++i) {
      std::copy_n(from.panel(block) + i * block.template width<T>(), block.outputs,
                  weights.row(from.first_input + i).data() + block.first);
    }
    for (const auto& vector : from.vectors) {
      std::copy_n(from.vector(vector.role, block), block.outputs, to.values(layer, vector.role).data() + block.first);
    }
  }
}

template void pack(const Parameters<float>&, std::size_t, PackedSlice<float>&);
template void pack(const Parameters<double>&, std::size_t, PackedSlice<double>&);
template void unpack(const PackedSlice<float>&, std::size_t, Parameters<float>&);
template void unpack(const PackedSlice<double>&, std::size_t, Parameters<double>&);

}  // namespace gradus::engine
