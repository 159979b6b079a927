// A small file, whole, or grown by a line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

/// The bytes of the regular file at `path`; nothing where there is none. Throws RunError for one that cannot be read:
/// the disk fails, or nobody may read it.
std::optional<std::string> read_text_if_there(const std::string& path);

/// The same as bytes, read once and in one piece: files may be large.
std::vector<std::byte> read_bytes_if_there(const std::string& path);

/// The bytes of the file at `path`. Throws InputError naming `expected` ("a TOML file") where it cannot be read, or has
/// more than 64 MiB.
std::string read_text_file(const std::string& path, const std::string& expected);

/// Bytes of the file at `path`; 0 where there is none.
std::uint64_t size_of_file(const std::string& path);

enum class AfterAppending : std::uint8_t { kGoOn, kFlush };

/// Adds `text` to the file's end and hands it to the system, or waits until it is on the disk. Throws RunError.
void append_to_file(const std::string& path, std::string_view text, AfterAppending after = AfterAppending::kGoOn);

}  // namespace gradus
