// A folder of a command that keeps nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "gradus/core/error.hpp"

namespace gradus::cli {

/// An empty folder among the system's temporary ones, removed with the object. Throws RunError where there can be none.
class ScratchFolder {
 public:
  ScratchFolder() : path_((std::filesystem::temp_directory_path() / "gradus-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr)
      throw RunError(path_ + ": could not be created (" + std::strerror(errno) + ")");
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace gradus::cli
