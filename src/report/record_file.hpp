// Record files as untrusted input: bounded in size and depth, whole or left out with a sentence that says why.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace gradus {

/// A folder whose records are read. `problems` collects sentences; they name files without the folder.
struct RecordFolder {
  std::string path;
  bool confined = false;  // symbolic links are not followed: nothing outside the folder is read
  std::vector<std::string> problems{};

  [[nodiscard]] std::string file(const std::string& name) const { return path + "/" + name; }
};

enum class Links : std::uint8_t { kFollow, kRefuse };

/// The text of a regular file of at most 64 MiB, from `offset` on. Nothing where there is none; throws InputError,
/// naming the file's last name, for one that is too large.
std::optional<std::string> read_bounded(const std::string& path, Links links, std::size_t offset = 0);
/// The text of one of the folder's files; nothing, and a problem where it is there, when it cannot be read.
std::optional<std::string> read_record_text(RecordFolder& folder, const std::string& name);

/// An object from the folder's file `name` whose "schema", if it has one, is at most `schema`; else null and a problem.
nlohmann::ordered_json read_record_object(RecordFolder& folder, const std::string& name, int schema);

/// The objects of a file of JSON lines, and problems for lines that are none: a last one that is torn, others.
nlohmann::ordered_json read_record_lines(RecordFolder& folder, const std::string& name);

/// Seconds since 1970 of the file's last change; 0 where there is none.
std::int64_t modified_seconds(const std::string& path);
bool is_plain_file(const std::string& path);

}  // namespace gradus
