// Workers of one process on a study: each claims a trial, runs it to the end of its rung and stores the outcome. What
// follows from an outcome is decided by the planner in the same transaction, by whichever process comes first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "core/median.hpp"
#include "gradus/search/study.hpp"
#include "search/objective.hpp"
#include "search/planner.hpp"
#include "search/study_store.hpp"

namespace gradus {

/// Epochs that a study trains per repeat when nothing stops early; where settings have their own training.epochs, those
/// of the trials that are chosen.
double planned_epochs(const StudyConfig& config, const Planner& planner, const TrialTable& trials);

class Executor {
 public:
  /// `on_new_trial` hears of every trial once, before it or a later one runs.
  Executor(const StudyConfig& config, Planner& planner, StudyStore& store, Objective& objective,
           std::function<void(const TrialRecord&)> on_new_trial = {});

  /// Until every trial is finished. Throws Interrupted when asked to stop, and what a worker could not handle.
  void run(const StudyRunOptions& options);
  [[nodiscard]] const TrialTable& trials() const { return trials_; }
  /// The median rule's thresholds by epoch for a trial that may know of the first `known` ones.
  std::map<std::size_t, double> thresholds(std::size_t known);

 private:
  using Clock = std::chrono::steady_clock;

  void work();
  std::optional<TrialTask> claim();
  TrialOutcome run_trial(const TrialTask& task);
  void finish(const TrialTask& task, const TrialOutcome& outcome, double seconds);
  void fail(const TrialTask& task, const std::string& error, double seconds);
  void release(const TrialTask& task);
  /// Changes the record of a trial that this process runs, and stores what follows.
  void settle(const TrialTask& task, const std::function<void(TrialRecord&)>& body);
  // Takes what other processes have stored since the last time.
  void refresh();
  [[nodiscard]] bool has_work() const;
  void choose_trials();
  // What follows is part of a transaction.
  void store_new_trials();
  void take_over();
  // Changes the record of a trial that was loaded, and stores it.
  void change(TrialRecord trial);
  std::vector<std::size_t> decide();
  // The transaction is done: its finished trials.
  void announce(const std::vector<std::size_t>& changed);
  TrialTask make_task(const TrialRecord& trial);
  [[nodiscard]] StudyProgress progress() const;

  const StudyConfig& config_;
  Planner& planner_;
  StudyStore& store_;
  Objective& objective_;
  std::function<void(const TrialRecord&)> on_new_trial_;
  StudyObserver* observer_ = nullptr;

  std::mutex mutex_;  // everything below
  std::condition_variable changed_;
  TrialTable trials_;
  bool broken_ = false;  // a step failed; this process ends
  std::size_t known_to_listener_ = 0;
  std::size_t thresholds_known_ = 0;
  std::map<std::size_t, RunningMedian> medians_;  // by epoch
  std::map<std::size_t, double> thresholds_;
  std::exception_ptr failure_;
  unsigned active_ = 0;
  std::atomic<bool> stop_{false};
  Clock::time_point start_;
  double epochs_before_ = 0.0;
  double planned_epochs_ = 0.0;  // of the brackets
};

}  // namespace gradus
