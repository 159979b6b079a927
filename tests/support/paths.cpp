// SPDX-License-Identifier: Apache-2.0
#include "support/paths.hpp"

#include <cstdlib>
#include <stdexcept>

namespace gradus::test {

std::optional<std::filesystem::path> real_data(const std::string& relative) {
  const char* configured = std::getenv("GRADUS_DATA_DIR");
  const std::filesystem::path root = configured != nullptr
                                         ? std::filesystem::path(configured)
                                         : std::filesystem::path(GRADUS_SOURCE_DIR) / ".." / "shared" / "data";
  std::error_code ignored;
  if (!std::filesystem::exists(root / relative, ignored)) return std::nullopt;
  return std::filesystem::canonical(root / relative);
}

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "gradus-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace gradus::test
