// Quoting of CSV fields.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gradus {

/// `text`, in quotes (inner ones doubled) when it contains one of `special`.
inline std::string csv_field(const std::string& text, const char* special = ",\"\n") {
  if (text.find_first_of(special) == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace gradus
