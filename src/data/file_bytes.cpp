// SPDX-License-Identifier: Apache-2.0
#include "data/file_bytes.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "gradus/core/error.hpp"

namespace gradus::data {

Bytes read_file_bytes(const std::string& path, std::uint64_t max_bytes) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw InputError(ErrorParts{path, "a data file", "no such file", "check the path"});
  if (!fs::is_regular_file(status)) {
    throw InputError(ErrorParts{path, "a regular file", fs::is_directory(status) ? "a folder" : "something else",
                                "give the path of the file itself"});
  }
  const std::uint64_t size = fs::file_size(path, error);
  if (error) throw InputError(ErrorParts{path, "a readable file", error.message(), ""});
  if (size > max_bytes) {
    throw InputError(ErrorParts{path, "at most " + std::to_string(max_bytes) + " bytes",
                                "a file of " + std::to_string(size), "raise the limit if that is meant"});
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(ErrorParts{path, "a readable file", std::strerror(errno), "check its permissions"});
  Bytes bytes(static_cast<std::size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<std::uint64_t>(file.gcount()) != size) {
    throw InputError(ErrorParts{path, std::to_string(size) + " bytes", std::to_string(file.gcount()),
                                "the file changed or the disk failed while it was read"});
  }
  return bytes;
}

}  // namespace gradus::data
