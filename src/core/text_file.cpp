// SPDX-License-Identifier: Apache-2.0
#include "core/text_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{64} << 20;

}  // namespace

std::optional<std::string> read_text_if_there(const std::string& path) {
  // To open a pipe would be to wait for whoever writes into it.
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // An empty file sets the stream's failure bit.
  if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf())) || file.bad()) return {};
  return text.str();
}

std::string read_text_file(const std::string& path, const std::string& expected) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 65536> piece;
  do {
    file.read(piece.data(), piece.size());
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  } while (file && text.size() <= kMaxTextBytes);
  if (text.size() <= kMaxTextBytes && file.is_open() && !file.bad()) return text;
  throw InputError({.where = path,
                    .expected = expected,
                    .found = file.is_open() && !file.bad() ? "more than 64 MiB" : "no file that can be read",
                    .advice = "check the path"});
}

std::uint64_t size_of_file(const std::string& path) {
  std::error_code failed;
  const std::uintmax_t size = std::filesystem::file_size(path, failed);
  return failed ? 0 : size;
}

void append_to_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::app | std::ios::binary);
  file << text;
  file.flush();
  if (file) return;
  throw RunError(path + ": could not be written (" + std::strerror(errno) + "); free space or choose another folder");
}

}  // namespace gradus
