// SPDX-License-Identifier: Apache-2.0
#include "core/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/open_file.hpp"
#include "gradus/core/error.hpp"

namespace gradus {

FileLock::FileLock(const std::string& path, Wait wait) : descriptor_(open_file(path, O_RDWR | O_CREAT)) {
  if (descriptor_ < 0) {
    throw RunError(path + ": could not be created (" + std::strerror(errno) + "); free space or choose another folder");
  }
  int result = 0;
  do {
    result = flock(descriptor_, LOCK_EX | (wait == Wait::kYes ? 0 : LOCK_NB));
  } while (result != 0 && errno == EINTR);
  held_ = result == 0;
}

FileLock::~FileLock() {
  close(descriptor_);
}

}  // namespace gradus
