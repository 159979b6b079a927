// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/study.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "core/atomic_file.hpp"
#include "core/folder_lock.hpp"
#include "core/printable.hpp"
#include "core/text_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/training/run_folder.hpp"
#include "search/executor.hpp"
#include "search/study_wait.hpp"
#include "search/training_objective.hpp"
#include "training/idle_options.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;

// Whether the objective needs `key`, which neither the search file's base nor its space sets.
void require_measured(const StudyConfig& config, const char* key, bool set, const std::string& advice) {
  if (set || config.space.find(key)) return;
  throw InputError({.where = "search.objective",
                    .expected = "a measure that trials take",
                    .found = config.options.objective,
                    .advice = advice});
}

// "auto" depends on the data; an objective that no trial could measure should not cost a study of failed trials.
void resolve_objective(StudyConfig& config, const Dataset& dataset) {
  std::string& objective = config.options.objective;
  const bool automatic = objective == "auto";
  if (automatic) objective = dataset.task == Task::kClassification ? "valid_accuracy" : "valid_loss";
  const Monitor monitor = parse_monitor(objective);
  if (monitor.valid && dataset.valid.empty()) {
    throw InputError({.where = "search.objective",
                      .expected = "a validation part for " + objective,
                      .found = "none in " + dataset.name,
                      .advice = "set data.valid, for example to 0.2"});
  }
  check_monitor(monitor, "search.objective", dataset);
  const RunConfig::Training& training = config.base.training;
  if (monitor.measure == Measure::kTopK) {
    require_measured(config, "training.top_k", training.top_k > 0, "set training.top_k");
  }
  if (!monitor.valid && !measure_facts(monitor.measure).running) {
    require_measured(config, "training.train_metrics", training.train_metrics == "full",
                     "set training.train_metrics = \"full\"");
  }
}

void check_scheduler(const StudyConfig& config) {
  const std::string& scheduler = config.options.scheduler;
  const bool halves = scheduler == "halving" || scheduler == "hyperband";
  if (halves && config.space.find("training.epochs")) {
    throw InputError({.where = "search.scheduler",
                      .expected = "none or median where training.epochs is searched",
                      .found = "'" + scheduler + "'",
                      .advice = "take training.epochs out of the space"});
  }
  if (halves && config.options.min_epochs > config.base.training.epochs) {
    throw InputError({.where = "search.min_epochs",
                      .expected = "at most training.epochs = " + std::to_string(config.base.training.epochs),
                      .found = std::to_string(config.options.min_epochs),
                      .advice = ""});
  }
}

Feasible make_feasible(const StudyConfig& config, DataPool& data) {
  if (config.constraints.empty()) return [](const Setting&) { return true; };
  RunConfig base = config.base;
  const Dataset& dataset = data.get(base).dataset;
  const std::size_t inputs = dataset.num_features();
  const std::size_t outputs = dataset.num_outputs();
  return [&config, inputs, outputs](const Setting& setting) {
    const auto value_of = [&](const std::string& name) {
      if (const auto parameter = config.space.find(name)) {
        return setting[*parameter] ? number_in(*setting[*parameter]) : std::nan("");
      }
      if (name != "parameters") return number_in(name);
      return count_parameters(config.space.apply(setting, config.base, inputs, "search.space"), inputs, outputs);
    };
    return std::all_of(config.constraints.begin(), config.constraints.end(),
                       [&](const Constraint& constraint) { return constraint.holds(value_of); });
  };
}

// Everything of a study except its folder, ready to plan and to train.
class Workshop {
 public:
  Workshop(const StudyConfig& given, const std::string& origin, std::string checkpoints = {})
      : config(given), data(origin) {
    RunConfig base = config.base;
    const DataPool::Entry& entry = data.get(base);
    data_sha256 = entry.dataset.sha256;
    resolve_objective(config, entry.dataset);
    check_scheduler(config);
    planner.emplace(config, make_sampler(config, make_feasible(config, data)), config.base.training.epochs);
    objective.emplace(config, data, std::move(checkpoints));
  }

  StudyConfig config;
  DataPool data;
  std::string data_sha256;
  std::optional<Planner> planner;
  std::optional<TrainingObjective> objective;
};

StudyConfig stored_config(const StudyStore& store) {
  const StudyHeader& header = store.header();
  StudyConfig config = parse_study_config(header.file, store.folder() + "/search.toml", header.settings);
  config.options.objective = header.objective;
  return config;
}

// What a study can be asked to have: the number of trials alone may grow. The study that then goes on is the one that
// would have begun with it, because no choice looks ahead.
void extend_study(StudyStore& store, std::uint64_t trials) {
  const StudyHeader& header = store.header();
  const auto refuse = [&](const std::string& expected, const std::string& found, const std::string& advice) {
    throw InputError(
        {.where = store.folder() + ": search.trials", .expected = expected, .found = found, .advice = advice});
  };
  StudyConfig config = parse_study_config(header.file, store.folder() + "/search.toml", header.settings);
  const std::uint64_t before = config.options.trials;
  if (trials == before) return;
  if (trials < before) {
    refuse("at least the study's " + std::to_string(before), std::to_string(trials), "search anew in another folder");
  }
  if (!is_open_ended(config)) {
    refuse("a sampler that draws settings (random, sobol, tpe) for more trials",
           config.table.empty() ? "a grid, which has no others" : "a table, which has no others",
           "widen the space in a new study");
  }
  const std::string& scheduler = config.options.scheduler;
  if (scheduler == "halving" || scheduler == "hyperband") {
    refuse("a scheduler that judges trials one by one (none, median) for more trials", "'" + scheduler + "'",
           "search anew in another folder");
  }
  std::vector<std::string> settings = header.settings;
  std::erase_if(settings, [](const std::string& setting) { return setting.starts_with("search.trials="); });
  settings.push_back("search.trials=" + std::to_string(trials));
  config.options.trials = trials;
  store.extend(settings, study_identity(config));
}

// Whether `config` is the stored study but for the number of trials.
bool differs_in_trials_alone(const StudyStore& store, const StudyConfig& config) {
  const StudyHeader& header = store.header();
  StudyConfig stored = parse_study_config(header.file, store.folder() + "/search.toml", header.settings);
  stored.options.trials = config.options.trials;
  return study_identity(stored) == study_identity(config);
}

void require_same_data(const StudyStore& store, const std::string& data_sha256) {
  if (store.header().data_sha256 == data_sha256) return;
  throw InputError({.where = store.folder(),
                    .expected = "the data that the study began with (" + store.header().data_sha256.substr(0, 16) + ")",
                    .found = data_sha256.substr(0, 16),
                    .advice = "restore it or search anew in another folder"});
}

StudyRecord make_record(const StudyConfig& config, std::vector<TrialRecord> trials, const std::string& folder) {
  StudyRecord record;
  record.config = config;
  record.trials = std::move(trials);
  record.importance = parameter_importance(config.space, record.trials);
  for (const TrialRecord& trial : record.trials) {
    if (trial.state == TrialState::kComplete) record.ranking.push_back(trial.number);
  }
  const bool larger = config.larger_is_better();
  std::stable_sort(record.ranking.begin(), record.ranking.end(), [&](std::size_t a, std::size_t b) {
    const double x = *record.trials[a].value;
    const double y = *record.trials[b].value;
    return larger ? x > y : x < y;
  });
  std::error_code ignored;
  record.finished = fs::exists(folder + "/study.json", ignored);
  record.test_json = read_text_if_there(folder + "/best/test.json").value_or("");
  return record;
}

// Trains the winner again, with every core: its weights must be those of its trial. Then, and only now, the test part.
void finish_study(Workshop& shop, const StudyStore& store, const TrialTable& trials, const StudyRunOptions& options) {
  const std::string& folder = store.folder();
  const std::unique_ptr<FileLock> alone = wait_to_finish(folder, options);
  std::error_code ignored;
  if (fs::exists(folder + "/study.json", ignored) || !store.is_current()) return;
  const TrialRecord* best = trials.best();
  if (best == nullptr) {
    throw RunError(folder + ": no trial was complete; trial 0: " + trials[0].error);
  }
  if (options.observer != nullptr) {
    options.observer->on_note("training the best trial, " + std::to_string(best->number) + ", again for " + folder +
                              "/best");
  }
  write_file(folder + "/best.toml", trial_config(folder, best->number));
  RunConfig config = shop.objective->config_of(*best, 0);
  const DataPool::Entry& data = shop.data.get(config);
  TrainingRun run = shop.objective->run_of(*best, 0);
  run.threads = 0;
  run.origin = shop.data.base_folder();
  RunFolder run_folder(folder + "/best", RunFolder::Mode::kForce);
  TrainingObserver* const observers[] = {&run_folder};
  const RunRecord record = train(run, data.dataset, {.observers = observers, .stop = options.stop});
  if (record.weights_sha256 != best->runs.front().weights_sha256) {
    throw RunError(folder + ": trial " + std::to_string(best->number) + " did not repeat its weights");
  }
  if (!data.sealed_test.empty()) {
    const PartEvaluation test = evaluate_model(record.model, data.dataset, data.sealed_test, {.top_k = run.top_k});
    write_file(folder + "/best/test.json", evaluation_json(test, data.dataset.class_names) + "\n");
  }
  // A process killed between storing an outcome and clearing up leaves the trial's checkpoint.
  for (const fs::directory_entry& entry : fs::directory_iterator(folder + "/checkpoints", ignored)) {
    fs::remove(entry.path(), ignored);
  }
  // Last of all: its presence means that the study is complete.
  write_file(folder + "/study.json", study_json(make_record(shop.config, trials.all(), folder), folder) + "\n");
}

StudyRecord work_on(Workshop& shop, StudyStore& store, const StudyRunOptions& options) {
  Executor executor(shop.config, *shop.planner, store, *shop.objective,
                    [&shop](const TrialRecord& trial) { shop.objective->know(trial); });
  executor.run(options);
  finish_study(shop, store, executor.trials(), options);
  return make_record(shop.config, executor.trials().all(), store.folder());
}

std::string without_slash(std::string folder) {
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  return folder;
}

StudyStore open_study(const std::string& folder, Access access, OnWait on_wait = {}) {
  if (StudyStore::exists(folder)) return StudyStore(folder, access, std::move(on_wait));
  std::error_code ignored;
  throw InputError({.where = folder,
                    .expected = "a study folder with study.sqlite",
                    .found = fs::exists(folder, ignored) ? "none" : "no such folder",
                    .advice = "begin with `gradus search FILE --out " + folder + "`"});
}

// Whether the folder holds nothing but what a study's beginning leaves there: another process may be about to make it.
bool is_begun(const std::string& folder) {
  constexpr std::string_view kOwn[] = {"workers", "checkpoints", "search.toml", "lock"};
  std::error_code ignored;
  if (fs::exists(folder, ignored) && !fs::is_directory(folder, ignored)) return false;
  const fs::directory_iterator entries(folder, ignored);
  return std::all_of(begin(entries), end(entries), [&](const fs::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    return name.starts_with("study.sqlite") || std::find(std::begin(kOwn), std::end(kOwn), name) != std::end(kOwn);
  });
}

void require_free_folder(const std::string& folder) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) return;
  if (!fs::is_directory(folder, ignored)) {
    throw InputError({.where = folder, .expected = "a folder", .found = "a file", .advice = "choose another --out"});
  }
  if (!is_free_folder(folder)) {
    throw InputError({.where = folder,
                      .expected = "a new or empty folder",
                      .found = "one with files",
                      .advice = "choose another --out, or continue a study with --resume"});
  }
}

// What killed processes left; `best` is swept as its run starts.
void sweep_study(const std::string& folder) {
  sweep_temporaries(folder);
  sweep_temporaries(folder + "/checkpoints");
}

TrialRecord finished_trial(const std::vector<TrialRecord>& trials, std::size_t number, const std::string& folder) {
  if (number < trials.size()) return trials[number];
  throw InputError({.where = folder,
                    .expected = "a trial from 0 up to " + std::to_string(std::max<std::size_t>(1, trials.size()) - 1),
                    .found = std::to_string(number),
                    .advice = "`gradus search show` lists them"});
}

}  // namespace

StudyRecord run_study(const StudyConfig& config, const std::string& file_name, const std::string& folder_name,
                      bool resume, const StudyRunOptions& options) {
  const std::string folder = without_slash(folder_name);
  const std::string identity = study_identity(config);
  const bool exists = StudyStore::exists(folder);
  if (!resume || (!exists && !is_begun(folder))) require_free_folder(folder);
  FolderLock lock(folder, resume ? FolderLock::Share::kBeside : FolderLock::Share::kAlone);
  if (!resume) require_free_folder(folder);  // another process may have begun and ended since we looked
  sweep_study(folder);
  const OnWait on_wait = wait_aloud(folder, options);
  const std::string origin = StudyStore::origin_of(folder, on_wait).value_or(fs::current_path().string());
  Workshop shop(config, origin, folder + "/checkpoints");
  // Another process may be about to begin the same study: whoever comes first makes it, the other one finds it made.
  StudyHeader header{.file_name = file_name, .file = config.file};
  header.settings = config.settings;
  header.identity = identity;
  header.data_sha256 = shop.data_sha256;
  header.objective = shop.config.options.objective;
  header.origin = origin;
  StudyStore::create(folder, header, on_wait);
  if (!resume) lock.share();  // others may help from now on
  if (!exists) write_file(folder + "/search.toml", config.file);
  StudyStore store(folder, Access::kWrite, on_wait);
  if (store.header().identity != identity && !differs_in_trials_alone(store, config)) {
    throw InputError({.where = folder,
                      .expected = "a study of this search file",
                      .found = "one of another (" + store.header().file_name + ")",
                      .advice = "resume it without a file, or choose another --out"});
  }
  require_same_data(store, shop.data_sha256);
  extend_study(store, config.options.trials);
  return work_on(shop, store, options);
}

StudyRecord resume_study(const std::string& folder_name, const StudyRunOptions& options, std::uint64_t trials) {
  const std::string folder = without_slash(folder_name);
  StudyStore store = open_study(folder, Access::kWrite, wait_aloud(folder, options));
  const FolderLock lock(folder, FolderLock::Share::kBeside);
  sweep_study(folder);
  StudyConfig config = stored_config(store);
  if (trials > 0) config.options.trials = trials;
  Workshop shop(config, store.header().origin, folder + "/checkpoints");
  require_same_data(store, shop.data_sha256);
  if (trials > 0) extend_study(store, trials);
  return work_on(shop, store, options);
}

StudyRecord read_study(const std::string& folder_name) {
  const std::string folder = without_slash(folder_name);
  StudyStore store = open_study(folder, Access::kRead);
  const StudyConfig config = stored_config(store);
  return make_record(config, store.changes(config.space), folder);
}

StudyOutline outline_study(const StudyConfig& config) {
  Workshop shop(config, "");
  TrialTable trials(shop.config, shop.planner->brackets());
  while (shop.planner->can_choose(trials)) trials.put(shop.planner->choose(trials));
  StudyOutline outline{.trials = shop.planner->num_trials(),
                       .planned_epochs = planned_epochs(shop.config, *shop.planner, trials)};
  for (const TrialRecord& trial : trials.all()) outline.first.push_back(trial.setting);
  return outline;
}

Replay replay_trial(const std::string& folder_name, std::size_t number, const std::atomic<bool>* stop) {
  const std::string folder = without_slash(folder_name);
  StudyStore store = open_study(folder, Access::kRead);
  Workshop shop(stored_config(store), store.header().origin);
  require_same_data(store, shop.data_sha256);
  const std::vector<TrialRecord> trials = store.changes(shop.config.space);
  Replay replay;
  replay.recorded = finished_trial(trials, number, folder);
  const TrialRecord& recorded = replay.recorded;
  if (!recorded.finished()) {
    throw InputError({.where = folder + ": trial " + std::to_string(number),
                      .expected = "a finished trial",
                      .found = std::string(state_name(recorded.state)),
                      .advice = "continue with `gradus search --resume " + folder + "`"});
  }
  for (const TrialRecord& trial : trials) shop.objective->know(trial);
  shop.planner->require_possible(recorded, folder);
  const std::vector<Rung>& rungs = shop.planner->bracket_of(number).rungs;
  TrialTask task{.trial = recorded};
  task.epochs = rungs[recorded.rung].epochs;
  task.last = recorded.rung + 1 == rungs.size();
  Executor executor(shop.config, *shop.planner, store, *shop.objective);
  if (shop.config.options.scheduler == "median") {
    task.thresholds = executor.thresholds(shop.planner->known_before(number));
  }
  static const std::atomic<bool> never{false};
  try {
    replay.runs = shop.objective->run(task, stop != nullptr ? *stop : never).runs;
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    replay.error = error.what();
  }
  const bool failed = recorded.state == TrialState::kFailed;
  replay.same = failed ? replay.error == recorded.error : replay.runs == recorded.runs;
  return replay;
}

std::string trial_config(const std::string& folder_name, std::size_t number) {
  const std::string folder = without_slash(folder_name);
  StudyStore store = open_study(folder, Access::kRead);
  const StudyConfig config = stored_config(store);
  const std::vector<TrialRecord> trials = store.changes(config.space);
  const TrialRecord trial = finished_trial(trials, number, folder);
  DataPool data(store.header().origin);
  TrainingObjective objective(config, data, {});
  std::string text = "# Trial " + std::to_string(number) + " of " + printable(store.header().file_name) + ".\n";
  if (config.options.seeds == "numpy") {
    text += "# Its first weights came from numpy's stream: `gradus search replay` repeats them, this file does not.\n";
  }
  RunConfig found = objective.config_of(trial, 0);
  drop_idle_options(found);
  return text + config_toml(found);
}

}  // namespace gradus
