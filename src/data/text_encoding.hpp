// Text files as UTF-8: byte order marks, UTF-16, and the one-byte encodings of western Europe.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gradus::data {

/// UTF-8 text without a byte order mark: a view of the bytes that were given, or of `converted`.
struct DecodedText {
  std::string converted;
  bool is_converted = false;
  std::string_view original;

  [[nodiscard]] std::string_view text() const { return is_converted ? std::string_view(converted) : original; }
};

/// `bytes` as UTF-8. `encoding` is auto (or empty), utf-8, utf-16, latin-1 or windows-1252. auto obeys a byte order
/// mark, recognises UTF-16 by its zero bytes, and takes what is not UTF-8 as windows-1252, of which Latin-1 text is a
/// part; guesses are added to `notes`. Different bytes stay different, so that no two names become one. Throws
/// InputError at binary data and at bytes that the encoding does not have.
DecodedText decode_text(std::string_view bytes, const std::string& name, const std::string& encoding,
                        std::vector<std::string>& notes);

}  // namespace gradus::data
