// SPDX-License-Identifier: Apache-2.0
#include "cli/part_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "gradus/core/error.hpp"

namespace gradus::cli {
namespace {

constexpr int kTries = 10;

[[noreturn]] void fail_part(const std::string& path, const char* expected, const std::string& found) {
  throw RunError(ErrorParts{path, expected, found, ""});
}

}  // namespace

bool PartFile::is_own() const {
  struct stat open_file {};
  struct stat named {};
  if (fstat(descriptor_, &open_file) != 0 || lstat(path_.c_str(), &named) != 0) return false;
  return S_ISREG(open_file.st_mode) && open_file.st_nlink == 1 && open_file.st_uid == geteuid() &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

PartFile::PartFile(std::string path) : path_(std::move(path)) {
  // Again where the name changes between the steps: another process has put its download in place, or made one.
  for (int i = 0; i < kTries; ++i) {
    // O_NONBLOCK: a pipe without a reader would hold us.
    descriptor_ = open(path_.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor_ < 0) {
      if (errno != ENOENT && unlink(path_.c_str()) != 0)
        fail_part(path_, "a file that can be written", std::strerror(errno));
      descriptor_ = open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
      if (descriptor_ < 0 && errno == EEXIST) continue;
      if (descriptor_ < 0) fail_part(path_, "a file that can be made", std::strerror(errno));
    }
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const bool busy = errno == EWOULDBLOCK;
      const std::string reason = busy ? "another process that downloads it" : std::strerror(errno);
      close(std::exchange(descriptor_, -1));
      fail_part(path_, "a download of its own", reason);
    }
    if (is_own()) {
      size_ = static_cast<std::uint64_t>(lseek(descriptor_, 0, SEEK_END));
      return;
    }
    unlink(path_.c_str());
    close(std::exchange(descriptor_, -1));
  }
  fail_part(path_, "a file that stays in its place", "another one each time");
}

PartFile::~PartFile() {
  if (descriptor_ < 0) return;
  if (size_ == 0) unlink(path_.c_str());
  close(descriptor_);
}

bool PartFile::restart() {
  if (ftruncate(descriptor_, 0) != 0 || lseek(descriptor_, 0, SEEK_SET) != 0) return false;
  size_ = 0;
  return true;
}

bool PartFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    size_ += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

data::Bytes PartFile::read_all() const {
  data::Bytes bytes(size_);
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t got = pread(descriptor_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    at += static_cast<std::size_t>(got);
  }
  bytes.resize(at);
  return bytes;
}

void PartFile::put_in_place(const std::string& name) {
  if (!is_own()) fail_part(path_, "the file that was downloaded", "another one");
  if (fsync(descriptor_) != 0 || std::rename(path_.c_str(), name.c_str()) != 0) {
    fail_part(name, "a file that can be put in place", std::strerror(errno));
  }
  close(std::exchange(descriptor_, -1));
}

}  // namespace gradus::cli
