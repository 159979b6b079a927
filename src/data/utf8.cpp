// SPDX-License-Identifier: Apache-2.0
#include "data/utf8.hpp"

#include <cstdint>
#include <cstring>

#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

/// Length of the valid UTF-8 sequence that starts at `at`, or 0.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  if (length == 3 && ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) >= 0xa0))) return 0;
  if (length == 4 && ((lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) >= 0x90))) return 0;
  return length;
}

}  // namespace

void append_utf8(std::string& text, char32_t code) {
  const auto add = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
  } else {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
    add(0x80 | (code >> 6 & 0x3f));
  }
  add(0x80 | (code & 0x3f));
}

std::size_t find_invalid_utf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t word = kHighBits;
    if (at + sizeof word <= text.size()) std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & kHighBits) == 0) {
      at += sizeof word;
      continue;
    }
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::optional<std::u32string> decode_utf8(std::string_view bytes) {
  std::u32string characters;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = sequence_length(bytes, at);
    if (length == 0) return std::nullopt;
    const auto lead = static_cast<unsigned char>(bytes[at]);
    char32_t code = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(bytes[at + i]) & 0x3fU);
    characters += code;
    at += length;
  }
  return characters;
}

std::string encode_utf8(std::u32string_view characters, const std::string& where) {
  std::string text;
  for (const char32_t code : characters) {
    if (is_surrogate(code) || code > 0x10ffff) {
      throw InputError(ErrorParts{where, "a text of Unicode characters",
                                  "the number " + std::to_string(static_cast<std::uint32_t>(code)) + " in it",
                                  "the file is damaged"});
    }
    append_utf8(text, code);
  }
  return text;
}

std::string utf8_or_latin1(std::string_view bytes) {
  if (find_invalid_utf8(bytes) == std::string_view::npos) return std::string(bytes);
  std::string text;
  for (const char byte : bytes) append_utf8(text, static_cast<unsigned char>(byte));
  return text;
}

std::u32string join_surrogates(std::u32string_view units) {
  std::u32string characters;
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (i + 1 < units.size() && is_surrogate_pair(units[i], units[i + 1])) {
      characters += join_surrogate_pair(units[i], units[i + 1]);
      ++i;
    } else {
      characters += units[i];
    }
  }
  return characters;
}

}  // namespace gradus::data
