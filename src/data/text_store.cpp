// SPDX-License-Identifier: Apache-2.0
#include "data/text_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "gradus/core/error.hpp"

namespace gradus::data {

std::string_view MemoryText::read(std::uint64_t offset, std::size_t count, std::string& buffer) const {
  const std::string_view text = text_.substr(offset, count);
  if (offset + count + kTextPadding <= text_.size()) return text;
  buffer.assign(text);
  buffer.resize(count + kTextPadding);
  return std::string_view(buffer).substr(0, count);
}

FileText::FileText(std::string path) : path_(std::move(path)) {
  descriptor_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (descriptor_ < 0 || fstat(descriptor_, &status) != 0) {
    const int reason = errno;
    if (descriptor_ >= 0) close(descriptor_);
    throw InputError(ErrorParts{path_, "a readable file", std::strerror(reason), "check its permissions"});
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

FileText::~FileText() {
  close(descriptor_);
}

std::string_view FileText::read(std::uint64_t offset, std::size_t count, std::string& buffer) const {
  if (buffer.size() < count + kTextPadding) buffer.resize(count + kTextPadding);
  std::size_t have = 0;
  while (have < count) {
    const auto at = static_cast<off_t>(start_ + offset + have);
    const ssize_t got = pread(descriptor_, buffer.data() + have, count - have, at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      throw InputError(ErrorParts{path_, std::to_string(size_) + " bytes", std::to_string(start_ + offset + have),
                                  "the file changed or the disk failed while it was read"});
    }
    have += static_cast<std::size_t>(got);
  }
  buffer[count] = '\0';
  return std::string_view(buffer).substr(0, count);
}

}  // namespace gradus::data
