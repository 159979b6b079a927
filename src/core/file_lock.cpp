// SPDX-License-Identifier: Apache-2.0
#include "core/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/open_file.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace {

int open_lock(const std::string& path) {
  const int descriptor = open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK);
  const int reason = errno;
  struct stat status {};
  if (descriptor >= 0 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) return descriptor;
  if (descriptor >= 0) close(descriptor);
  if (descriptor >= 0 || reason == EISDIR || reason == ELOOP || reason == ENXIO) {
    throw InputError({.where = path,
                      .expected = "a file to lock, or none",
                      .found = "something else of that name",
                      .advice = "remove it"});
  }
  throw RunError(path + ": could not be created (" + std::strerror(reason) + "); free space or choose another folder");
}

// Between opening a file and locking it, its last holder may have removed it.
bool is_still_there(int descriptor, const std::string& path) {
  struct stat ours {};
  struct stat named {};
  return fstat(descriptor, &ours) == 0 && lstat(path.c_str(), &named) == 0 && ours.st_dev == named.st_dev &&
         ours.st_ino == named.st_ino;
}

int operation_of(FileLock::Share share) {
  return share == FileLock::Share::kAlone ? LOCK_EX : LOCK_SH;
}

}  // namespace

FileLock::FileLock(const std::string& path, Wait wait, Share share) {
  do {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = open_lock(path);
    held_ = lock(path, wait, share);
  } while (held_ && !is_still_there(descriptor_, path));
}

FileLock::~FileLock() {
  close(descriptor_);
}

bool FileLock::lock(const std::string& path, Wait wait, Share share) {
  int result = 0;
  do {
    result = flock(descriptor_, operation_of(share) | (wait == Wait::kYes ? 0 : LOCK_NB));
  } while (result != 0 && errno == EINTR);
  if (result == 0 || errno == EWOULDBLOCK) return result == 0;
  const int reason = errno;
  close(descriptor_);
  throw RunError(path + ": could not be locked (" + std::strerror(reason) +
                 "); choose a folder on a file system that keeps locks");
}

bool FileLock::change(Share share) {
  held_ = flock(descriptor_, operation_of(share) | LOCK_NB) == 0;
  return held_;
}

std::string FileLock::text() const {
  std::array<char, 200> bytes{};
  const ssize_t size = pread(descriptor_, bytes.data(), bytes.size(), 0);
  return {bytes.data(), static_cast<std::size_t>(size > 0 ? size : 0)};
}

void FileLock::set_text(const std::string& text) const {
  // Only told to people: a full disk is found out elsewhere.
  if (ftruncate(descriptor_, 0) == 0 && pwrite(descriptor_, text.data(), text.size(), 0) < 0) return;
}

}  // namespace gradus
