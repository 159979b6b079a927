// SPDX-License-Identifier: Apache-2.0
#include "data/array_text.hpp"

#include <charconv>

#include "data/byte_reader.hpp"
#include "data/utf8.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t kMostCharacters = std::size_t{1} << 28;

}  // namespace

bool take_byte_order(std::string_view& dtype) {
  if (dtype.empty() || std::string_view("<>|=").find(dtype[0]) == std::string_view::npos) return false;
  const bool big_endian = dtype[0] == '>';
  dtype.remove_prefix(1);
  return big_endian;
}

std::optional<TextType> parse_text_dtype(std::string_view text) {
  TextType type;
  type.big_endian = take_byte_order(text);
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
                                std::to_string(count) + " texts", "set data.max_bytes (--max-bytes) if that is meant"});
  }
  std::vector<std::string> texts;
  texts.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string element = where + ": element " + std::to_string(i) + " (from 0)";
    texts.push_back(decode_text(stored.subspan(i * type.size(), type.size()), type, element));
  }
  return texts;
}

}  // namespace gradus::data
