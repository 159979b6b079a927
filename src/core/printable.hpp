// Text of files and users on a terminal: a name may hold characters that move the cursor, change the title or turn the
// direction of what follows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace gradus {

/// `text` with every control character as "\x1b" and the like, and the separators of lines and the marks of direction
/// (U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069) as "\u202e"; other UTF-8 stays, but for the control
/// characters U+0080 to U+009F.
std::string printable(std::string_view text);

/// The same, but for the ends of lines: for text of several lines, whose pieces from files have passed printable()
/// where they must not begin a line.
std::string printable_lines(std::string_view text);

}  // namespace gradus
