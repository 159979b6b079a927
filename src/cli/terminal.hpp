// What standard error can show.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace gradus::cli {

struct Terminal {
  bool interactive = false;  // a terminal that can draw a line again
  bool colour = false;       // and NO_COLOR is not set (https://no-color.org)
  bool braille = false;      // and its locale is UTF-8
};

Terminal terminal_of_stderr();
/// Columns of the terminal now, 80 where it does not say.
std::size_t terminal_columns();

/// `text` without what does not fit in `columns`; escape sequences take no room and stay.
std::string cut_to_columns(const std::string& text, std::size_t columns);

}  // namespace gradus::cli
