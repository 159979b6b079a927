// SPDX-License-Identifier: Apache-2.0
#include "core/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>

#include "core/open_file.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{64} << 20;

}  // namespace

std::optional<std::string> read_text_if_there(const std::string& path) {
  // To open a pipe would be to wait for whoever writes into it.
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  const auto fail = [&path] {
    throw RunError(path + ": could not be read (" + std::strerror(errno) + "); check its permissions and the disk");
  };
  const int descriptor = open_file(path, O_RDONLY);
  if (descriptor < 0 && errno == ENOENT) return {};
  if (descriptor < 0) fail();
  std::string text;
  std::array<char, 65536> piece;
  std::optional<std::size_t> got;
  do {
    got = read_bytes(descriptor, std::as_writable_bytes(std::span(piece)));
    text.append(piece.data(), got.value_or(0));
  } while (got == piece.size());
  const int reason = errno;
  close(descriptor);
  errno = reason;
  if (!got) fail();
  return text;
}

std::vector<std::byte> read_bytes_if_there(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  std::vector<std::byte> bytes(size_of_file(path));
  const int descriptor = open_file(path, O_RDONLY);
  if (descriptor < 0 && errno == ENOENT) return {};
  const std::optional<std::size_t> got = descriptor < 0 ? std::nullopt : read_bytes(descriptor, bytes);
  const int reason = errno;
  if (descriptor >= 0) close(descriptor);
  if (!got) {
    throw RunError(path + ": could not be read (" + std::strerror(reason) + "); check its permissions and the disk");
  }
  bytes.resize(*got);
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
  const int descriptor = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
  bool good = descriptor >= 0 && write_bytes(descriptor, std::as_bytes(std::span(text)));
  if (after == AfterAppending::kFlush) good = good && fdatasync(descriptor) == 0;
  const int reason = errno;
  if (descriptor >= 0) close(descriptor);
  if (good) return;
  throw RunError(path + ": could not be written (" + std::strerror(reason) + "); free space or choose another folder");
}

}  // namespace gradus
