// SPDX-License-Identifier: Apache-2.0
#include "data/file_bytes.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_too_large(const std::string& path, std::uint64_t max_bytes, const std::string& found) {
  throw InputError(ErrorParts{path, "at most " + std::to_string(max_bytes) + " bytes", found,
                              "raise data.max_bytes if that is meant"});
}

std::ifstream open_regular(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(ErrorParts{path, "a readable file", std::strerror(errno), "check its permissions"});
  return file;
}

Bytes read_regular(const std::string& path, std::uint64_t max_bytes) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  if (error) throw InputError(ErrorParts{path, "a readable file", error.message(), ""});
  if (size > max_bytes) fail_too_large(path, max_bytes, "a file of " + std::to_string(size));
  std::ifstream file = open_regular(path);
  Bytes bytes(static_cast<std::size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<std::uint64_t>(file.gcount()) != size) {
    throw InputError(ErrorParts{path, std::to_string(size) + " bytes", std::to_string(file.gcount()),
                                "the file changed or the disk failed while it was read"});
  }
  return bytes;
}

Bytes read_to_end(const std::string& path, std::uint64_t max_bytes) {
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  std::ifstream file = open_regular(path);
  Bytes bytes;
  for (;;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kPiece);
    file.read(reinterpret_cast<char*>(bytes.data() + before), kPiece);
    bytes.resize(before + static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > max_bytes) fail_too_large(path, max_bytes, "more");
    if (bytes.size() < before + kPiece) return bytes;
  }
}

Bytes read_pipe(const std::string& path, std::uint64_t max_bytes) {
  static std::mutex mutex;
  static std::map<std::string, Bytes> kept;
  const std::lock_guard lock(mutex);
  const auto known = kept.find(path);
  if (known != kept.end()) return known->second;
  return kept[path] = read_to_end(path, max_bytes);
}

}  // namespace

Bytes first_bytes(const std::string& path, std::size_t count) {
  std::ifstream file(path, std::ios::binary);
  Bytes bytes(count);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

Bytes read_file_bytes(const std::string& path, std::uint64_t max_bytes) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw InputError(ErrorParts{path, "a data file", "no such file", "check the path"});
  if (fs::is_regular_file(status)) return read_regular(path, max_bytes);
  if (fs::is_fifo(status) || fs::is_socket(status) || fs::is_character_file(status)) return read_pipe(path, max_bytes);
  throw InputError(ErrorParts{path, "a file or a pipe", fs::is_directory(status) ? "a folder" : "something else",
                              "give the path of the file itself"});
}

}  // namespace gradus::data
