// How weights and activations lie in memory for the kernels. The O outputs of a layer are cut into units of one cache
// line and the units of a thread into panels of up to four.
//   weights:      panel after panel; a panel stores its I rows one after another, units * kUnit elements each
//   activations:  one block per panel; a block stores the rows of the batch one after another, units * kUnit elements
//   each
// So a tile of the products reads and writes a few contiguous kilobytes, whatever the width of the layer. The layout is
// the same for every target. Lanes beyond O hold zeros in weights and gradients, and stay zero.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace gradus::kernels {

/// Outputs per unit: 64 bytes, 16 floats or 8 doubles.
template <class T>
inline constexpr std::size_t kUnit = 64 / sizeof(T);

/// Units of the widest panel. With AVX-512 a tile of 6 rows x 4 units takes 34 instructions for 24 multiply-adds, one
/// of 12 x 2 takes 38; where a neighbour shares the core's front end that decides the speed (docs/engine.md).
inline constexpr std::size_t kPanelUnits = 4;

/// Rows of weights that one call of a product works on: 64 rows x one panel stay in the first-level cache.
inline constexpr std::size_t kDepthBlock = 64;

template <class T>
constexpr std::size_t units_for(std::size_t outputs) {
  return (outputs + kUnit<T> - 1) / kUnit<T>;
}

/// `count` elements and what fills their last unit.
template <class T>
constexpr std::size_t padded(std::size_t count) {
  return units_for<T>(count) * kUnit<T>;
}

/// A contiguous range of units of a layer's outputs, owned by one thread.
struct UnitRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Part `index` of `parts` of a range: as even as whole units allow, the first parts one more.
constexpr UnitRange part_of(UnitRange range, std::size_t parts, std::size_t index) {
  const std::size_t base = range.count / parts;
  const std::size_t extra = range.count % parts;
  const std::size_t first = range.first + index * base + (index < extra ? index : extra);
  return {first, base + (index < extra ? 1 : 0)};
}

/// Rows of the tallest tile of a product.
inline constexpr std::size_t kTallestTile = 12;

/// Units per panel that suit batches of `rows`. A tile is (panel units) wide and 6, 8 or 12 rows high; per unit of
/// outputs and k it costs one weight load per block of rows (and the cache traffic of that) and rows / units
/// broadcasts.
inline std::size_t panel_units_for(std::size_t rows) {
  constexpr std::size_t kTallest[] = {0, kTallestTile, kTallestTile, 8, 6};
  std::size_t best = kPanelUnits;
  double best_cost = 0.0;
  for (std::size_t units = kPanelUnits; units >= 2; --units) {
    const std::size_t blocks = (rows + kTallest[units] - 1) / kTallest[units];
    const double cost = 1.5 * static_cast<double>(blocks) + static_cast<double>(rows) / static_cast<double>(units);
    if (units == kPanelUnits || cost < best_cost) {
      best = units;
      best_cost = cost;
    }
  }
  return best;
}

/// The panels of a range of units: as few of at most `panel_units` as can be, of nearly equal width.
inline std::vector<UnitRange> panels_of(UnitRange range, std::size_t panel_units) {
  std::vector<UnitRange> panels;
  const std::size_t count = (range.count + panel_units - 1) / panel_units;
  for (std::size_t p = 0; p < count; ++p) panels.push_back(part_of(range, count, p));
  return panels;
}

}  // namespace gradus::kernels
