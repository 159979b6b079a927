// SPDX-License-Identifier: Apache-2.0
#include "core/text_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "gradus/core/error.hpp"

namespace gradus {

std::optional<std::string> read_text_if_there(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // An empty file sets the stream's failure bit; a folder cannot be opened or read.
  if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf())) || file.bad()) return {};
  return text.str();
}

std::string read_text_file(const std::string& path, const std::string& expected) {
  if (std::optional<std::string> text = read_text_if_there(path)) return *std::move(text);
  throw InputError(
      {.where = path, .expected = expected, .found = "no file that can be read", .advice = "check the path"});
}

void append_to_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << text;
  file.flush();
  if (file) return;
  throw RunError(path + ": could not be written (" + std::strerror(errno) + "); free space or choose another folder");
}

}  // namespace gradus
