// A cursor over bytes in memory that never leaves them: every read is checked, every failure names file and offset.
// The common ground of all binary readers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gradus/core/error.hpp"

namespace gradus::data {

static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big);

/// `bytes` as an integer, most significant byte first when `big_endian`.
template <class T>
T load_integer(std::span<const std::byte> bytes, bool big_endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    const std::size_t at = big_endian ? i : sizeof(T) - 1 - i;
    value = (value << 8) | std::to_integer<std::uint64_t>(bytes[at]);
  }
  return static_cast<T>(value);
}

class ByteReader {
 public:
  /// `name` is the file (and member) for messages; `base` is added to the offsets they print.
  ByteReader(std::span<const std::byte> bytes, std::string name, std::uint64_t base = 0)
      : bytes_(bytes), name_(std::move(name)), base_(base) {}

  [[nodiscard]] std::size_t offset() const { return offset_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - offset_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// The next `count` bytes, which hold `what`. `count` may be any number a file claims.
  std::span<const std::byte> take(std::uint64_t count, std::string_view what) {
    if (count > remaining()) {
      fail(std::to_string(count) + " bytes of " + std::string(what), "only " + std::to_string(remaining()),
           "the file is cut short or damaged");
    }
    const auto taken = bytes_.subspan(offset_, static_cast<std::size_t>(count));
    offset_ += static_cast<std::size_t>(count);
    return taken;
  }

  template <class T>
  T little(std::string_view what) {
    return load_integer<T>(take(sizeof(T), what), false);
  }
  template <class T>
  T big(std::string_view what) {
    return load_integer<T>(take(sizeof(T), what), true);
  }
  std::uint8_t byte(std::string_view what) { return std::to_integer<std::uint8_t>(take(1, what)[0]); }

  [[nodiscard]] std::string where() const { return name_ + ": offset " + std::to_string(base_ + offset_); }
  [[noreturn]] void fail(std::string expected, std::string found, std::string advice) const {
    throw InputError(ErrorParts{where(), std::move(expected), std::move(found), std::move(advice)});
  }

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
  std::uint64_t base_;
  std::size_t offset_ = 0;
};

}  // namespace gradus::data
