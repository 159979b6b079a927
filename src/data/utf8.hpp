// UTF-8 and what it is made from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gradus::data {

/// Adds the character `code` (below 0x110000, no surrogate) to `text`.
void append_utf8(std::string& text, char32_t code);
/// Offset of the first byte of `text` that is not UTF-8, npos when all is.
std::size_t find_invalid_utf8(std::string_view text);
/// The characters of well-formed UTF-8; nothing when it is not.
std::optional<std::u32string> decode_utf8(std::string_view bytes);
/// UTF-8 of characters. Throws InputError at a number that is none.
std::string encode_utf8(std::u32string_view characters, const std::string& where);
/// `bytes` when they are UTF-8, else each byte as a character of Latin-1.
std::string utf8_or_latin1(std::string_view bytes);

constexpr bool is_surrogate(char32_t unit) {
  return unit >= 0xd800 && unit < 0xe000;
}
/// Two units of UTF-16 that are one character together.
constexpr bool is_surrogate_pair(char32_t high, char32_t low) {
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}
constexpr char32_t join_surrogate_pair(char32_t high, char32_t low) {
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}
/// Pairs of surrogates joined; a single one stays (and is no character).
std::u32string join_surrogates(std::u32string_view units);

}  // namespace gradus::data
