// Which files hold text tables, as read_source() decides it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace gradus::data {

/// Whether read_source() reads the file `path`, whose unpacked bytes begin with `start`, as a table of text.
bool is_text_table(const std::string& path, std::span<const std::byte> start);

}  // namespace gradus::data
