// What has arrived of a download, FILE.part. Somebody else may have put something under that name; it is opened in a
// way that writes into no other file, and by one process at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "data/file_bytes.hpp"

namespace gradus::cli {

class PartFile {
 public:
  /// Opens a plain file of this user that no other name leads to; links and all else of that name make way for a new
  /// file. Throws RunError: another process downloads it, or the folder lets nothing be made.
  explicit PartFile(std::string path);
  /// An empty one is not kept.
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Empties it. False where that fails; errno has the reason, as it has of append().
  bool restart();
  bool append(std::span<const std::byte> bytes);
  /// All of it, as it stands in the open file.
  [[nodiscard]] data::Bytes read_all() const;
  /// Gives it its final name. Throws RunError.
  void put_in_place(const std::string& name);

 private:
  /// Whether the open file can be written and still has its name.
  [[nodiscard]] bool is_own() const;

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace gradus::cli
