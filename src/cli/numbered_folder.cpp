// SPDX-License-Identifier: Apache-2.0
#include "cli/numbered_folder.hpp"

#include <filesystem>

#include "gradus/core/error.hpp"

namespace gradus::cli {

std::string make_numbered_folder(const std::string& start) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path parent = fs::path(start + "1").parent_path();
  if (!parent.empty()) fs::create_directories(parent, error);
  for (int number = 1; !error; ++number) {
    std::string path = start + std::to_string(number);
    // Who makes a folder is alone with it: the system says so to one process only.
    if (fs::create_directory(path, error)) return path;
    // A file of that name is passed over, as a folder is.
    if (error && fs::exists(path)) error.clear();
  }
  throw RunError(start + "1: could not be created (" + error.message() + "); choose another folder with --out");
}

void remove_empty_folder(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) std::filesystem::remove(path, ignored);
}

}  // namespace gradus::cli
