#include "engine/packed_parameters.hpp"

#include <algorithm>

namespace gradus::engine {
namespace {

// Calls f(packed offset, input row, first output, count) for every contiguous run of real outputs of the slice.
template <class T, class F>
void for_each_run(const PackedSlice<T>& slice, std::size_t outputs, F f) {
  for (std::size_t p = 0; p < slice.panels(); ++p) {
    const std::size_t width = slice.panel_units(p) * kernels::kUnit<T>;
    const std::size_t first = slice.first_output() + slice.panel_column(p);
    const std::size_t count = std::min(width, outputs - std::min(outputs, first));
    for (std::size_t i = 0; i < slice.inputs; ++i) f(slice.panel_offset(p) + i * width, i, first, count);
  }
}

}  // namespace

template <class T>
void pack(const LayerParameters<T>& from, PackedSlice<T>& to) {
  const std::size_t outputs = from.weights.cols();
  for_each_run(to, outputs, [&](std::size_t offset, std::size_t i, std::size_t first, std::size_t count) {
    std::copy_n(from.weights.data() + i * outputs + first, count, to.weights.data() + offset);
  });
  const std::size_t first = to.first_output();
  std::copy_n(from.biases.data() + first, std::min(to.width(), outputs - std::min(outputs, first)), to.biases.data());
}

template <class T>
void unpack(const PackedSlice<T>& from, LayerParameters<T>& to) {
  const std::size_t outputs = to.weights.cols();
  for_each_run(from, outputs, [&](std::size_t offset, std::size_t i, std::size_t first, std::size_t count) {
    std::copy_n(from.weights.data() + offset, count, to.weights.data() + i * outputs + first);
  });
  const std::size_t first = from.first_output();
  std::copy_n(from.biases.data(), std::min(from.width(), outputs - std::min(outputs, first)), to.biases.data() + first);
}

template void pack(const LayerParameters<float>&, PackedSlice<float>&);
template void pack(const LayerParameters<double>&, PackedSlice<double>&);
template void unpack(const PackedSlice<float>&, LayerParameters<float>&);
template void unpack(const PackedSlice<double>&, LayerParameters<double>&);

}  // namespace gradus::engine
