// SPDX-License-Identifier: Apache-2.0
#include "core/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

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

std::vector<std::byte> read_bytes_if_there(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  std::vector<std::byte> bytes(size_of_file(path));
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()))) return {};
  return bytes;
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

void append_to_file(const std::string& path, std::string_view text, AfterAppending after) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  bool good = descriptor >= 0;
  while (good && !text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    good = written >= 0 || errno == EINTR;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (after == AfterAppending::kFlush) good = good && fdatasync(descriptor) == 0;
  const int reason = errno;
  if (descriptor >= 0) close(descriptor);
  if (good) return;
  throw RunError(path + ": could not be written (" + std::strerror(reason) + "); free space or choose another folder");
}

}  // namespace gradus
