// Opening, reading and writing files where a signal, or a file system that is interrupted, is no reason to fail.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace gradus {

/// open() with these flags, closed in programs that are started, for the owner to write and all to read. Gives a
/// descriptor, or -1 with the reason in errno.
int open_file(const std::string& path, int flags);
/// Writes all of the bytes, in as many pieces as it takes; false with the reason in errno.
bool write_bytes(int descriptor, std::span<const std::byte> bytes);

/// Reads until `bytes` are full or the file ends; gives their number, or nothing with the reason in errno.
std::optional<std::size_t> read_bytes(int descriptor, std::span<std::byte> bytes);

}  // namespace gradus
