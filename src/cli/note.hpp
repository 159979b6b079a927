// Text for people. What files and users put into it cannot move the cursor: control characters are shown as text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "core/printable.hpp"

namespace gradus::cli {

/// On standard output.
template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  fmt::print("{}", printable_lines(fmt::format(format, std::forward<Args>(args)...)));
}

/// Data on standard output: as they are, but on a terminal as people need them.
inline void print_data(std::string_view text) {
  if (isatty(STDOUT_FILENO) != 0) {
    say("{}", text);
  } else {
    fmt::print("{}", text);
  }
}

/// On standard error. It never fails: a log that cannot be written must not end a training.
template <class... Args>
void note(fmt::format_string<Args...> format, Args&&... args) {
  std::fputs(printable_lines(fmt::format(format, std::forward<Args>(args)...)).c_str(), stderr);
}

/// Over the line of the terminal that is standard error, by the program's own escape sequences.
inline void draw_line(const std::string& text) {
  std::fputs(("\r\033[K" + text).c_str(), stderr);
}

}  // namespace gradus::cli
