// SPDX-License-Identifier: Apache-2.0
#include "data/text_encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/suggest.hpp"
#include "data/utf8.hpp"
#include "gradus/core/error.hpp"
#include "gradus/data/source.hpp"

namespace gradus::data {
namespace {

// Windows-1252 from 0x80 to 0x9f. Its five unused bytes are control characters, as browsers have them.
constexpr std::array<std::uint16_t, 32> kWindows1252 = {0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                        0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
                                                        0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                        0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

std::size_t line_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto feeds = std::count(before.begin(), before.end(), '\n');
  return static_cast<std::size_t>(feeds > 0 ? feeds : std::count(before.begin(), before.end(), '\r')) + 1;
}

std::string from_one_byte(std::string_view bytes, bool windows) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(text, windows && byte >= 0x80 && byte < 0xa0 ? kWindows1252[byte - 0x80U] : byte);
  }
  return text;
}

std::string from_utf16(std::string_view bytes, bool big_endian, const std::string& name) {
  const auto fail = [&name](std::size_t offset, const char* found) {
    throw InputError(ErrorParts{fmt::format("{}: offset {}", name, offset), "UTF-16", found,
                                "get the file again, or save it as UTF-8"});
  };
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<char32_t>(big_endian ? first << 8 | second : second << 8 | first);
  };
  if (bytes.size() % 2 != 0) fail(bytes.size(), "half a character at the end");
  std::string text;
  text.reserve(bytes.size() / 2 + bytes.size() / 8);
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    char32_t code = unit(at);
    if (is_surrogate(code)) {
      const char32_t low = at + 4 <= bytes.size() ? unit(at + 2) : 0;
      if (!is_surrogate_pair(code, low)) fail(at, "half a surrogate pair");
      code = join_surrogate_pair(code, low);
      at += 2;
    }
    append_utf8(text, code);
  }
  return text;
}

enum class ZeroBytes { kNone, kFirst, kSecond, kAnywhere };

/// Where zero bytes stand in the pairs of the first bytes: mostly-ASCII UTF-16 has them on one side, and often.
ZeroBytes zero_bytes(std::string_view bytes) {
  constexpr std::size_t kPrefix = 4096;
  const std::string_view start = bytes.substr(0, kPrefix);
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < start.size(); ++i) zeros[i % 2] += start[i] == '\0' ? 1 : 0;
  const std::size_t often = std::max<std::size_t>(start.size() / 4, 1);
  if (zeros[0] >= often && zeros[1] == 0) return ZeroBytes::kFirst;
  if (zeros[1] >= often && zeros[0] == 0) return ZeroBytes::kSecond;
  return bytes.find('\0') == std::string_view::npos ? ZeroBytes::kNone : ZeroBytes::kAnywhere;
}

DecodedText converted(std::string text, const std::string& name) {
  if (text.find('\0') != std::string::npos) {
    throw InputError(ErrorParts{name, "text", "zero characters", "check the file's type and ending"});
  }
  DecodedText decoded;
  decoded.converted = std::move(text);
  decoded.is_converted = true;
  return decoded;
}

DecodedText decode_utf16(std::string_view bytes, const std::string& name) {
  const bool big = bytes.starts_with("\xfe\xff");
  const bool marked = big || bytes.starts_with("\xff\xfe");
  if (marked) return converted(from_utf16(bytes.substr(2), big, name), name);
  return converted(from_utf16(bytes, zero_bytes(bytes) == ZeroBytes::kFirst, name), name);
}

DecodedText take_utf8(std::string_view bytes, const std::string& name, bool guess, std::vector<std::string>& notes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const std::size_t invalid = find_invalid_utf8(bytes);
  DecodedText decoded;
  decoded.original = bytes;
  if (invalid == std::string_view::npos) return decoded;
  const std::size_t line = line_at(bytes, invalid);
  if (!guess) {
    throw InputError(ErrorParts{fmt::format("{}: line {}", name, line), "UTF-8",
                                fmt::format("the byte 0x{:02x}", static_cast<unsigned char>(bytes[invalid])),
                                "set data.encoding to windows-1252 or latin-1"});
  }
  notes.push_back(fmt::format(
      "{}: line {} is not UTF-8; the file was read as windows-1252 (Latin-1), data.encoding can say otherwise", name,
      line));
  return converted(from_one_byte(bytes, true), name);
}

DecodedText decode_by_content(std::string_view bytes, const std::string& name, std::vector<std::string>& notes) {
  const std::string_view start = bytes.substr(0, 4);
  if (start == std::string_view("\xff\xfe\0\0", 4) || start == std::string_view("\0\0\xfe\xff", 4)) {
    throw InputError(ErrorParts{name, "UTF-8, UTF-16 or a one-byte encoding", "UTF-32", "save the file as UTF-8"});
  }
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff")) return decode_utf16(bytes, name);
  const ZeroBytes zeros = zero_bytes(bytes);
  if (zeros == ZeroBytes::kNone) return take_utf8(bytes, name, true, notes);
  if (zeros == ZeroBytes::kAnywhere || bytes.size() % 2 != 0) {
    throw InputError(ErrorParts{name, "text", "binary data", "check the file's type and ending"});
  }
  notes.push_back(fmt::format("{}: read as UTF-16, by its zero bytes; data.encoding can say otherwise", name));
  return decode_utf16(bytes, name);
}

}  // namespace

DecodedText decode_text(std::string_view bytes, const std::string& name, const std::string& encoding,
                        std::vector<std::string>& notes) {
  if (encoding.empty() || encoding == "auto") return decode_by_content(bytes, name, notes);
  if (std::find(kTextEncodings.begin(), kTextEncodings.end(), encoding) == kTextEncodings.end()) {
    throw unknown_name("data.encoding", encoding, kTextEncodings);
  }
  if (encoding == "utf-16") return decode_utf16(bytes, name);
  if (bytes.find('\0') != std::string_view::npos) {
    throw InputError(ErrorParts{name, "text in " + encoding, "zero bytes", "set data.encoding to auto or utf-16"});
  }
  if (encoding == "utf-8") return take_utf8(bytes, name, false, notes);
  return converted(from_one_byte(bytes, encoding == "windows-1252"), name);
}

}  // namespace gradus::data
