// zstd files in memory, with sizes checked before memory is taken.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "data/file_bytes.hpp"

namespace gradus::data {

/// Whether a frame starts here, one of data or one to skip.
[[nodiscard]] bool is_zstd(std::span<const std::byte> packed);

/// The frames of `packed`, one or several, unpacked one after the other. Throws InputError when there is none, when one
/// is cut short or damaged, when other bytes follow the last, or when they unpack to more than `max_bytes`.
Bytes unzstd(std::span<const std::byte> packed, const std::string& name, std::uint64_t max_bytes);

/// At most `count` first unpacked bytes; fewer when there are not so many, or where damaged ones stand.
Bytes unzstd_prefix(std::span<const std::byte> packed, std::size_t count);

}  // namespace gradus::data
