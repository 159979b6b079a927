// gzip, zlib streams and raw deflate in memory (over zlib), with sizes checked before memory is taken.
// A small file may unpack to thousands of times its size, so no output buffer is larger than what the file declares and
// what the caller allows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "data/file_bytes.hpp"

namespace gradus::data {

[[nodiscard]] bool is_gzip(std::span<const std::byte> packed);

/// The gzip members of `packed`, one or several, unpacked one after the other. Throws InputError when one is cut short
/// or damaged, when other bytes follow the last, or when they unpack to more than `max_bytes`.
Bytes gunzip(std::span<const std::byte> packed, const std::string& name, std::uint64_t max_bytes);

/// At most `count` first unpacked bytes of gzip members; fewer when it is shorter or damaged.
Bytes gunzip_prefix(std::span<const std::byte> packed, std::size_t count);

/// Unpacked size of the last member modulo 2^32 as its last four bytes state it (not to be trusted, but free).
std::uint32_t gzip_declared_size(std::span<const std::byte> packed);

enum class Wrapping { kZlib, kRaw };

/// At most `count` first unpacked bytes of a zlib or raw deflate stream.
Bytes inflate_prefix(std::span<const std::byte> packed, Wrapping wrapping, std::size_t count);

/// A stream that must unpack to exactly `size` bytes. The caller has checked `size` against its limit.
Bytes inflate_exactly(std::span<const std::byte> packed, Wrapping wrapping, std::uint64_t size,
                      const std::string& where);

}  // namespace gradus::data
