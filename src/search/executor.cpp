// SPDX-License-Identifier: Apache-2.0
#include "search/executor.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <thread>

#include "core/median.hpp"
#include "gradus/core/error.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus {
namespace {

// How long a worker without a trial waits before it looks again for what other processes did.
constexpr std::chrono::milliseconds kPoll{50};

double spread_of(const std::vector<RunResult>& runs, double mean) {
  if (runs.size() < 2) return 0.0;
  double sum = 0.0;
  for (const RunResult& run : runs) sum += (run.value - mean) * (run.value - mean);
  return std::sqrt(sum / static_cast<double>(runs.size() - 1));
}

double epochs_of(const StudyConfig& config, const TrialRecord& trial) {
  const std::optional<std::size_t> own = config.space.find("training.epochs");
  const bool has_own = own && trial.setting[*own];
  return has_own ? number_in(*trial.setting[*own]) : static_cast<double>(config.base.training.epochs);
}

}  // namespace

double planned_epochs(const StudyConfig& config, const Planner& planner, const std::vector<TrialRecord>& trials) {
  if (!config.space.find("training.epochs")) return static_cast<double>(planned_epochs(planner.brackets()));
  double total = 0.0;
  for (const TrialRecord& trial : trials) total += epochs_of(config, trial);
  return total;
}

Executor::Executor(const StudyConfig& config, Planner& planner, StudyStore& store, Objective& objective,
                   std::function<void(const TrialRecord&)> on_new_trial)
    : config_(config),
      planner_(planner),
      store_(store),
      objective_(objective),
      on_new_trial_(std::move(on_new_trial)) {}

void Executor::run(const StudyRunOptions& options) {
  observer_ = options.observer;
  store_.worker();
  start_ = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    store_.transaction([this] { refresh(); });
    epochs_before_ = progress().done_epochs;
  }
  active_ = resolve_threads(options.jobs);
  std::vector<std::thread> workers;
  for (unsigned i = 0, jobs = active_; i < jobs; ++i) workers.emplace_back([this] { work(); });
  {
    std::unique_lock lock(mutex_);
    while (active_ > 0) {
      changed_.wait_for(lock, 2 * kPoll);
      if (options.stop != nullptr && options.stop->load(std::memory_order_relaxed)) stop_.store(true);
      if (observer_ != nullptr && active_ > 0) observer_->on_progress(progress());
    }
  }
  for (std::thread& worker : workers) worker.join();
  if (failure_) std::rethrow_exception(failure_);
  if (stop_.load()) throw Interrupted("interrupted");
}

void Executor::work() {
  try {
    while (!stop_.load(std::memory_order_relaxed)) {
      const std::optional<TrialTask> task = claim();
      if (!task) {
        std::unique_lock lock(mutex_);
        if (planner_.finished(trials_)) break;
        changed_.wait_for(lock, kPoll);
        continue;
      }
      const Clock::time_point start = Clock::now();
      const auto seconds = [&start] { return std::chrono::duration<double>(Clock::now() - start).count(); };
      try {
        const TrialOutcome outcome = objective_.run(*task, stop_);
        finish(*task, outcome, seconds());
      } catch (const Interrupted&) {
        release(*task);
      } catch (const StudyError&) {
        release(*task);
        throw;
      } catch (const Error& error) {
        fail(*task, error.what(), seconds());
      } catch (const std::bad_alloc&) {
        fail(*task, "not enough memory", seconds());
      }
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    stop_.store(true);
  }
  const std::lock_guard lock(mutex_);
  --active_;
  changed_.notify_all();
}

void Executor::refresh() {
  for (const std::size_t number : store_.load_changes(config_.space, trials_)) {
    planner_.require_possible(trials_[number], store_.folder());
  }
}

void Executor::take_over() {
  for (TrialRecord& trial : trials_) {
    if (trial.state != TrialState::kRunning || !store_.is_dead(trial.owner)) continue;
    trial.state = TrialState::kWaiting;
    trial.owner = 0;
    store_.save(config_.space, trial);
  }
}

std::vector<std::size_t> Executor::advance() {
  std::vector<std::size_t> changed = planner_.advance(trials_);
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  for (const std::size_t number : changed) store_.save(config_.space, trials_[number]);
  for (; announced_ < trials_.size(); ++announced_) {
    if (on_new_trial_) on_new_trial_(trials_[announced_]);
  }
  return changed;
}

std::optional<TrialTask> Executor::claim() {
  const std::lock_guard lock(mutex_);
  std::optional<TrialTask> task;
  store_.transaction([&] {
    refresh();
    take_over();
    advance();
    const auto ready = std::find_if(trials_.begin(), trials_.end(), [](const TrialRecord& t) { return t.ready(); });
    if (ready == trials_.end()) return;
    ready->state = TrialState::kRunning;
    ready->owner = store_.worker();
    store_.save(config_.space, *ready);
    task = make_task(*ready);
  });
  return task;
}

TrialTask Executor::make_task(const TrialRecord& trial) {
  const std::vector<Rung>& rungs = planner_.bracket_of(trial.number).rungs;
  TrialTask task{.trial = trial, .epochs = rungs[trial.rung].epochs, .last = trial.rung + 1 == rungs.size()};
  if (config_.options.scheduler == "median") task.thresholds = thresholds(planner_.known_before(trial.number));
  return task;
}

// The median of the complete trials of earlier generations, per epoch.
std::map<std::size_t, double> Executor::thresholds(std::size_t known) {
  if (known == thresholds_known_) return thresholds_;
  thresholds_known_ = known;
  thresholds_.clear();
  for (const auto& [epoch, values] : store_.values_by_epoch(known)) {
    if (epoch < config_.options.min_epochs || values.size() < config_.options.startup) continue;
    thresholds_[epoch] = median(values);
  }
  return thresholds_;
}

void Executor::settle(const TrialTask& task, const std::function<void(TrialRecord&)>& change) {
  const std::lock_guard lock(mutex_);
  const std::size_t number = task.trial.number;
  std::vector<std::size_t> touched;
  store_.transaction([&] {
    refresh();
    TrialRecord& trial = trials_[number];
    if (trial.state != TrialState::kRunning || trial.owner != store_.worker()) {
      throw StudyError("trial " + std::to_string(number) + ": was taken over by another process while it ran");
    }
    trial.owner = 0;
    change(trial);
    store_.save(config_.space, trial);
    touched = advance();
    if (std::find(touched.begin(), touched.end(), number) == touched.end()) touched.push_back(number);
  });
  for (const std::size_t n : touched) {
    if (!trials_[n].finished()) continue;
    objective_.discard(n);
    if (observer_ != nullptr) observer_->on_trial(trials_[n], progress());
  }
  changed_.notify_all();
}

void Executor::finish(const TrialTask& task, const TrialOutcome& outcome, double seconds) {
  settle(task, [&](TrialRecord& trial) {
    double sum = 0.0;
    for (std::size_t r = 0; r < outcome.runs.size(); ++r) {
      const std::size_t stored = r < trial.runs.size() ? trial.runs[r].epochs : 0;
      std::vector<EpochPoint> fresh;
      for (const EpochPoint& point : outcome.epochs[r]) {
        if (point.epoch > stored) fresh.push_back(point);
      }
      store_.save_epochs(trial.number, r, fresh);
      sum += outcome.runs[r].value;
    }
    const double value = sum / static_cast<double>(outcome.runs.size());
    trial.runs = outcome.runs;
    trial.parameters = outcome.parameters;
    trial.seconds += seconds;
    if (!std::isfinite(value)) {
      trial.state = TrialState::kFailed;
      trial.error = config_.options.objective + ": not a finite number";
      for (RunResult& run : trial.runs) run.value = 0.0;
      return;
    }
    trial.spread = spread_of(trial.runs, value);
    if (outcome.pruned) {
      trial.state = TrialState::kPruned;
      trial.value = value;
    } else {
      planner_.record_rung(trial, {.epochs = trial.epochs(), .value = value});
    }
  });
}

void Executor::fail(const TrialTask& task, const std::string& error, double seconds) {
  settle(task, [&](TrialRecord& trial) {
    trial.state = TrialState::kFailed;
    trial.error = error;
    trial.seconds += seconds;
  });
}

void Executor::release(const TrialTask& task) {
  settle(task, [](TrialRecord& trial) { trial.state = TrialState::kWaiting; });
}

StudyProgress Executor::progress() const {
  StudyProgress p;
  p.trials = planner_.num_trials();
  p.planned_epochs = gradus::planned_epochs(config_, planner_, trials_);
  double spared = 0.0;
  for (const TrialRecord& trial : trials_) {
    p.complete += trial.state == TrialState::kComplete ? 1 : 0;
    p.pruned += trial.state == TrialState::kPruned ? 1 : 0;
    p.failed += trial.state == TrialState::kFailed ? 1 : 0;
    p.running += trial.state == TrialState::kRunning ? 1 : 0;
    const auto done = static_cast<double>(trial.epochs());
    p.done_epochs += done;
    const bool by_itself = planner_.bracket_of(trial.number).rungs.size() == 1 && trial.finished();
    if (by_itself) spared += std::max(0.0, epochs_of(config_, trial) - done);
  }
  p.elapsed_seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double done_here = p.done_epochs - epochs_before_;
  if (done_here > 0.0) {
    const double left = std::max(0.0, p.planned_epochs - p.done_epochs - spared);
    p.seconds_left = p.elapsed_seconds * left / done_here;
  }
  p.best = planner_.best(trials_);
  return p;
}

}  // namespace gradus
