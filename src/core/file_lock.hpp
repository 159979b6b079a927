// Who is alive: a process holds a lock on a file for as long as it works there. The system lets go of it however the
// process ends, so a dead one is known at once and a reused process id cannot deceive.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace gradus {

/// A lock on a file that is made where it does not exist; held until destroyed. Whoever holds it alone may remove the
/// file: a lock on a file that is no longer there is taken anew.
class FileLock {
 public:
  enum class Wait { kNo, kYes };
  enum class Share {
    kAlone,   // nobody else holds it
    kBeside,  // others may hold it beside us
  };
  /// Throws RunError when the file cannot be made or its file system keeps no locks, InputError where something else
  /// than a file has its name. Without waiting, held() tells whether the lock was free.
  FileLock(const std::string& path, Wait wait, Share share = Share::kAlone);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();
  [[nodiscard]] bool held() const { return held_; }
  /// Without waiting, makes it one of the other kind; false: others hold it, and it is ours no longer.
  bool change(Share share);
  /// The file's text: what its holder wrote, cut at 200 bytes.
  [[nodiscard]] std::string text() const;
  void set_text(const std::string& text) const;

 private:
  bool lock(const std::string& path, Wait wait, Share share);
  int descriptor_ = -1;
  bool held_ = false;
};

}  // namespace gradus
