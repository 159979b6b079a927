// Files that are packed as a whole, with gzip or zstd: one door for all readers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "data/file_bytes.hpp"

namespace gradus::data {

/// What a file of `stored` bytes may unpack to: `max_bytes`, and where that is the default at most 100 times its size,
/// or 16 MiB.
std::uint64_t unpacked_limit(std::uint64_t stored, std::uint64_t max_bytes);

/// What the arrays or sparse rows of a file of `stored` bytes may take: the same with 128 MiB.
std::uint64_t spread_limit(std::uint64_t stored, std::uint64_t max_bytes);

/// By the first bytes, and for zstd by the name's ending too.
[[nodiscard]] bool is_packed(std::span<const std::byte> stored, std::string_view name);

/// `stored` as it is, or unpacked where it is packed. Throws InputError when it is damaged or unpacks to more than
/// unpacked_limit().
Bytes unpacked(Bytes stored, const std::string& name, std::uint64_t max_bytes);

/// At most `count` first bytes of what unpacked() would give; fewer where that fails.
Bytes unpacked_prefix(std::span<const std::byte> stored, std::string_view name, std::size_t count);

/// `name` without .gz or .zst at its end.
std::string_view without_packed_ending(std::string_view name);

}  // namespace gradus::data
