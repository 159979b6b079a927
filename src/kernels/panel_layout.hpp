// How weights lie in memory for the kernels: the O outputs of a layer are cut into units of one cache line, units into
// panels of two (a lone last unit makes a panel of one), and a panel stores its I rows one after another. The layout is
// the same for every target. Lanes beyond O hold zeros and stay zero.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace gradus::kernels {

/// Outputs per unit: 64 bytes, 16 floats or 8 doubles.
template <class T>
inline constexpr std::size_t kUnit = 64 / sizeof(T);

/// Units per full panel; DESIGN's prototype measured 12 samples x 2 vectors at 94-97 % of a core's peak.
inline constexpr std::size_t kPanelUnits = 2;

template <class T>
constexpr std::size_t units_for(std::size_t outputs) {
  return (outputs + kUnit<T> - 1) / kUnit<T>;
}

/// A contiguous range of units of a layer's outputs, owned by one thread.
struct UnitRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Units of `thread` of `threads`: as even as whole units allow, the first threads one more.
constexpr UnitRange slice_of(std::size_t units, unsigned threads, unsigned thread) {
  const std::size_t base = units / threads;
  const std::size_t extra = units % threads;
  const std::size_t first = thread * base + (thread < extra ? thread : extra);
  return {first, base + (thread < extra ? 1 : 0)};
}

}  // namespace gradus::kernels
