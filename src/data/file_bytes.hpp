// Whole files in memory, with the user's limit checked before a byte is allocated.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gradus::data {

using Bytes = std::vector<std::byte>;

/// The bytes of `path`: a regular file, or a pipe (/dev/stdin, a shell's <(...)), which is read to its end. A pipe
/// gives its bytes once, so they are kept: reading the same path again in this process gives the same bytes. Throws
/// InputError when it is missing, a folder, or larger than `max_bytes`.
Bytes read_file_bytes(const std::string& path, std::uint64_t max_bytes);

/// At most `count` first bytes of a regular file; none where it cannot be read.
Bytes first_bytes(const std::string& path, std::size_t count);

}  // namespace gradus::data
