// Where tests find real data and may write.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace gradus::test {

/// $GRADUS_DATA_DIR, else ../shared/data beside the checkout, when `relative` exists there; nothing otherwise.
/// Callers skip by name: `const auto path = real_data("mnist"); if (!path) GTEST_SKIP() << "no mnist";`
std::optional<std::filesystem::path> real_data(const std::string& relative);

/// A fresh empty folder for one test, removed with the object.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace gradus::test
