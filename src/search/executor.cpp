// SPDX-License-Identifier: Apache-2.0
#include "search/executor.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <set>
#include <thread>

#include "gradus/core/error.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus {
namespace {

// How long a worker without a trial waits before it looks again for what other processes did.
constexpr std::chrono::milliseconds kPoll{50};
// Records that a transaction changes at most, beside the one of its own trial: a few milliseconds, after which other
// processes have their turn.
constexpr std::size_t kMostChanges = 200;

double spread_of(const std::vector<RunResult>& runs, double mean) {
  if (runs.size() < 2) return 0.0;
  double sum = 0.0;
  for (const RunResult& run : runs) sum += (run.value - mean) * (run.value - mean);
  return std::sqrt(sum / static_cast<double>(runs.size() - 1));
}

// Work on the table and the database. Where it fails, the table may hold what the database does not: it is broken, and
// nothing may follow from it any more.
class Step {
 public:
  explicit Step(bool& broken) : broken_(broken), before_(std::uncaught_exceptions()) {}
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step() { broken_ = std::uncaught_exceptions() > before_; }

 private:
  bool& broken_;
  int before_;
};

}  // namespace

double planned_epochs(const StudyConfig& config, const Planner& planner, const TrialTable& trials) {
  if (config.space.find("training.epochs")) return trials.whole_epochs();
  return static_cast<double>(planned_epochs(planner.brackets()));
}

Executor::Executor(const StudyConfig& config, Planner& planner, StudyStore& store, Objective& objective,
                   std::function<void(const TrialRecord&)> on_new_trial)
    : config_(config),
      planner_(planner),
      store_(store),
      objective_(objective),
      on_new_trial_(std::move(on_new_trial)),
      trials_(config, planner.brackets()) {}

void Executor::run(const StudyRunOptions& options) {
  observer_ = options.observer;
  planned_epochs_ = static_cast<double>(gradus::planned_epochs(planner_.brackets()));
  store_.worker();
  start_ = Clock::now();
  {
    const std::lock_guard lock(mutex_);
    refresh();
    epochs_before_ = trials_.done_epochs();
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
      std::optional<TrialOutcome> outcome;
      std::string error;
      try {
        outcome = run_trial(*task);
      } catch (const Interrupted&) {
        release(*task);
        continue;
      } catch (const StudyError&) {
        release(*task);
        throw;
      } catch (const Error& failure) {
        error = failure.what();
      } catch (const std::bad_alloc&) {
        error = "not enough memory";
      }
      // What goes wrong from here on is not the trial's fault.
      if (outcome) {
        finish(*task, *outcome, seconds());
      } else {
        fail(*task, error, seconds());
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

// What fails before it trains, or for want of memory, is tried once more: a trial fails for what it is, not for what
// the machine did at that moment.
TrialOutcome Executor::run_trial(const TrialTask& task) {
  try {
    return objective_.run(task, stop_);
  } catch (const InputError&) {
  } catch (const std::bad_alloc&) {
  }
  return objective_.run(task, stop_);
}

void Executor::refresh() {
  for (TrialRecord& trial : store_.changes(config_.space)) {
    planner_.require_possible(trial, store_.folder());
    trials_.put(std::move(trial));
  }
}

bool Executor::has_work() const {
  const auto is_dead = [this](std::size_t number) { return store_.is_dead(trials_[number].owner); };
  return !trials_.ready().empty() || trials_.due() || planner_.can_choose(trials_) ||
         std::ranges::any_of(trials_.running(), is_dead);
}

// Outside of any transaction: the choice is the same whoever makes it, and where another process has stored it
// meanwhile its record replaces this one.
void Executor::choose_trials() {
  if (!trials_.ready().empty()) return;
  for (std::size_t i = 0; i < kMostChanges && planner_.can_choose(trials_); ++i) trials_.put(planner_.choose(trials_));
}

void Executor::store_new_trials() {
  while (store_.num_trials() < trials_.size()) store_.save(config_.space, trials_[store_.num_trials()]);
}

void Executor::change(TrialRecord trial) {
  store_.save(config_.space, trial);
  trials_.put(std::move(trial));
}

void Executor::take_over() {
  const std::set<std::size_t> running = trials_.running();
  for (const std::size_t number : running) {
    if (!store_.is_dead(trials_[number].owner)) continue;
    TrialRecord trial = trials_[number];
    trial.state = TrialState::kWaiting;
    trial.owner = 0;
    change(std::move(trial));
  }
}

std::vector<std::size_t> Executor::decide() {
  std::vector<std::size_t> changed = planner_.decide(trials_, kMostChanges);
  for (const std::size_t number : changed) store_.save(config_.space, trials_[number]);
  return changed;
}

void Executor::announce(const std::vector<std::size_t>& changed) {
  for (const std::size_t number : changed) {
    if (!trials_[number].finished()) continue;
    objective_.discard(number);
    if (observer_ != nullptr) observer_->on_trial(trials_[number], progress());
  }
  changed_.notify_all();
}

std::optional<TrialTask> Executor::claim() {
  const std::lock_guard lock(mutex_);
  if (broken_) return std::nullopt;
  const Step step(broken_);
  while (true) {
    // What others did is read before the transaction as far as possible: it keeps nobody out.
    refresh();
    if (!has_work()) return std::nullopt;
    choose_trials();
    std::optional<std::size_t> claimed;
    std::vector<std::size_t> decided;
    store_.transaction([&] {
      refresh();
      take_over();
      store_new_trials();
      decided = decide();
      if (trials_.ready().empty()) return;
      claimed = *trials_.ready().begin();
      TrialRecord trial = trials_[*claimed];
      trial.state = TrialState::kRunning;
      trial.owner = store_.worker();
      change(std::move(trial));
    });
    announce(decided);
    if (claimed) return make_task(trials_[*claimed]);
  }
}

TrialTask Executor::make_task(const TrialRecord& trial) {
  for (; known_to_listener_ < trials_.size(); ++known_to_listener_) {
    if (on_new_trial_) on_new_trial_(trials_[known_to_listener_]);
  }
  const std::vector<Rung>& rungs = planner_.bracket_of(trial.number).rungs;
  TrialTask task{.trial = trial, .epochs = rungs[trial.rung].epochs, .last = trial.rung + 1 == rungs.size()};
  if (config_.options.scheduler == "median") task.thresholds = thresholds(planner_.known_before(trial.number));
  return task;
}

// The median of the complete trials of earlier generations, per epoch.
std::map<std::size_t, double> Executor::thresholds(std::size_t known) {
  if (known == thresholds_known_) return thresholds_;
  if (known < thresholds_known_) {
    medians_.clear();
    thresholds_known_ = 0;
  }
  for (const auto& [epoch, value] : store_.values_of(thresholds_known_, known)) medians_[epoch].add(value);
  thresholds_known_ = known;
  thresholds_.clear();
  for (const auto& [epoch, values] : medians_) {
    if (epoch < config_.options.min_epochs || values.size() < config_.options.startup) continue;
    thresholds_[epoch] = values.value();
  }
  return thresholds_;
}

void Executor::settle(const TrialTask& task, const std::function<void(TrialRecord&)>& body) {
  const std::lock_guard lock(mutex_);
  if (broken_) return;
  const Step step(broken_);
  const std::size_t number = task.trial.number;
  std::vector<std::size_t> touched;
  refresh();
  store_.transaction([&] {
    refresh();
    TrialRecord trial = trials_[number];
    if (trial.state != TrialState::kRunning || trial.owner != store_.worker()) {
      throw StudyError("trial " + std::to_string(number) + ": was taken over by another process while it ran");
    }
    trial.owner = 0;
    body(trial);
    change(std::move(trial));
    touched = decide();
  });
  if (std::ranges::find(touched, number) == touched.end()) touched.push_back(number);
  announce(touched);
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
  p.complete = trials_.count(TrialState::kComplete);
  p.pruned = trials_.count(TrialState::kPruned);
  p.failed = trials_.count(TrialState::kFailed);
  p.running = trials_.count(TrialState::kRunning);
  p.planned_epochs = planned_epochs_;
  if (config_.space.find("training.epochs") && trials_.size() > 0) {
    // Those to come as those that are chosen.
    p.planned_epochs = trials_.whole_epochs() / static_cast<double>(trials_.size()) * static_cast<double>(p.trials);
  }
  p.done_epochs = trials_.done_epochs();
  p.elapsed_seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double done_here = p.done_epochs - epochs_before_;
  if (done_here > 0.0) {
    const double left = std::max(0.0, p.planned_epochs - p.done_epochs - trials_.spared_epochs());
    p.seconds_left = p.elapsed_seconds * left / done_here;
  }
  p.best = trials_.best();
  return p;
}

}  // namespace gradus
