// SPDX-License-Identifier: Apache-2.0
#include "search/training_objective.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/atomic_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "gradus/training/session.hpp"
#include "training/checkpoint.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

EpochPoint point_of(const EpochRecord& record, const Monitor& objective) {
  EpochPoint point{.epoch = record.epoch, .value = objective.value(record), .train_loss = record.train.loss};
  point.train_accuracy = record.train.accuracy;
  if (record.valid) point.valid_loss = record.valid->loss;
  if (record.valid) point.valid_accuracy = record.valid->accuracy;
  point.learning_rate = record.learning_rate;
  return point;
}

double best_value(const std::vector<EpochPoint>& points, bool larger_is_better) {
  double best = points.front().value;
  for (const EpochPoint& p : points) best = larger_is_better ? std::max(best, p.value) : std::min(best, p.value);
  return best;
}

// Whether the median rule of the epoch ends the trial.
bool is_pruned(const TrialTask& task, const std::vector<EpochPoint>& points, bool larger_is_better) {
  const auto threshold = task.thresholds.find(points.back().epoch);
  if (threshold == task.thresholds.end()) return false;
  const double best = best_value(points, larger_is_better);
  return larger_is_better ? best < threshold->second : best > threshold->second;
}

void store_checkpoint(const std::string& path, std::span<const std::byte> bytes) {
  if (path.empty()) return;
  try {
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
  } catch (const RunError& error) {
    throw StudyError(error.what());
  }
}

// A damaged one costs its epochs, nothing else; one that the disk does not give is not the trial's fault.
std::vector<std::byte> load_checkpoint(const std::string& path) {
  if (path.empty()) return {};
  try {
    return read_intact_checkpoint(path);
  } catch (const RunError& error) {
    throw StudyError(error.what());
  }
}

double width_in(const std::string& text, std::size_t automatic) {
  return text == "auto" ? static_cast<double>(automatic) : number_in(text);
}

// "27 x 784,450,450,10 glorot": how often, and what is drawn.
std::pair<std::size_t, std::string> repeated(const std::string& text) {
  const std::size_t times = text.find(" x ");
  if (times == std::string::npos) return {1, text};
  const double count = parse_number(text.substr(0, times), "search.drawn_before");
  return {static_cast<std::size_t>(std::clamp(count, 0.0, 1e6)), text.substr(times + 3)};
}

NetworkSpec drawn_spec(const std::string& text) {
  const std::size_t blank = text.find(' ');
  std::vector<std::size_t> widths;
  for (const std::string& width : split_list(text.substr(0, blank))) {
    widths.push_back(static_cast<std::size_t>(parse_number(width, "search.drawn_before")));
  }
  if (blank == std::string::npos || widths.size() < 2) {
    throw InputError({.where = "search.drawn_before",
                      .expected = "widths and an initialiser, as \"784,500,10 glorot\"",
                      .found = "'" + text + "'",
                      .advice = ""});
  }
  return make_network_spec(widths, {}, OutputKind::kLinear, parse_initializer(text.substr(blank + 1)));
}

}  // namespace

std::uint64_t trial_seed(std::uint64_t study_seed, std::size_t trial, std::size_t repeat) {
  RandomStream random(study_seed, Purpose::kTrialSeed, trial);
  std::uint64_t seed = random.next_u64();
  for (std::size_t r = 0; r < repeat; ++r) seed = random.next_u64();
  return seed >> 32U;  // 32 bits: short to type, exact in every JSON reader
}

double count_parameters(const RunConfig& config, std::size_t num_inputs, std::size_t num_outputs) {
  std::vector<double> widths;
  const RunConfig::Net& net = config.network;
  if (net.layers.empty()) {
    widths.push_back(static_cast<double>(num_inputs));
    for (const std::uint64_t units : net.hidden) widths.push_back(static_cast<double>(units));
    widths.push_back(static_cast<double>(num_outputs));
  } else {
    for (const std::string& width : net.layers) {
      widths.push_back(width_in(width, widths.empty() ? num_inputs : num_outputs));
    }
  }
  double total = 0.0;
  for (std::size_t l = 1; l < widths.size(); ++l) total += (widths[l - 1] + 1.0) * widths[l];
  return total;
}

NetworkStream::NetworkStream(std::uint64_t seed, const std::vector<std::string>& drawn_before) {
  NumpyRandomState stream(static_cast<std::uint32_t>(seed));
  for (const std::string& entry : drawn_before) {
    const auto [count, text] = repeated(entry);
    Network<double> network(drawn_spec(text));
    for (std::size_t i = 0; i < count; ++i) initialize(network, stream);
  }
  before_.push_back(stream.snapshot());
}

void NetworkStream::draw(std::size_t index, TrainingRun& run, const std::function<NetworkSpec(std::size_t)>& spec_of) {
  const std::lock_guard lock(mutex_);
  while (before_.size() <= index) {
    NumpyRandomState stream(before_.back());
    try {
      Network<double> network(spec_of(before_.size() - 1));
      initialize(network, stream);
    } catch (const InputError&) {
      // A setting that makes no network draws nothing.
    }
    before_.push_back(stream.snapshot());
  }
  NumpyRandomState stream(before_[index]);
  if (run.dtype == DType::kF64) {
    Network<double> network(run.spec);
    initialize(network, stream);
    run.initial = std::move(network);
  } else {
    Network<float> network(run.spec);
    initialize(network, stream);
    run.initial = std::move(network);
  }
}

TrainingObjective::TrainingObjective(const StudyConfig& config, DataPool& data, std::string checkpoints)
    : config_(config),
      data_(data),
      checkpoints_(std::move(checkpoints)),
      objective_(parse_monitor(config.options.objective)) {
  if (config.options.seeds != "numpy") return;
  if (config.options.seed > 0xffffffffU) {
    throw InputError({.where = "search.seed",
                      .expected = "at most 4294967295 for numpy's generator",
                      .found = std::to_string(config.options.seed),
                      .advice = ""});
  }
  stream_ = std::make_unique<NetworkStream>(config.options.seed, config.options.drawn_before);
}

TrainingObjective::~TrainingObjective() = default;

void TrainingObjective::know(const TrialRecord& trial) {
  if (!stream_) return;
  const std::lock_guard lock(mutex_);
  if (settings_.size() <= trial.number) settings_.resize(trial.number + 1);
  settings_[trial.number] = trial.setting;
}

RunConfig TrainingObjective::config_of(const TrialRecord& trial, std::size_t repeat) {
  const std::string where = "trial " + std::to_string(trial.number);
  // Widths may depend on the data's, and the data on the setting.
  RunConfig config = config_.space.apply(trial.setting, config_.base, 1, where);
  const std::size_t num_inputs = data_of(config).dataset.num_features();
  config = config_.space.apply(trial.setting, config_.base, num_inputs, where);
  if (config_.options.seeds != "same" && !config_.space.find("training.seed")) {
    config.training.seed = trial_seed(config_.options.seed, trial.number, repeat);
  } else {
    config.training.seed += repeat;
  }
  config.training.threads = 1;
  return config;
}

const DataPool::Entry& TrainingObjective::data_of(RunConfig& config) {
  const auto decides = [](const auto& key) { return key.starts_with("data.") || key == "training.init_from"; };
  const bool searched = std::ranges::any_of(config_.space.parameters, decides, &Parameter::name) ||
                        std::ranges::any_of(config_.space.derived, decides, &DerivedKey::key);
  try {
    return data_.get(config);
  } catch (const Error& error) {
    if (searched) throw;
    throw StudyError(error.what());
  }
}

TrainingRun TrainingObjective::make_run(RunConfig& config, const TrialRecord& trial, std::size_t repeat,
                                        bool with_network) {
  const DataPool::Entry& data = data_of(config);
  TrainingRun run = make_training_run(config, data.dataset, data_.base_folder());
  run.also_watched.push_back(objective_);
  run.validate(data.dataset);
  if (run.epochs == 0) {
    throw InputError({.where = "training.epochs", .expected = "at least 1 in a search", .found = "0", .advice = ""});
  }
  if (!stream_ || !with_network) return run;
  const std::size_t repeats = config_.options.repeats;
  stream_->draw(trial.number * repeats + repeat, run, [&](std::size_t index) {
    TrialRecord other;
    other.number = index / repeats;
    {
      const std::lock_guard lock(mutex_);
      other.setting = settings_.at(other.number).value();
    }
    RunConfig other_config = config_of(other, 0);
    return make_run(other_config, other, 0, false).spec;
  });
  return run;
}

TrainingRun TrainingObjective::run_of(const TrialRecord& trial, std::size_t repeat) {
  RunConfig config = config_of(trial, repeat);
  return make_run(config, trial, repeat, true);
}

std::string TrainingObjective::checkpoint_path(std::size_t trial, std::size_t repeat) const {
  if (checkpoints_.empty()) return {};
  return checkpoints_ + "/" + std::to_string(trial) + "-" + std::to_string(repeat) + ".ckpt";
}

TrialOutcome TrainingObjective::run(const TrialTask& task, const std::atomic<bool>& stop) {
  TrialOutcome outcome;
  for (std::size_t repeat = 0; repeat < config_.options.repeats && !outcome.pruned; ++repeat) {
    run_repeat(task, repeat, stop, outcome);
  }
  return outcome;
}

void TrainingObjective::run_repeat(const TrialTask& task, std::size_t repeat, const std::atomic<bool>& stop,
                                   TrialOutcome& outcome) {
  RunConfig config = config_of(task.trial, repeat);
  const TrainingRun run = make_run(config, task.trial, repeat, true);
  outcome.parameters = run.spec.num_parameters();
  const std::string path = checkpoint_path(task.trial.number, repeat);
  TrainingSession session(run, data_of(config).dataset);
  session.begin(load_checkpoint(path));
  std::vector<EpochPoint> points;
  for (const EpochRecord& record : session.history()) points.push_back(point_of(record, objective_));
  // Killed after the rung's checkpoint, before its result was stored.
  bool paused = !task.last && session.position().epoch >= task.epochs;
  while (!paused && !outcome.pruned && !session.done()) {
    session.step();
    const std::size_t epoch = session.position().epoch;
    if (epoch > points.size()) {
      points.push_back(point_of(session.history().back(), objective_));
      outcome.pruned = repeat == 0 && is_pruned(task, points, objective_.larger_is_better());
      paused = !outcome.pruned && !task.last && (epoch >= task.epochs || session.done());
      if (paused) store_checkpoint(path, session.checkpoint());
    } else if (stop.load(std::memory_order_relaxed)) {
      store_checkpoint(path, session.checkpoint());
      throw Interrupted("interrupted in epoch " + std::to_string(epoch + 1));
    }
  }
  RunResult result{.seed = run.seed, .epochs = points.size()};
  std::size_t final_epoch = points.size();
  if (!paused && !outcome.pruned) {
    const RunRecord record = session.finish();
    final_epoch = record.final_epoch;
    result.weights_sha256 = record.weights_sha256;
  }
  result.value = config_.options.at == "best" ? best_value(points, objective_.larger_is_better())
                                              : points.at(final_epoch - 1).value;
  outcome.runs.push_back(result);
  outcome.epochs.push_back(std::move(points));
}

void TrainingObjective::discard(std::size_t trial) {
  std::error_code ignored;
  for (std::size_t repeat = 0; repeat < config_.options.repeats; ++repeat) {
    const std::string path = checkpoint_path(trial, repeat);
    if (!path.empty()) std::filesystem::remove(path, ignored);
  }
}

}  // namespace gradus
