// The study's database, study.sqlite in its folder: what was asked, every trial and every epoch. docs/formats.md has
// the schema. Members between begin and end of a transaction() see and change one consistent state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/file_lock.hpp"
#include "gradus/search/study_config.hpp"
#include "gradus/search/trial.hpp"
#include "search/sqlite.hpp"

namespace gradus {

/// What a study is: fixed when it begins.
struct StudyHeader {
  std::string file_name{};
  std::string file{};                   // the search file's text
  std::vector<std::string> settings{};  // --set
  std::string identity{};               // study_identity()
  std::string data_sha256{};            // of the base configuration's data set
  std::string objective{};              // "auto" filled in
  std::string origin{};                 // the folder that relative paths are meant in: where the study began
};

class StudyStore {
 public:
  static bool exists(const std::string& folder);
  /// StudyHeader::origin of the study in `folder`; nothing where none is complete, though one may be in the making.
  static std::optional<std::string> origin_of(const std::string& folder, const OnWait& on_wait = {});
  /// Makes the folder and an empty study in it. Nothing happens where the study exists already.
  static void create(const std::string& folder, const StudyHeader& header, const OnWait& on_wait = {});
  /// Opens a study. Throws InputError: none there, damaged, locked, of another version.
  StudyStore(std::string folder, Access access, OnWait on_wait = {});
  ~StudyStore();

  [[nodiscard]] const StudyHeader& header() const { return header_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// Replaces settings and identity: the study gets more trials, and is finished no longer.
  void extend(const std::vector<std::string>& settings, const std::string& identity);
  /// Whether no other process has extended the study since it was opened.
  [[nodiscard]] bool is_current() const;

  /// Runs `body` as one transaction that excludes other writers.
  void transaction(const std::function<void()>& body);
  /// What any process has stored since the last call, in ascending order of numbers; the first call gives all trials.
  /// Throws InputError for a trial that no search can have stored: of another number or state, with values outside the
  /// space, complete without a value.
  std::vector<TrialRecord> changes(const Space& space);
  /// Trials that this process has read or saved.
  [[nodiscard]] std::size_t num_trials() const { return num_trials_; }
  void save(const Space& space, const TrialRecord& trial);
  void save_epochs(std::size_t trial, std::size_t repeat, const std::vector<EpochPoint>& points);

  /// Epochs of one trial's repeat.
  [[nodiscard]] std::vector<EpochPoint> epochs(std::size_t trial, std::size_t repeat) const;
  /// Epochs and objectives of the complete trials first, ..., end - 1, first repeats.
  [[nodiscard]] std::vector<std::pair<std::size_t, double>> values_of(std::size_t first, std::size_t end) const;

  /// Makes this process known as a worker, once; gives its number.
  std::uint64_t worker();
  /// Whether the worker's process has ended.
  [[nodiscard]] bool is_dead(std::uint64_t worker) const;

 private:
  void read_header();
  [[nodiscard]] TrialRecord read_trial(const Space& space, const Statement& row) const;
  [[nodiscard]] std::string lock_path(std::uint64_t worker) const;

  std::string folder_;
  Database database_;
  StudyHeader header_;
  std::int64_t seen_revision_ = 0;
  std::size_t num_trials_ = 0;
  std::uint64_t worker_ = 0;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace gradus
