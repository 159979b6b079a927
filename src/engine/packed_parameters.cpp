#include "engine/packed_parameters.hpp"

#include <algorithm>

namespace gradus::engine {

template <class T>
void pack(const LayerParameters<T>& from, PackedSlice<T>& to) {
  const std::size_t outputs = from.weights.cols();
  for (const Block& block : to.blocks) {
    for (std::size_t i = 0; i < to.inputs; ++i) {
      std::copy_n(from.weights.data() + (to.first_input + i) * outputs + block.first, block.outputs,
                  to.panel(block) + i * block.template width<T>());
    }
    std::copy_n(from.biases.data() + block.first, block.outputs, to.bias(block));
  }
}

template <class T>
void unpack(const PackedSlice<T>& from, LayerParameters<T>& to) {
  const std::size_t outputs = to.weights.cols();
  for (const Block& block : from.blocks) {
    for (std::size_t i = 0; i < from.inputs; ++i) {
      std::copy_n(from.panel(block) + i * block.template width<T>(), block.outputs,
                  to.weights.data() + (from.first_input + i) * outputs + block.first);
    }
    std::copy_n(from.bias(block), block.outputs, to.biases.data() + block.first);
  }
}

template void pack(const LayerParameters<float>&, PackedSlice<float>&);
template void pack(const LayerParameters<double>&, PackedSlice<double>&);
template void unpack(const PackedSlice<float>&, LayerParameters<float>&);
template void unpack(const PackedSlice<double>&, LayerParameters<double>&);

}  // namespace gradus::engine
