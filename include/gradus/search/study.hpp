// A study: all trials of a search in a folder that several processes may work on. Results depend on the search file and
// the data alone, not on jobs, processes, interruptions or speed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gradus/search/importance.hpp"
#include "gradus/search/study_config.hpp"
#include "gradus/search/trial.hpp"
#include "gradus/training/run_record.hpp"

namespace gradus {

/// Where the whole study stands.
struct StudyProgress {
  std::size_t trials = 0;  // all that there will be
  std::size_t complete = 0;
  std::size_t pruned = 0;
  std::size_t failed = 0;
  std::size_t running = 0;
  double planned_epochs = 0.0;  // of all trainings, if none is stopped early by itself
  double done_epochs = 0.0;     // of finished rungs
  double elapsed_seconds = 0.0;
  std::optional<double> seconds_left;
  const TrialRecord* best = nullptr;
};

class StudyObserver {
 public:
  virtual ~StudyObserver() = default;
  /// One at a time, from any worker: a trial was finished by this process.
  virtual void on_trial(const TrialRecord& /*trial*/, const StudyProgress& /*progress*/) {}
  /// A few times a second.
  virtual void on_progress(const StudyProgress& /*progress*/) {}
  virtual void on_note(const std::string& /*sentence*/) {}
};

struct StudyRunOptions {
  unsigned jobs = 0;                        // trials at a time in this process; 0: one per core
  const std::atomic<bool>* stop = nullptr;  // save what runs and throw Interrupted
  StudyObserver* observer = nullptr;
};

/// What a study has found so far.
struct StudyRecord {
  StudyConfig config;
  std::vector<TrialRecord> trials;
  bool finished = false;
  std::vector<std::size_t> ranking;  // complete trials, best first
  std::vector<ParameterImportance> importance;
  std::string test_json;  // the winner on the test part, evaluated once; empty where there is none (yet)

  [[nodiscard]] const TrialRecord* best() const { return ranking.empty() ? nullptr : &trials[ranking.front()]; }
};

/// Begins the study of `config` in `folder`, or goes on with it when it is the same one, or the same one with more
/// trials, and `resume` is set.
/// Throws InputError where the folder holds something else, RunError when no trial was complete.
StudyRecord run_study(const StudyConfig& config, const std::string& file_name, const std::string& folder, bool resume,
                      const StudyRunOptions& options);
/// Goes on with the study in `folder`, with `trials` of them in all where that is not 0. Throws InputError for fewer
/// trials than it has, and for more where its sampler or scheduler fixed their number.
StudyRecord resume_study(const std::string& folder, const StudyRunOptions& options, std::uint64_t trials = 0);
/// Reads a study without changing it.
StudyRecord read_study(const std::string& folder);
/// What a search file stands for, without training anything.
struct StudyOutline {
  std::size_t trials = 0;
  double planned_epochs = 0.0;
  std::vector<Setting> first{};  // settings of the first trials, as far as they do not depend on results
};
StudyOutline outline_study(const StudyConfig& config);

/// One trial trained again by itself.
struct Replay {
  TrialRecord recorded;
  std::vector<RunResult> runs;
  std::string error;
  bool same = false;  // the same values, weights or error, to the bit
};
Replay replay_trial(const std::string& folder, std::size_t trial, const std::atomic<bool>* stop = nullptr);
/// A trial's configuration as a training file (its first repeat).
std::string trial_config(const std::string& folder, std::size_t trial);

/// study.json's object: docs/formats.md has the keys. With `folder`, the epochs of all trials too.
std::string study_json(const StudyRecord& record, const std::string& folder = {});

}  // namespace gradus
