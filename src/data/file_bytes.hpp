// Whole files in memory, with the user's limit checked before a byte is allocated.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gradus::data {

using Bytes = std::vector<std::byte>;

/// The bytes of the regular file `path`. Throws InputError when it is missing, no file, or larger than `max_bytes`.
Bytes read_file_bytes(const std::string& path, std::uint64_t max_bytes);

}  // namespace gradus::data
