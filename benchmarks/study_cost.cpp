// What a study costs beside its trainings: trials of a trivial objective, from the first to the last, in milliseconds
// and CPU milliseconds a trial; the longest time that a transaction kept other writers out; and a hash of the table,
// by which two versions of the program are compared.
//
//     gradus_study_cost [SAMPLER [SCHEDULER]] TRIALS...
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"
#include "search/executor.hpp"

namespace {

using namespace gradus;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kEpochs = 9;

// Microseconds between BEGIN and COMMIT, the longest of all connections. SQLite says so itself, as statements end.
std::atomic<long> longest_lock{0};
thread_local Clock::time_point lock_taken;

int on_statement(unsigned /*event*/, void* /*context*/, void* statement, void* /*nanoseconds*/) {
  const std::string sql = sqlite3_sql(static_cast<sqlite3_stmt*>(statement));
  if (sql.starts_with("BEGIN")) lock_taken = Clock::now();
  if (sql.starts_with("COMMIT")) {
    const long lasted = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - lock_taken).count();
    longest_lock = std::max(longest_lock.load(), lasted);
  }
  return 0;
}

int watch(sqlite3* database, const char** /*error*/, const void* /*routines*/) {
  return sqlite3_trace_v2(database, SQLITE_TRACE_PROFILE, on_statement, nullptr);
}

// Two ranges, a step and a list with a condition, some failures: a value in no time.
class TrivialObjective : public Objective {
 public:
  explicit TrivialObjective(const StudyConfig& config) : space_(config.space) {}

  TrialOutcome run(const TrialTask& task, const std::atomic<bool>& stop) override {
    if (stop.load()) throw Interrupted("stopped");
    const Setting& setting = task.trial.setting;
    if (task.trial.number % 97 == 5) throw RunError("diverged in epoch 1");
    double distance = 0.0;
    for (std::size_t i = 0; i < setting.size(); ++i) {
      const double number = setting[i] ? number_in(*setting[i]) : 0.0;
      if (!std::isnan(number)) distance += std::abs(number - 0.5 * space_.parameters[i].high);
    }
    TrialOutcome outcome;
    outcome.parameters = 17;
    RunResult run{.seed = task.trial.number};
    outcome.epochs.emplace_back();
    for (std::size_t epoch = 1; epoch <= task.epochs; ++epoch) {
      run.value = distance + 1.0 / static_cast<double>(epoch + task.trial.number % 7);
      run.epochs = epoch;
      outcome.epochs.back().push_back({.epoch = epoch, .value = run.value, .train_loss = 1.0});
      const auto threshold = task.thresholds.find(epoch);
      outcome.pruned = threshold != task.thresholds.end() && run.value > threshold->second;
      if (outcome.pruned) break;
    }
    if (task.last && !outcome.pruned) run.weights_sha256 = "w" + std::to_string(task.trial.number);
    outcome.runs.push_back(run);
    return outcome;
  }

 private:
  const Space& space_;
};

StudyConfig make_config(const std::string& sampler, const std::string& scheduler, std::size_t trials) {
  std::string space =
      "training.learning_rate = {low = 1e-4, high = 1.0, log = true}\n"
      "training.weight_decay = {low = 0.0, high = 1.0}\n"
      "training.batch_size = {low = 8, high = 256}\n"
      "training.optimizer = [\"sgd\", \"momentum\"]\n"
      "training.momentum = {values = [0.5, 0.9], when = {training.optimizer = \"momentum\"}}\n";
  if (sampler == "grid") {
    space = fmt::format("training.batch_size = {{low = 1, high = {}}}\n", (trials + 1) / 2) +
            "training.optimizer = [\"sgd\", \"momentum\"]\n";
  }
  const std::string text = fmt::format(
      "[training]\nepochs = {}\n[search]\nobjective = \"valid_loss\"\nsampler = \"{}\"\nscheduler = \"{}\"\n{}"
      "[search.space]\n{}",
      kEpochs, sampler, scheduler, sampler == "grid" ? "" : fmt::format("trials = {}\n", trials), space);
  return parse_study_config(text, "study_cost.toml", {});
}

std::string table_hash(const StudyStore& store, const StudyConfig& config, const TrialTable& trials) {
  std::string text;
  for (const TrialRecord& trial : trials.all()) {
    text += fmt::format("{} {} {} {} {} {} {}", trial.number, state_name(trial.state),
                        setting_text(config.space, trial.setting), trial.value.value_or(-1.0), trial.spread,
                        trial.parameters, trial.error);
    for (const RungResult& rung : trial.rungs) text += fmt::format(" {}:{}", rung.epochs, rung.value);
    for (const RunResult& run : trial.runs) {
      text += fmt::format(" {} {} {} {}", run.seed, run.value, run.epochs, run.weights_sha256);
    }
    if (trials.size() <= 2000) {
      for (const EpochPoint& point : store.epochs(trial.number, 0)) text += fmt::format(" {}", point.value);
    }
    text += '\n';
  }
  return sha256_hex(std::as_bytes(std::span(text.data(), text.size())));
}

void measure(const std::string& sampler, const std::string& scheduler, std::size_t trials) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("gradus-study-cost-{}", getpid());
  const StudyConfig config = make_config(sampler, scheduler, trials);
  longest_lock = 0;
  StudyStore::create(folder, {.file = config.file, .identity = study_identity(config), .objective = "valid_loss"});
  std::string hash;
  double milliseconds = 0.0;
  double cpu_milliseconds = 0.0;
  {
    StudyStore store(folder, Access::kWrite);
    Planner planner(config, make_sampler(config, [](const Setting&) { return true; }), kEpochs);
    TrivialObjective objective(config);
    Executor executor(config, planner, store, objective);
    const Clock::time_point start = Clock::now();
    const std::clock_t cpu_start = std::clock();
    executor.run({.jobs = 1});
    milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    cpu_milliseconds = 1000.0 * static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
    hash = table_hash(store, config, executor.trials());
  }
  std::filesystem::remove_all(folder);
  fmt::print("{:<8} {:<10} {:>8} trials {:>7.3f} ms a trial, {:>7.3f} of CPU, longest lock {:>7.1f} ms, table {}\n",
             sampler, scheduler, trials, milliseconds / static_cast<double>(trials),
             cpu_milliseconds / static_cast<double>(trials), static_cast<double>(longest_lock) / 1000.0,
             hash.substr(0, 16));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words;
  std::vector<std::size_t> numbers;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (std::isdigit(static_cast<unsigned char>(word[0])) != 0) {
      numbers.push_back(std::stoul(word));
    } else {
      words.push_back(word);
    }
  }
  if (words.size() > 2 || numbers.empty()) {
    fmt::print(stderr, "usage: gradus_study_cost [SAMPLER [SCHEDULER]] TRIALS...\n");
    return 2;
  }
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));
  try {
    for (const std::size_t trials : numbers) {
      measure(words.empty() ? "random" : words[0], words.size() < 2 ? "none" : words[1], trials);
    }
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
