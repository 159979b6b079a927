// One process, one folder of results: whoever writes a run's or study's records holds the folder's file "lock".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/file_lock.hpp"

namespace gradus {

/// The right to write into a folder, from its construction until it is destroyed or the process ends in whatever way.
/// The file "lock" is there for as long, or as a leftover that hinders nobody.
class FolderLock {
 public:
  using Share = FileLock::Share;
  /// Makes the folder where there is none, and then removes it again if nothing was put into it. Throws InputError
  /// where another process works there, RunError where folder or lock cannot be made.
  FolderLock(std::string folder, Share share);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();
  /// Lets others in beside us. Throws InputError where somebody who wants to be alone came first.
  void share();

 private:
  [[noreturn]] void refuse() const;
  void leave();
  std::string folder_;
  std::string made_;  // the outermost folder that we made
  std::optional<FileLock> lock_;
};

/// Whether the folder is missing or has nothing in it but a lock: nobody's results are in the way.
bool is_free_folder(const std::string& folder);

}  // namespace gradus
