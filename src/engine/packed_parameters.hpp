// Parameters in the kernels' panel layout, one slice per thread and layer, and the way to and from the textbook's
// layout. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "engine/plan.hpp"
#include "gradus/core/matrix.hpp"
#include "gradus/network/network.hpp"

namespace gradus::engine {

/// One thread's outputs of one layer: `units.count` units of `inputs` weight rows as panels, and their biases. The same
/// shape holds parameters, gradients and optimizer slots. Lanes beyond O are zero.
template <class T>
struct PackedSlice {
  kernels::UnitRange units;
  std::size_t inputs = 0;
  AlignedBuffer<T> weights;
  AlignedBuffer<T> biases;

  PackedSlice() = default;
  PackedSlice(kernels::UnitRange range, std::size_t num_inputs)
      : units(range),
        inputs(num_inputs),
        weights(range.count * num_inputs * kernels::kUnit<T>),
        biases(range.count * kernels::kUnit<T>) {}

  /// Number of panels; the last one has one unit where the count is odd.
  [[nodiscard]] std::size_t panels() const { return (units.count + kernels::kPanelUnits - 1) / kernels::kPanelUnits; }
  [[nodiscard]] std::size_t panel_units(std::size_t panel) const {
    const std::size_t rest = units.count - panel * kernels::kPanelUnits;
    return rest < kernels::kPanelUnits ? rest : kernels::kPanelUnits;
  }
  /// Offset of a panel's first weight.
  [[nodiscard]] std::size_t panel_offset(std::size_t panel) const {
    return panel * kernels::kPanelUnits * kernels::kUnit<T> * inputs;
  }
  /// First output of a panel, counted from the slice's first.
  [[nodiscard]] static std::size_t panel_column(std::size_t panel) {
    return panel * kernels::kPanelUnits * kernels::kUnit<T>;
  }
  /// First output of the slice within the layer.
  [[nodiscard]] std::size_t first_output() const { return units.first * kernels::kUnit<T>; }
  /// Outputs including padding lanes.
  [[nodiscard]] std::size_t width() const { return units.count * kernels::kUnit<T>; }
};

/// Textbook layout -> slice.
template <class T>
void pack(const LayerParameters<T>& from, PackedSlice<T>& to);
/// Slice -> its columns of the textbook layout.
template <class T>
void unpack(const PackedSlice<T>& from, LayerParameters<T>& to);

}  // namespace gradus::engine
