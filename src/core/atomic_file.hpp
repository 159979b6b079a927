// Files appear whole or not at all: written beside their place, flushed to the disk, then renamed over it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gradus {

/// A file being written; commit() puts it in place. Destroyed without commit, it leaves nothing behind and an existing
/// file of that name as it was; a process that is killed leaves PATH.tmp-HOST-PROCESS-N. All members throw RunError
/// naming the path and the system's reason.
class AtomicFile {
 public:
  enum class Flush { kYes, kNo };  // kNo: after a power cut the file may be empty or the old one
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void commit(Flush flush = Flush::kYes);

 private:
  void open_temporary();
  void hand_over();
  void hand_over(std::span<const std::byte> bytes);
  [[noreturn]] void fail(const char* action);
  std::string path_;
  std::string temporary_;
  std::vector<std::byte> gathered_;
  int descriptor_ = -1;
};

/// Writes the whole text as `path`.
void write_file(const std::string& path, std::string_view text);

/// Removes what killed processes left of such files in `folder`; those of living ones, on this machine or another,
/// stay.
void sweep_temporaries(const std::string& folder);

}  // namespace gradus
