// SPDX-License-Identifier: Apache-2.0
#include "core/this_process.hpp"

#include <unistd.h>

#include <array>
#include <cctype>

namespace gradus {

namespace {

std::string read_host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  constexpr std::size_t kMost = 40;
  std::string text = std::string(name.data()).substr(0, kMost);
  for (char& c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    if (!plain) c = '_';
  }
  return text.empty() ? "unknown" : text;
}

}  // namespace

std::string host_name() {
  static const std::string name = read_host_name();
  return name;
}

std::string process_number() {
  return std::to_string(getpid());
}

}  // namespace gradus
