// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/run_folder.hpp"

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/folder_lock.hpp"
#include "core/json_text.hpp"
#include "core/text_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/training/trainer.hpp"
#include "training/analysis_recorder.hpp"
#include "training/checkpoint.hpp"
#include "training/metrics_csv.hpp"
#include "training/progress_recorder.hpp"
#include "training/statistics_recorder.hpp"
#include "training/tensorboard.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;

// Everything that a run writes; --force removes these and nothing else.
constexpr const char* kOwnFiles[] = {"summary.json",    "model.safetensors", "metrics.jsonl",    "metrics.csv",
                                     "config.toml",     "certificate.json",  "statistics.jsonl", "analysis.json",
                                     "progress.json",   "report.html",       "origin.txt",       "folds.json",
                                     "out_of_fold.csv", "stated.txt"};
constexpr const char* kTensorBoard = "/tensorboard";
constexpr const char* kCheckpoints = "/checkpoint";
constexpr const char* kNewest = "/checkpoint/last.ckpt";
constexpr const char* kPrevious = "/checkpoint/previous.ckpt";
constexpr const char* kHistory = "/checkpoint/history.jsonl";
constexpr const char* kOldLock = "/checkpoint/lock";  // of older versions
constexpr const char* kOrigin = "/origin.txt";
constexpr const char* kStated = "/stated.txt";

[[noreturn]] void fail(const std::string& path, const char* action, const std::string& reason) {
  throw RunError(path + ": could not be " + action + " (" + reason + "); free space or choose another folder");
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) fail(path, "created", error.message());
}

[[noreturn]] void refuse_files(const std::string& path) {
  throw InputError({.where = path,
                    .expected = "a new or empty folder",
                    .found = "one with files",
                    .advice = "choose another --out, continue with --resume or overwrite with --force"});
}

void remove_own_files(const std::string& path) {
  std::error_code ignored;
  for (const char* name : kOwnFiles) fs::remove(path + "/" + name, ignored);
  for (const char* name : {kNewest, kPrevious, kHistory}) fs::remove(path + name, ignored);
  remove_event_files(path + kTensorBoard);
}

// What is no file (a folder, a pipe) would be found out when a record is to take its place.
void require_files(const std::string& path) {
  std::error_code ignored;
  const fs::file_status folder = fs::status(path + kCheckpoints, ignored);
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw InputError(
        {.where = path + kCheckpoints, .expected = "a folder or none", .found = "a file", .advice = "remove it"});
  }
  std::vector<std::string> names(std::begin(kOwnFiles), std::end(kOwnFiles));
  for (const char* name : {kNewest, kPrevious, kHistory}) names.emplace_back(name + 1);
  for (const std::string& name : names) {
    const fs::file_status status = fs::status(path + "/" + name, ignored);
    if (!fs::exists(status) || fs::is_regular_file(status)) continue;
    throw InputError({.where = path + "/" + name,
                      .expected = "a file or none",
                      .found = fs::is_directory(status) ? "a folder" : "a pipe or device",
                      .advice = "remove it"});
  }
}

}  // namespace

RunFolder::RunFolder(std::string path, Mode mode) : path_(std::move(path)), mode_(mode) {
  while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  std::error_code ignored;
  const bool exists = fs::exists(path_, ignored);
  if (mode == Mode::kResume) {
    if (!fs::is_regular_file(config_path(), ignored)) {
      throw InputError({.where = path_,
                        .expected = "a run folder with config.toml",
                        .found = exists ? "none" : "no such folder",
                        .advice = "start the run with --out"});
    }
  } else if (exists && !fs::is_directory(path_, ignored)) {
    throw InputError({.where = path_, .expected = "a folder", .found = "a file", .advice = "choose another --out"});
  }
  if (mode == Mode::kNew && !is_free_folder(path_)) refuse_files(path_);
  try {
    lock_ = std::make_unique<FolderLock>(path_, FolderLock::Share::kAlone);
  } catch (const RunError&) {
    // Of a run that is complete something is told even where nothing can be written.
    if (mode != Mode::kResume || completed_summary().empty()) throw;
  }
  // Another process may have begun and left a run here since we looked.
  if (mode == Mode::kNew && !is_free_folder(path_)) refuse_files(path_);
  require_files(path_);
}

RunFolder::~RunFolder() = default;

void begin_folds_folder(const std::string& path, const std::string& config, bool force) {
  std::error_code ignored;
  if (fs::exists(path + "/summary.json", ignored) || fs::exists(path + kCheckpoints, ignored)) {
    throw InputError({.where = path,
                      .expected = "a new folder or one of folds",
                      .found = "a single run's",
                      .advice = "choose another --out"});
  }
  if (!force && !is_free_folder(path)) refuse_files(path);
  make_folder(path);
  remove_own_files(path);
  write_file(path + kOrigin, fs::current_path(ignored).string() + "\n");
  write_file(path + "/config.toml", config);
}

std::string RunFolder::completed_summary() const {
  return read_text_if_there(path_ + "/summary.json").value_or("");
}

bool RunFolder::stopped_early() const {
  const std::optional<nlohmann::ordered_json> summary = parse_json(completed_summary());
  return summary && summary->is_object() && summary->value("stopped_early", nlohmann::ordered_json()) == true;
}

std::vector<std::byte> RunFolder::newest_checkpoint() const {
  bool damaged = false;
  for (const char* name : {kNewest, kPrevious}) {
    std::error_code ignored;
    if (!fs::exists(path_ + name, ignored)) continue;
    std::vector<std::byte> bytes = read_intact_checkpoint(path_ + name, path_ + kHistory);
    if (!bytes.empty()) return bytes;
    damaged = true;
  }
  if (!damaged) return {};
  throw InputError({.where = path_ + kCheckpoints,
                    .expected = "a whole checkpoint",
                    .found = "only torn or altered ones",
                    .advice = "train anew with --force"});
}

Next RunFolder::on_start(const StartEvent& event) {
  if (!lock_) lock_ = std::make_unique<FolderLock>(path_, FolderLock::Share::kAlone);
  std::error_code ignored;
  make_folder(path_ + kCheckpoints);
  stored_history_.reset();
  flushed_.reset();
  last_is_flushed_ = false;  // what an earlier process left may be damaged
  if (mode_ == Mode::kForce) remove_own_files(path_);
  fs::remove(path_ + kOldLock, ignored);
  sweep_temporaries(path_);
  sweep_temporaries(path_ + kCheckpoints);
  if (mode_ != Mode::kResume) {
    write_file(path_ + kOrigin,
               (event.run.origin.empty() ? fs::current_path(ignored).string() : event.run.origin) + "\n");
    write_file(config_path(), event.run.config);
    std::string stated;
    for (const std::string& key : event.run.stated) stated += key + "\n";
    write_file(path_ + kStated, stated);
  } else if (!completed_summary().empty()) {
    // More epochs. Without the summary, whatever config.toml says, the run is one that goes on from its checkpoint.
    for (const char* name : {"/summary.json", "/certificate.json"}) fs::remove(path_ + name, ignored);
  }
  // A page shows what was; that there is none says that the end's is still to be written.
  fs::remove(path_ + "/report.html", ignored);
  if (mode_ == Mode::kResume && read_text_if_there(config_path()).value_or("") != event.run.config) {
    write_file(config_path(), event.run.config);
  }
  // Lines after the checkpoint, torn or whole, are written again as their epochs are trained again.
  std::string lines;
  watched_ = event.run.watched();
  std::string table = metrics_csv_header(watched_);
  for (const EpochRecord& record : event.history) {
    lines += epoch_json(record) + "\n";
    table += metrics_csv_line(record, watched_);
  }
  write_file(path_ + "/metrics.jsonl", lines);
  write_file(path_ + "/metrics.csv", table);
  make_parts(event.run.records);
  for (const auto& part : parts_) part->on_start(event);
  return Next::kGoOn;
}

void RunFolder::make_parts(const RecordOptions& records) {
  parts_.clear();
  if (records.progress) parts_.push_back(std::make_unique<ProgressRecorder>(path_ + "/progress.json"));
  if (records.statistics) parts_.push_back(std::make_unique<StatisticsRecorder>(path_ + "/statistics.jsonl"));
  if (records.analysis) parts_.push_back(std::make_unique<AnalysisRecorder>(path_ + "/analysis.json"));
  if (records.tensorboard) parts_.push_back(std::make_unique<TensorBoardWriter>(path_ + kTensorBoard));
}

void RunFolder::on_weights(const WeightsEvent& event) {
  for (const auto& part : parts_) part->on_weights(event);
}

Next RunFolder::on_step(const StepEvent& event) {
  for (const auto& part : parts_) part->on_step(event);
  return Next::kGoOn;
}

Next RunFolder::on_epoch_end(const EpochRecord& record) {
  append_to_file(path_ + "/metrics.csv", metrics_csv_line(record, watched_));
  append_to_file(path_ + "/metrics.jsonl", epoch_json(record) + "\n");
  for (const auto& part : parts_) part->on_epoch_end(record);
  return Next::kGoOn;
}

// The first time whole, then what is new. Both checkpoints that are there have their history at its beginning, before
// and after.
void RunFolder::store_history(std::string_view history, bool flush) {
  const std::string path = path_ + kHistory;
  const std::optional<std::size_t> stored = std::exchange(stored_history_, std::nullopt);
  if (!stored) {
    write_file(path, history);
  } else if (flush || history.size() > *stored) {
    append_to_file(path, history.substr(*stored), flush ? AfterAppending::kFlush : AfterAppending::kGoOn);
  }
  stored_history_ = history.size();
}

// A kill loses nothing that the system was given; for power cuts the disk is waited for, but not more often than once a
// second, since that takes as long as thousands of small epochs. Of the two checkpoints one is always on the disk: the
// last one where it was waited for, and then it becomes the one before; else the one before, which stays.
// Between the two renames only `previous` exists, and a reader looks for it too.
Next RunFolder::on_checkpoint(const CheckpointEvent& event) {
  const auto now = std::chrono::steady_clock::now();
  const bool flush = !flushed_ || now - *flushed_ >= std::chrono::seconds(1);
  store_history(event.history, flush);
  AtomicFile file(path_ + kNewest);
  event.write_state([&file](std::span<const std::byte> piece) { file.write(piece); });
  std::error_code ignored;
  if (std::exchange(last_is_flushed_, false)) fs::rename(path_ + kNewest, path_ + kPrevious, ignored);
  // To replace a file is to wait for the disk too, on ext4; while it is away the one before is there.
  if (!flush) fs::remove(path_ + kNewest, ignored);
  file.commit(flush ? AtomicFile::Flush::kYes : AtomicFile::Flush::kNo);
  last_is_flushed_ = flush;
  if (flush) flushed_ = std::chrono::steady_clock::now();
  return Next::kGoOn;
}

void RunFolder::on_model(const Model& model) {
  for (const auto& part : parts_) part->on_model(model);
  write_model(path_ + "/model.safetensors", model);
}

void RunFolder::on_end(const RunRecord& record) {
  for (const auto& part : parts_) part->on_end(record);
  write_file(path_ + "/summary.json", summary_json(record) + "\n");
}

std::string run_origin(const std::string& folder) {
  std::string text = read_text_if_there(folder + kOrigin).value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string model_path(const std::string& run_or_model) {
  std::error_code ignored;
  if (!fs::is_directory(run_or_model, ignored)) return run_or_model;
  std::string path = run_or_model + "/model.safetensors";
  if (fs::exists(path, ignored)) return path;
  throw InputError({.where = run_or_model,
                    .expected = "a folder of a complete run",
                    .found = "no model.safetensors",
                    .advice = "finish it with `gradus train --resume " + run_or_model + "`"});
}

}  // namespace gradus
