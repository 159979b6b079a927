// What a TOML text may hold, looked at before the library sees it: toml++ makes a table within a table for every part
// of a dotted key, and walks them by recursion.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gradus {

constexpr std::size_t kMaxTomlBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxTomlDepth = 16;       // parts of a dotted key; lists and tables within each other
constexpr std::size_t kMaxTomlNameBytes = 256;  // of one part of a key; numbers too

/// Throws InputError with `path` and line for a text that exceeds these limits, and for the name of a table that goes
/// on in another line, which the library does not expect. What is no TOML in other ways is the library's business.
void check_toml_limits(std::string_view text, const std::string& path);

}  // namespace gradus
