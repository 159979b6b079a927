// Lines of a text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

namespace gradus::data {

/// Takes the first line off `text` and returns it without its end, which is LF, CR or CR LF.
inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  const bool two = text.substr(end).starts_with("\r\n");
  text.remove_prefix(std::min(end + (two ? 2 : 1), text.size()));
  return line;
}

/// `text` without the mark that UTF-8 may start with.
inline std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

}  // namespace gradus::data
