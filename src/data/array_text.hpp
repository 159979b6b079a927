// Texts as arrays store them: numpy's fixed widths of bytes or UTF-32, MATLAB's UTF-16. They become UTF-8.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::data {

/// A text of fixed width: numpy's "S5" (one byte a character) or "<U5" (four).
struct TextType {
  std::size_t characters = 0;
  std::size_t character_bytes = 1;
  bool big_endian = false;

  [[nodiscard]] std::size_t size() const { return characters * character_bytes; }
};

/// Takes the sign of the byte order off a dtype string such as ">U4"; true for big endian.
bool take_byte_order(std::string_view& dtype);

/// The type of a dtype string such as "<U4" or "|S3"; nothing when it is no text of at least one character.
std::optional<TextType> parse_text_dtype(std::string_view text);

/// UTF-8 of `stored`, a text of `type`, without the zeros that fill it up. Throws InputError at a number that is no
/// character.
std::string decode_text(std::span<const std::byte> stored, const TextType& type, const std::string& where);

/// The `count` texts that stand side by side in `stored`. Throws InputError when they need more than `max_bytes` of
/// memory.
std::vector<std::string> decode_texts(std::span<const std::byte> stored, std::size_t count, const TextType& type,
                                      std::uint64_t max_bytes, const std::string& where);

}  // namespace gradus::data
