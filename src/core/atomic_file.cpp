// SPDX-License-Identifier: Apache-2.0
#include "core/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/open_file.hpp"
#include "core/this_process.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace {

constexpr std::string_view kTemporaryMark = ".tmp-";

// The rename is durable only once the folder that holds the name is flushed too.
void flush_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int descriptor = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

// A name that no other file being written has: of another machine, process or thread.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> count{0};
  constexpr std::size_t kLongestName = 255;
  const std::string end = fmt::format("{}{}-{}-{}", kTemporaryMark, host_name(), process_number(), ++count);
  const std::size_t name = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
  return path.substr(0, std::min(path.size(), name + kLongestName - end.size())) + end;
}

// Ends in the mark, a host and two numbers, or in the mark and one number, as older versions wrote it.
bool is_temporary(const std::string& name) {
  const std::size_t mark = name.rfind(kTemporaryMark);
  if (mark == std::string::npos) return false;
  const std::string end = name.substr(mark + kTemporaryMark.size());
  const std::size_t host = end.find_last_not_of("0123456789-");
  const std::string numbers = host == std::string::npos ? end : end.substr(host + 1);
  return !numbers.empty() && numbers.back() != '-';
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  open_temporary();
}

// Its lock says that we live: sweep_temporaries() tries it. Between opening and locking it may be swept.
void AtomicFile::open_temporary() {
  struct stat named {};
  do {
    if (descriptor_ >= 0) close(descriptor_);
    temporary_ = temporary_name(path_);
    descriptor_ = open_file(temporary_, O_WRONLY | O_CREAT | O_EXCL);
    if (descriptor_ < 0 && errno == EEXIST) continue;
    if (descriptor_ < 0) fail("created");
    while (flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
  } while (descriptor_ < 0 || lstat(temporary_.c_str(), &named) != 0);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  unlink(temporary_.c_str());
  close(descriptor_);
}

// Small pieces are gathered: a system call each would cost more than they do.
void AtomicFile::write(std::span<const std::byte> bytes) {
  constexpr std::size_t kGathered = 65536;
  if (gathered_.size() + bytes.size() > kGathered) hand_over();
  if (bytes.size() > kGathered) return hand_over(bytes);
  gathered_.insert(gathered_.end(), bytes.begin(), bytes.end());
}

void AtomicFile::hand_over() {
  hand_over(gathered_);
  gathered_.clear();
}

void AtomicFile::hand_over(std::span<const std::byte> bytes) {
  if (!write_bytes(descriptor_, bytes)) fail("written");
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::commit(Flush flush) {
  hand_over();
  if (flush == Flush::kYes && fsync(descriptor_) != 0) fail("flushed");
  // In place before it is closed: an open one is locked and not swept.
  const bool renamed = std::rename(temporary_.c_str(), path_.c_str()) == 0;
  const int reason = errno;
  if (!renamed) unlink(temporary_.c_str());
  close(std::exchange(descriptor_, -1));
  errno = reason;
  if (!renamed) fail("put in place");
  if (flush == Flush::kYes) flush_folder_of(path_);
}

void AtomicFile::fail(const char* action) {
  const std::string reason = std::strerror(errno);
  throw RunError(path_ + ": could not be " + action + " (" + reason +
                 "); an existing file is unchanged, free space or choose another place");
}

void write_file(const std::string& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

void sweep_temporaries(const std::string& folder) {
  std::error_code ignored;
  for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (!is_temporary(entry.path().filename().string())) continue;
    const int descriptor = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0) continue;
    struct stat status {};
    const bool is_left =
        fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    if (is_left) unlink(entry.path().c_str());
    close(descriptor);
  }
}

}  // namespace gradus
