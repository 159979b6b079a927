// A folder of this process for readers of files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "target.hpp"

namespace gradus::fuzz {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("gradus-fuzz-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string path() const { return path_.string(); }
  /// The file `name` with these bytes; without any there is no such file.
  void write(const std::string& name, Input bytes) const {
    std::error_code ignored;
    if (bytes.empty()) {
      std::filesystem::remove(path_ / name, ignored);
      return;
    }
    std::ofstream(path_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::filesystem::path path_;
};

/// One for all inputs.
inline const Folder& own_folder() {
  static const Folder kFolder;
  return kFolder;
}

}  // namespace gradus::fuzz
