// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace gradus::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The first of these that is set decides, as in setlocale().
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value(environment(name));
    if (value.empty()) continue;
    std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::tolower(c); });
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

Terminal terminal_of_stderr() {
  Terminal terminal;
  terminal.interactive = isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb";
  terminal.colour = terminal.interactive && environment("NO_COLOR").empty();
  terminal.braille = terminal.interactive && locale_is_utf8();
  return terminal;
}

std::size_t terminal_columns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

std::string cut_to_columns(const std::string& text, std::size_t columns) {
  std::string cut;
  std::size_t used = 0;
  bool escape = false;
  for (const char c : text) {
    if (c == '\033') escape = true;
    if (escape) {
      cut += c;
      if (std::isalpha(static_cast<unsigned char>(c)) != 0) escape = false;
      continue;
    }
    const bool continues = (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;  // not the first byte of a character
    if (!continues && used++ >= columns) used = columns + 1;
    if (used <= columns) cut += c;
  }
  return cut;
}

}  // namespace gradus::cli
