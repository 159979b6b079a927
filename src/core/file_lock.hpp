// Who is alive: a process holds a lock on a file for as long as it works there. The system lets go of it however the
// process ends, so a dead one is known at once and a reused process id cannot deceive.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gradus {

/// An exclusive lock on a file that is made where it does not exist; held until destroyed.
class FileLock {
 public:
  enum class Wait { kNo, kYes };
  /// Throws RunError when the file cannot be made. Without waiting, held() tells whether the lock was free.
  FileLock(const std::string& path, Wait wait);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();
  [[nodiscard]] bool held() const { return held_; }

 private:
  int descriptor_ = -1;
  bool held_ = false;
};

}  // namespace gradus
