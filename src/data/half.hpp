// IEEE 754 half precision (binary16), as numpy's float16 stores it. Every half is a float exactly.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

namespace gradus::data {

/// The bits of one number: sign, 5 of exponent, 10 of mantissa.
struct Half {
  std::uint16_t bits = 0;

  template <class T>
  explicit operator T() const {
    return static_cast<T>(value());
  }

  /// Exact, subnormal numbers included; infinities and NaN stay such.
  [[nodiscard]] float value() const {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits >> 15) << 31;
    const std::uint32_t exponent = (bits >> 10) & 0x1fU;
    const std::uint32_t mantissa = bits & 0x3ffU;
    if (exponent == 0) {  // zero and subnormal numbers: mantissa * 2^-24
      const float size = static_cast<float>(mantissa) * 0x1p-24F;
      return sign == 0 ? size : -size;
    }
    const std::uint32_t wide = exponent == 0x1f ? 0xffU : exponent + (127 - 15);
    return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
  }
};

}  // namespace gradus::data
