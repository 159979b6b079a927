// SPDX-License-Identifier: Apache-2.0
#include "data/array_text.hpp"

#include <charconv>

#include "data/byte_reader.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t kMostCharacters = std::size_t{1} << 28;

bool is_character(char32_t code) {
  return code < 0xd800 || (code > 0xdfff && code <= 0x10ffff);
}

void append_utf8(std::string& text, char32_t code) {
  const auto low_bits = [code](unsigned shift) { return static_cast<char>(0x80U | ((code >> shift) & 0x3fU)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += {static_cast<char>(0xc0U | (code >> 6)), low_bits(0)};
  } else if (code < 0x10000) {
    text += {static_cast<char>(0xe0U | (code >> 12)), low_bits(6), low_bits(0)};
  } else {
    text += {static_cast<char>(0xf0U | (code >> 18)), low_bits(12), low_bits(6), low_bits(0)};
  }
}

/// How many bytes follow the first one of a character; nothing when no character starts so.
std::optional<unsigned> bytes_that_follow(unsigned char first) {
  if (first < 0x80) return 0;
  if (first >= 0xc2 && first < 0xe0) return 1;
  if (first >= 0xe0 && first < 0xf0) return 2;
  if (first >= 0xf0 && first < 0xf5) return 3;
  return std::nullopt;
}

}  // namespace

std::optional<TextType> parse_text_dtype(std::string_view text) {
  TextType type;
  if (!text.empty() && std::string_view("<>|=").find(text[0]) != std::string_view::npos) {
    type.big_endian = text[0] == '>';
    text.remove_prefix(1);
  }
  if (text.size() < 2 || (text[0] != 'S' && text[0] != 'U')) return std::nullopt;
  type.character_bytes = text[0] == 'U' ? 4 : 1;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), type.characters);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || type.characters == 0 || type.characters > kMostCharacters) return std::nullopt;
  return type;
}

std::string decode_text(std::span<const std::byte> stored, const TextType& type, const std::string& where) {
  if (type.character_bytes == 1) {
    std::string_view bytes(reinterpret_cast<const char*>(stored.data()), stored.size());
    const std::size_t last = bytes.find_last_not_of('\0');
    return utf8_or_latin1(bytes.substr(0, last == std::string_view::npos ? 0 : last + 1));
  }
  std::u32string characters;
  for (std::size_t at = 0; at + 4 <= stored.size(); at += 4) {
    characters += static_cast<char32_t>(load_integer<std::uint32_t>(stored.subspan(at, 4), type.big_endian));
  }
  const std::size_t last = characters.find_last_not_of(U'\0');
  characters.resize(last == std::u32string::npos ? 0 : last + 1);
  return encode_utf8(characters, where);
}

std::vector<std::string> decode_texts(std::span<const std::byte> stored, std::size_t count, const TextType& type,
                                      std::uint64_t max_bytes, const std::string& where) {
  if (count > max_bytes / (sizeof(std::string) + type.size())) {
    throw InputError(ErrorParts{where, "texts that take at most " + std::to_string(max_bytes) + " bytes",
                                std::to_string(count) + " texts", "raise the limit if that is meant"});
  }
  std::vector<std::string> texts;
  texts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string element = where + ": element " + std::to_string(i) + " (from 0)";
    texts.push_back(decode_text(stored.subspan(i * type.size(), type.size()), type, element));
  }
  return texts;
}

std::string utf8_or_latin1(std::string_view bytes) {
  if (decode_utf8(bytes)) return std::string(bytes);
  std::string text;
  for (const char byte : bytes) append_utf8(text, static_cast<unsigned char>(byte));
  return text;
}

std::optional<std::u32string> decode_utf8(std::string_view bytes) {
  std::u32string characters;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto first = static_cast<unsigned char>(bytes[at++]);
    const std::optional<unsigned> more = bytes_that_follow(first);
    if (!more || bytes.size() - at < *more) return std::nullopt;
    char32_t code = *more == 0 ? first : first & (0x3fU >> *more);
    for (unsigned i = 0; i < *more; ++i) {
      const auto next = static_cast<unsigned char>(bytes[at++]);
      if ((next & 0xc0U) != 0x80) return std::nullopt;
      code = code << 6 | (next & 0x3fU);
    }
    const bool longer_than_needed = (*more == 2 && code < 0x800) || (*more == 3 && code < 0x10000);
    if (longer_than_needed || !is_character(code)) return std::nullopt;
    characters += code;
  }
  return characters;
}

std::string encode_utf8(std::u32string_view characters, const std::string& where) {
  std::string text;
  for (const char32_t code : characters) {
    if (!is_character(code)) {
      throw InputError(ErrorParts{where, "a text of Unicode characters",
                                  "the number " + std::to_string(static_cast<std::uint32_t>(code)) + " in it",
                                  "the file is damaged"});
    }
    append_utf8(text, code);
  }
  return text;
}

std::u32string join_surrogates(std::u32string_view units) {
  std::u32string characters;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const bool pair = units[i] >= 0xd800 && units[i] < 0xdc00 && i + 1 < units.size() && units[i + 1] >= 0xdc00 &&
                      units[i + 1] < 0xe000;
    if (pair) {
      characters += static_cast<char32_t>(0x10000 + ((units[i] - 0xd800) << 10) + (units[i + 1] - 0xdc00));
      ++i;
    } else {
      characters += units[i];
    }
  }
  return characters;
}

}  // namespace gradus::data
