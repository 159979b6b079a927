// SPDX-License-Identifier: Apache-2.0
#include "report/live_folder.hpp"

#include <algorithm>
#include <filesystem>

#include "core/json_text.hpp"
#include "gradus/core/error.hpp"
#include "report/run_records.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;
using LiveJson = nlohmann::ordered_json;

constexpr std::size_t kMaxFolderDepth = 4;
constexpr std::size_t kMaxEntries = 20000;
constexpr std::size_t kTailBytes = 8192;

std::int64_t newest_record(const std::string& path) {
  std::int64_t newest = 0;
  for (const char* name : {"progress.json", "metrics.jsonl", "summary.json", "config.toml", "study.sqlite",
                           "study.sqlite-wal", "reproduction.json", "certificate.json"}) {
    newest = std::max(newest, modified_seconds(path + "/" + name));
  }
  return newest;
}

// The number of epochs as config.toml was written by a run; 0 where it does not say. Reading the whole file as TOML a
// thousand times would make the list slow.
std::size_t planned_epochs_of(RecordFolder& folder) {
  const std::string text = read_record_text(folder, "config.toml").value_or("");
  const std::size_t place = text.find("\nepochs = ");
  return place == std::string::npos ? 0 : std::strtoull(text.c_str() + place + 10, nullptr, 10);
}

std::string entry_state(const RecordFolder& folder, FolderKind kind) {
  if (kind == FolderKind::kStudy) return study_state(folder);
  return kind == FolderKind::kRun ? run_state(folder) : "complete";
}

bool names_no_records(const std::string& name) {
  return name.starts_with(".") || name == "checkpoint" || name == "checkpoints" || name == "workers" ||
         name == "tensorboard";
}

}  // namespace

std::string folder_kind_name(FolderKind kind) {
  switch (kind) {
    case FolderKind::kRun:
      return "run";
    case FolderKind::kStudy:
      return "study";
    case FolderKind::kReproduction:
      return "reproduction";
    default:
      return "certificate";
  }
}

LiveJson last_record_line(const std::string& path) {
  std::error_code failed;
  const auto size = static_cast<std::size_t>(fs::file_size(path, failed));
  if (failed) return nullptr;
  const std::string text = read_bounded(path, Links::kRefuse, size > kTailBytes ? size - kTailBytes : 0).value_or("");
  const std::size_t end = text.rfind('\n');
  if (end == std::string::npos || end == 0) return nullptr;
  const std::size_t before = text.rfind('\n', end - 1);
  const std::size_t start = before == std::string::npos ? 0 : before + 1;
  const std::optional<LiveJson> object = parse_json(std::string_view(text).substr(start, end - start));
  return object && object->is_object() ? *object : LiveJson(nullptr);
}

namespace {

std::string existing_folder(const std::string& root) {
  std::error_code failed;
  const fs::path canonical = fs::canonical(root, failed);
  if (!failed && fs::is_directory(canonical)) return canonical.string();
  throw InputError({.where = root,
                    .expected = "a folder with runs",
                    .found = failed ? "none" : "a file",
                    .advice = "`gradus train --out runs/NAME` makes one"});
}

}  // namespace

LiveFolder::LiveFolder(const std::string& root, bool control)
    : root_(existing_folder(root)), shown_name_(fs::path(root_).filename().string()), control_(control) {}

RecordFolder LiveFolder::folder_of(const std::string& name) const {
  return {.path = name == "." ? root_ : root_ + "/" + name, .confined = true};
}

// Folders that are symbolic links are passed over: what they name lies elsewhere.
void LiveFolder::scan(const std::string& path, const std::string& name, std::size_t depth,
                      std::vector<Entry>& entries) const {
  const FolderKind kind = folder_kind(path);
  if (kind != FolderKind::kOther) {
    entries.push_back({.name = name.empty() ? "." : name, .kind = kind, .modified = newest_record(path)});
  }
  if (kind == FolderKind::kRun || depth == kMaxFolderDepth) return;
  std::error_code ignored;
  for (fs::directory_iterator entry(path, ignored), end; entry != end; entry.increment(ignored)) {
    if (entries.size() >= kMaxEntries) return;
    const std::string child = entry->path().filename().string();
    if (names_no_records(child) || entry->symlink_status(ignored).type() != fs::file_type::directory) continue;
    scan(path + "/" + child, name.empty() ? child : name + "/" + child, depth + 1, entries);
  }
}

std::vector<LiveFolder::Entry> LiveFolder::entries() const {
  std::vector<Entry> found;
  scan(root_, "", 0, found);
  std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) {
    return a.modified != b.modified ? a.modified > b.modified : a.name < b.name;
  });
  return found;
}

LiveJson LiveFolder::details(const Entry& entry) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(entry.name);
    if (known != known_.end() && known->second.modified == entry.modified) {
      return *parse_json(known->second.object);
    }
  }
  RecordFolder folder = folder_of(entry.name);
  const std::string state = entry_state(folder, entry.kind);
  const LiveJson last = last_record_line(folder.file("metrics.jsonl"));
  LiveJson object = {{"name", entry.name}, {"kind", folder_kind_name(entry.kind)}, {"state", state}};
  object["epoch"] = last.is_object() ? last.value("epoch", LiveJson(0)) : LiveJson(0);
  object["epochs"] = planned_epochs_of(folder);
  object["modified"] = entry.modified;
  object["last"] = last;
  // Seconds are coarse and a running run becomes a stopped one by waiting: only what is complete is remembered.
  if (state == "complete") {
    const std::lock_guard lock(mutex_);
    known_[entry.name] = {entry.modified, bundle_text(object)};
  }
  return object;
}

std::string LiveFolder::page_bundle() const {
  LiveJson bundle = empty_bundle(shown_name_, true);
  bundle["control"] = control_;
  return bundle_text(bundle);
}

std::string LiveFolder::list_json() {
  const std::vector<Entry> found = entries();
  const std::size_t shown = std::min(kMaxListed, found.size());
  LiveJson list = {{"schema", 1}, {"folder", shown_name_}, {"control", control_}, {"runs", LiveJson::array()}};
  for (std::size_t i = 0; i < shown; ++i) list["runs"].push_back(details(found[i]));
  list["left_out"] = found.size() - shown;
  return bundle_text(list);
}

std::optional<RecordFolder> LiveFolder::find(const std::string& name) {
  for (const Entry& entry : entries()) {
    if (entry.name == name) return folder_of(name);
  }
  return std::nullopt;
}

std::optional<std::string> LiveFolder::bundle(const std::vector<std::string>& names) {
  LiveJson bundle = empty_bundle(shown_name_, true);
  bundle["control"] = control_;
  const std::vector<Entry> found = entries();
  for (const std::string& name : names) {
    const auto is_it = [&](const Entry& entry) { return entry.name == name; };
    if (std::none_of(found.begin(), found.end(), is_it)) return std::nullopt;
    add_folder(bundle, folder_of(name), name);
  }
  return bundle_text(bundle);
}

}  // namespace gradus
