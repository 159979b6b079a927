// SPDX-License-Identifier: Apache-2.0
#include "report/run_watch.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "core/json_text.hpp"
#include "gradus/core/error.hpp"
#include "report/bundle_parts.hpp"
#include "report/run_records.hpp"

namespace gradus {
namespace {

using WatchJson = nlohmann::ordered_json;

std::size_t epoch_of(const WatchJson& object) {
  const auto found = object.find("epoch");
  return found != object.end() && found->is_number_unsigned() ? found->get<std::size_t>() : 0;
}

// Epochs after `last`, which then is the newest of them.
WatchJson epochs_after(const WatchJson& objects, std::size_t& last) {
  WatchJson newer = WatchJson::array();
  const std::size_t before = last;
  for (const WatchJson& object : objects) {
    if (epoch_of(object) <= before) continue;
    last = std::max(last, epoch_of(object));
    newer.push_back(object);
  }
  return newer;
}

}  // namespace

std::string server_sent_event(const std::string& name, const std::string& data, std::size_t id) {
  std::string text = "event: " + name + "\n";
  if (id > 0) text += "id: " + std::to_string(id) + "\n";
  return text + "data: " + data + "\n\n";  // JSON on one line: no line end can divide it
}

RunWatch::RunWatch(RecordFolder folder, std::size_t after)
    : folder_(std::move(folder)), last_epoch_(after), last_statistics_(after) {
  replaced(metrics_);
  replaced(statistics_);
  if (folder_kind(folder_.path) == FolderKind::kStudy) study_event();
}

bool RunWatch::replaced(Growing& file) const {
  struct stat status {};
  if (lstat(folder_.file(file.name).c_str(), &status) != 0) return false;
  const bool other = file.inode != 0 && file.inode != status.st_ino;
  const bool shorter = static_cast<std::size_t>(status.st_size) < file.offset;
  file.inode = status.st_ino;
  if (other || shorter) file.offset = 0;
  return other || shorter;
}

WatchJson RunWatch::new_lines(Growing& file) {
  WatchJson objects = WatchJson::array();
  std::string text;
  try {
    text = read_bounded(folder_.file(file.name), Links::kRefuse, file.offset).value_or("");
  } catch (const InputError&) {
    return objects;
  }
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string::npos) return objects;  // a line that is still being written waits for its end
    std::optional<WatchJson> object = parse_json(std::string_view(text).substr(start, end - start));
    if (object && object->is_object()) objects.push_back(*std::move(object));
    file.offset += end + 1 - start;
    start = end + 1;
  }
}

std::string RunWatch::epoch_event() {
  const bool rewritten = replaced(metrics_);
  replaced(statistics_);
  if (rewritten) {
    // The page reads the record anew; we go on from its present end.
    last_epoch_ = last_statistics_ = 0;
    epochs_after(new_lines(metrics_), last_epoch_);
    epochs_after(new_lines(statistics_), last_statistics_);
    return server_sent_event("reset", "{}");
  }
  const WatchJson metrics = epochs_after(new_lines(metrics_), last_epoch_);
  const WatchJson statistics = epochs_after(new_lines(statistics_), last_statistics_);
  if (metrics.empty() && statistics.empty()) return {};
  return server_sent_event("epochs", bundle_text({{"metrics", metrics}, {"statistics", statistics}}), last_epoch_);
}

std::string RunWatch::progress_event() {
  RecordFolder quiet = folder_;
  const WatchJson progress = read_record_object(quiet, "progress.json", 1);
  if (!progress.is_object()) return {};
  std::string text = bundle_text(progress);
  if (text == progress_) return {};
  progress_ = text;
  return server_sent_event("progress", text);
}

std::string RunWatch::study_event() {
  const std::int64_t modified =
      std::max(modified_seconds(folder_.file("study.sqlite")), modified_seconds(folder_.file("study.sqlite-wal")));
  const bool changed = study_modified_ != 0 && modified != study_modified_;
  study_modified_ = modified;
  return changed ? server_sent_event("reset", "{}") : "";
}

std::string RunWatch::poll() {
  std::string events;
  const bool is_study = folder_kind(folder_.path) == FolderKind::kStudy;
  // The state first: what is written before it changes is told before the change.
  const std::string state = is_study ? study_state(folder_) : run_state(folder_);
  if (is_study) {
    events += study_event();
  } else {
    events += epoch_event();
    if (state == "running") events += progress_event();
  }
  if (state != state_) {
    state_ = state;
    events += server_sent_event("state", bundle_text({{"state", state}}));
  }
  return events;
}

}  // namespace gradus
