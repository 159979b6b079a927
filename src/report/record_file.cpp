// SPDX-License-Identifier: Apache-2.0
#include "report/record_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>

#include "core/json_text.hpp"
#include "core/open_file.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace {

using RecordJson = nlohmann::ordered_json;

constexpr std::size_t kMaxRecordBytes = std::size_t{64} << 20;

class Descriptor {
 public:
  // O_NONBLOCK: a pipe in a record's place must not keep us waiting.
  Descriptor(const std::string& path, Links links)
      : number_(open_file(path, O_RDONLY | O_NONBLOCK | (links == Links::kRefuse ? O_NOFOLLOW : 0))) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

// The disk or the system failed, not the file: a page without it would take the place of a whole one.
[[noreturn]] void fail_to_read(const std::string& path) {
  throw RunError(path + ": could not be read (" + std::strerror(errno) + "); try again, or check the disk");
}

bool is_nobodys_fault(int reason) {
  return reason == ENOENT || reason == ENOTDIR || reason == ELOOP || reason == EACCES || reason == EPERM ||
         reason == ENXIO || reason == ENAMETOOLONG;
}

}  // namespace

std::optional<std::string> read_bounded(const std::string& path, Links links, std::size_t offset) {
  const Descriptor file(path, links);
  if (file.number() < 0 && !is_nobodys_fault(errno)) fail_to_read(path);
  struct stat status {};
  if (file.number() < 0 || fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size <= offset) return std::string();
  if (size - offset > kMaxRecordBytes) {
    throw InputError({.where = std::filesystem::path(path).filename().string(),
                      .expected = "at most " + std::to_string(kMaxRecordBytes) + " bytes",
                      .found = std::to_string(size),
                      .advice = "it is no record of a run"});
  }
  std::string text(size - offset, '\0');
  lseek(file.number(), static_cast<off_t>(offset), SEEK_SET);
  const auto got = read_bytes(file.number(), std::as_writable_bytes(std::span(text.data(), text.size())));
  if (!got) fail_to_read(path);
  text.resize(*got);
  return text;
}

std::optional<std::string> read_record_text(RecordFolder& folder, const std::string& name) {
  try {
    std::optional<std::string> text =
        read_bounded(folder.file(name), folder.confined ? Links::kRefuse : Links::kFollow);
    std::error_code ignored;
    if (!text &&
        std::filesystem::symlink_status(folder.file(name), ignored).type() != std::filesystem::file_type::not_found) {
      folder.problems.push_back(name + ": expected a file that can be read, found something else; left out");
    }
    return text;
  } catch (const InputError& error) {
    folder.problems.emplace_back(error.what());
    return std::nullopt;
  }
}

RecordJson read_record_object(RecordFolder& folder, const std::string& name, int schema) {
  const std::optional<std::string> text = read_record_text(folder, name);
  if (!text) return nullptr;
  std::optional<RecordJson> object = parse_json(*text);
  if (!object || !object->is_object()) {
    folder.problems.push_back(name + ": expected a JSON object, found something else; left out");
    return nullptr;
  }
  const auto found = object->find("schema");
  if (found != object->end() && (!found->is_number_integer() || *found > schema)) {
    folder.problems.push_back(name + ": expected schema " + std::to_string(schema) + ", found " +
                              found->dump(-1, ' ', false, RecordJson::error_handler_t::replace) +
                              "; written by a newer version of Gradus, left out");
    return nullptr;
  }
  return *std::move(object);
}

RecordJson read_record_lines(RecordFolder& folder, const std::string& name) {
  RecordJson objects = RecordJson::array();
  const std::optional<std::string> text = read_record_text(folder, name);
  if (!text) return objects;
  std::size_t bad = 0;
  std::size_t first_bad = 0;
  std::size_t number = 0;
  for (std::size_t start = 0; start < text->size();) {
    ++number;
    const std::size_t end = text->find('\n', start);
    const bool whole = end != std::string::npos;
    const std::string_view line = std::string_view(*text).substr(start, whole ? end - start : std::string::npos);
    start = whole ? end + 1 : text->size();
    std::optional<RecordJson> object = parse_json(line);
    if (object && object->is_object() && whole) {
      objects.push_back(*std::move(object));
    } else if (start == text->size()) {
      folder.problems.push_back(name + ": the last line is torn and was left out");
    } else if (bad++ == 0) {
      first_bad = number;
    }
  }
  if (bad > 0) {
    folder.problems.push_back(name + ": " + std::to_string(bad) +
                              " lines are no JSON objects and were left out, line " + std::to_string(first_bad) +
                              " the first");
  }
  return objects;
}

std::int64_t modified_seconds(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 ? static_cast<std::int64_t>(status.st_mtime) : 0;
}

bool is_plain_file(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace gradus
