// Text of files and users on a terminal: a name may hold characters that move the cursor or worse.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace gradus {

/// `text` with every control character as "\x1b" and the like; UTF-8 stays, but for the control characters U+0080 to
/// U+009F.
inline std::string printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool second =
        byte == 0xc2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xe0U) == 0x80;
    if (byte >= 0x20 && byte != 0x7f && !second) {
      shown += text[i];
      continue;
    }
    const auto code = second ? static_cast<unsigned char>(text[++i]) : byte;
    shown += {'\\', 'x', kDigits[code >> 4], kDigits[code & 15]};
  }
  return shown;
}

}  // namespace gradus
