// Text in columns.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gradus {

/// Columns of equal width, two spaces apart: the first `left_columns` to the left, and with `last_left` the last one of
/// each row too, without blanks at the end; all others to the right. Control characters are shown as text.
std::string aligned_table(std::vector<std::vector<std::string>> rows, std::size_t left_columns = 1,
                          bool last_left = false);

}  // namespace gradus
