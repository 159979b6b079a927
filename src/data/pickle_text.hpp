// The encodings of text and byte strings inside pickles. Each returns nothing when its input is malformed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "data/file_bytes.hpp"

namespace gradus::data {

/// Protocol 0's byte strings: a quoted Python literal with escapes.
std::optional<Bytes> decode_quoted(std::string_view literal);
/// Protocol 0's texts: Latin-1 with \uXXXX for the rest, as UTF-8; characters beyond Latin-1 are not accepted.
std::optional<Bytes> decode_raw_unicode(std::string_view text);
/// UTF-8 of Latin-1 characters, as one byte for each.
std::optional<Bytes> encode_latin1(std::span<const std::byte> utf8);

}  // namespace gradus::data
