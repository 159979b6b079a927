// The tagged elements of a MAT-file of version 5: type and size, then bytes. A variable is an element made of elements.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "data/byte_reader.hpp"
#include "data/raw_array.hpp"

namespace gradus::data {

/// Types of elements; those that are stored numbers are in mat_element_type().
enum MatElementCode : std::uint32_t {
  kMiInt32 = 5,
  kMiUint32 = 6,
  kMiMatrix = 14,
  kMiCompressed = 15,
  kMiUtf8 = 16,
  kMiUtf16 = 17,
  kMiUtf32 = 18,
};

inline std::optional<ElementType> mat_element_type(std::uint32_t code) {
  static constexpr std::pair<std::uint32_t, ElementType> kTypes[] = {
      {1, ElementType::kI8},   {2, ElementType::kU8},  {3, ElementType::kI16}, {4, ElementType::kU16},
      {5, ElementType::kI32},  {6, ElementType::kU32}, {7, ElementType::kF32}, {9, ElementType::kF64},
      {12, ElementType::kI64}, {13, ElementType::kU64}};
  for (const auto& [number, type] : kTypes) {
    if (number == code) return type;
  }
  return std::nullopt;
}

struct MatElement {
  std::uint32_t type = 0;
  std::span<const std::byte> bytes;
};

/// Reads tagged elements of one byte order.
class MatElementReader {
 public:
  MatElementReader(std::span<const std::byte> bytes, std::string name, std::uint64_t base, bool big_endian)
      : reader_(bytes, std::move(name), base), big_endian_(big_endian) {}

  [[nodiscard]] bool done() const { return reader_.remaining() == 0; }
  [[nodiscard]] const ByteReader& position() const { return reader_; }
  [[noreturn]] void fail(std::string expected, std::string found) const {
    reader_.fail(std::move(expected), std::move(found), "the file is damaged");
  }

  MatElement next(std::string_view what) {
    const std::uint32_t tag = word(what);
    MatElement element;
    if ((tag >> 16) != 0) {  // small element: size and type in one word, data in the next
      if ((tag >> 16) > 4) fail("a small element of at most 4 bytes", std::to_string(tag >> 16));
      element.type = tag & 0xffff;
      element.bytes = reader_.take(4, what).first(tag >> 16);
      return element;
    }
    element.type = tag;
    const std::uint32_t size = word(what);
    element.bytes = reader_.take(size, what);
    // Elements are padded to 8 bytes, compressed ones are not; the padding of the last one may be missing.
    if (element.type != kMiCompressed) reader_.take(std::min<std::size_t>(-size % 8u, reader_.remaining()), "padding");
    return element;
  }

 private:
  std::uint32_t word(std::string_view what) { return load_integer<std::uint32_t>(reader_.take(4, what), big_endian_); }
  ByteReader reader_;
  bool big_endian_;
};

}  // namespace gradus::data
