// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/error.hpp"

namespace gradus {

std::string error_sentence(const ErrorParts& parts) {
  std::string sentence = parts.where;
  const auto append = [&sentence](const char* separator, const std::string& text) {
    if (text.empty()) return;
    if (!sentence.empty()) sentence += separator;
    sentence += text;
  };
  append(": ", parts.expected.empty() ? std::string() : "expected " + parts.expected);
  append(parts.expected.empty() ? ": " : ", ", parts.found.empty() ? std::string() : "found " + parts.found);
  append("; ", parts.advice);
  return sentence;
}

}  // namespace gradus
