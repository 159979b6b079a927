// SPDX-License-Identifier: Apache-2.0
#include "engine/packed_parameters.hpp"

#include <algorithm>

namespace gradus::engine {

template <class T>
void pack(const Parameters<T>& from, std::size_t layer, PackedSlice<T>& to) {
  const MatrixView<const T> weights = from.weights(layer);
  const std::span<const T> biases = from.biases(layer);
  const std::size_t outputs = weights.cols();
  for (const Block& block : to.blocks) {
    for (std::size_t i = 0; i < to.inputs; ++i) {
      std::copy_n(weights.data() + (to.first_input + i) * outputs + block.first, block.outputs,
                  to.panel(block) + i * block.template width<T>());
    }
    std::copy_n(biases.data() + block.first, block.outputs, to.bias(block));
  }
}

template <class T>
void unpack(const PackedSlice<T>& from, std::size_t layer, Parameters<T>& to) {
  const MatrixView<T> weights = to.weights(layer);
  const std::span<T> biases = to.biases(layer);
  const std::size_t outputs = weights.cols();
  for (const Block& block : from.blocks) {
    for (std::size_t i = 0; i < from.inputs; ++i) {
      std::copy_n(from.panel(block) + i * block.template width<T>(), block.outputs,
                  weights.data() + (from.first_input + i) * outputs + block.first);
    }
    std::copy_n(from.bias(block), block.outputs, biases.data() + block.first);
  }
}

template void pack(const Parameters<float>&, std::size_t, PackedSlice<float>&);
template void pack(const Parameters<double>&, std::size_t, PackedSlice<double>&);
template void unpack(const PackedSlice<float>&, std::size_t, Parameters<float>&);
template void unpack(const PackedSlice<double>&, std::size_t, Parameters<double>&);

}  // namespace gradus::engine
