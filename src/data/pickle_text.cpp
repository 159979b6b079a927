// SPDX-License-Identifier: Apache-2.0
#include "data/pickle_text.hpp"

#include <charconv>

namespace gradus::data {
namespace {

/// `digits` as a hexadecimal number of exactly that many digits.
std::optional<unsigned> hexadecimal(std::string_view digits) {
  unsigned code = 0;
  const char* last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, code, 16);
  return error == std::errc() && end == last ? std::optional(code) : std::nullopt;
}

/// Takes one escape, which starts with a backslash, off the front of `text`.
std::optional<std::byte> take_escape(std::string_view& text) {
  static constexpr std::string_view kLetters = "\\'\"nrtabfv";
  static constexpr std::string_view kMeanings = "\\'\"\n\r\t\a\b\f\v";
  if (text.size() >= 4 && text[1] == 'x') {
    const std::optional<unsigned> code = hexadecimal(text.substr(2, 2));
    text.remove_prefix(4);
    if (!code) return std::nullopt;
    return static_cast<std::byte>(*code);
  }
  const std::size_t letter = text.size() < 2 ? std::string_view::npos : kLetters.find(text[1]);
  if (letter == std::string_view::npos) return std::nullopt;
  text.remove_prefix(2);
  return static_cast<std::byte>(kMeanings[letter]);
}

}  // namespace

std::optional<Bytes> decode_quoted(std::string_view literal) {
  const bool quoted = literal.size() >= 2 && (literal[0] == '\'' || literal[0] == '"') && literal.back() == literal[0];
  if (!quoted) return std::nullopt;
  std::string_view text = literal.substr(1, literal.size() - 2);
  Bytes decoded;
  while (!text.empty()) {
    if (text[0] == '\\') {
      const std::optional<std::byte> byte = take_escape(text);
      if (!byte) return std::nullopt;
      decoded.push_back(*byte);
    } else {
      decoded.push_back(static_cast<std::byte>(text[0]));
      text.remove_prefix(1);
    }
  }
  return decoded;
}

std::optional<Bytes> decode_raw_unicode(std::string_view text) {
  Bytes decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = static_cast<unsigned char>(text[i]);
    if (text[i] == '\\' && i + 6 <= text.size() && text[i + 1] == 'u') {
      const std::optional<unsigned> escaped = hexadecimal(text.substr(i + 2, 4));
      if (!escaped || *escaped > 0xff) return std::nullopt;
      code = *escaped;
      i += 5;
    }
    if (code >= 0x80) decoded.push_back(static_cast<std::byte>(0xc0 | (code >> 6)));
    decoded.push_back(static_cast<std::byte>(code < 0x80 ? code : 0x80 | (code & 0x3f)));
  }
  return decoded;
}

std::optional<Bytes> encode_latin1(std::span<const std::byte> utf8) {
  Bytes encoded;
  encoded.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto first = std::to_integer<unsigned>(utf8[i]);
    if (first < 0x80) {
      encoded.push_back(utf8[i]);
      continue;
    }
    const unsigned second = i + 1 < utf8.size() ? std::to_integer<unsigned>(utf8[++i]) : 0;
    if ((first != 0xc2 && first != 0xc3) || (second & 0xc0) != 0x80) return std::nullopt;
    encoded.push_back(static_cast<std::byte>(((first & 3) << 6) | (second & 0x3f)));
  }
  return encoded;
}

}  // namespace gradus::data
