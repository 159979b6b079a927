// SPDX-License-Identifier: Apache-2.0
#include "core/printable.hpp"

namespace gradus {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

struct Unseen {
  std::size_t num_bytes = 0;  // 0: a character that can be shown
  unsigned code = 0;
};

// The character that begins at `at`, where it must not reach a terminal.
Unseen unseen_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return {1, byte(0)};
  if (byte(0) == 0xc2 && (byte(1) & 0xe0U) == 0x80) return {2, byte(1)};
  if (byte(0) == 0xd8 && byte(1) == 0x9c) return {2, 0x61c};
  if (byte(0) != 0xe2 || (byte(1) & 0xfeU) != 0x80) return {};
  const unsigned code = 0x2000 + ((byte(1) & 1U) << 6) + (byte(2) & 0x3fU);
  const bool direction =
      code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return direction && (byte(2) & 0xc0U) == 0x80 ? Unseen{3, code} : Unseen{};
}

std::string shown(std::string_view text, bool keeps_lines) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const Unseen unseen = unseen_at(text, i);
    if (unseen.num_bytes == 0 || (keeps_lines && text[i] == '\n')) {
      result += text[i++];
      continue;
    }
    i += unseen.num_bytes;
    result += unseen.code < 0x100 ? "\\x" : "\\u";
    for (int shift = unseen.code < 0x100 ? 4 : 12; shift >= 0; shift -= 4) {
      result += kHexDigits[(unseen.code >> shift) & 15U];
    }
  }
  return result;
}

}  // namespace

std::string printable(std::string_view text) {
  return shown(text, false);
}

std::string printable_lines(std::string_view text) {
  return shown(text, true);
}

}  // namespace gradus
