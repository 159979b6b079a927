// The runs, studies and reproductions below one folder, as the live view names and reads them. Whatever a request names
// is looked up in the list of what was found: no path is ever made from a request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "report/bundle_parts.hpp"

namespace gradus {

class LiveFolder {
 public:
  static constexpr std::size_t kMaxListed = 1000;
  static constexpr std::size_t kMaxInBundle = 20;

  /// Throws InputError when `root` is no folder.
  LiveFolder(const std::string& root, bool control);

  /// The bundle that the page starts with: live, without sources.
  [[nodiscard]] std::string page_bundle() const;
  /// The list of docs/report.md, newest first.
  std::string list_json();
  /// The bundle of these entries; nothing when one of them is not there.
  std::optional<std::string> bundle(const std::vector<std::string>& names);
  /// The folder of an entry.
  std::optional<RecordFolder> find(const std::string& name);

 private:
  struct Entry {
    std::string name;
    FolderKind kind = FolderKind::kOther;
    std::int64_t modified = 0;
  };
  struct Details {
    std::int64_t modified = 0;
    std::string object;  // as JSON
  };
  void scan(const std::string& path, const std::string& name, std::size_t depth, std::vector<Entry>& entries) const;
  [[nodiscard]] std::vector<Entry> entries() const;
  nlohmann::ordered_json details(const Entry& entry);
  [[nodiscard]] RecordFolder folder_of(const std::string& name) const;

  std::string root_;
  std::string shown_name_;
  bool control_;
  std::mutex mutex_;
  std::map<std::string, Details> known_;  // of entries that no longer change
};

/// "run", "study", "reproduction", "certificate".
std::string folder_kind_name(FolderKind kind);

/// The last whole line of the file that is a JSON object, read from its end; null where there is none.
nlohmann::ordered_json last_record_line(const std::string& path);

}  // namespace gradus
