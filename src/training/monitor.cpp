// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/monitor.hpp"

#include <algorithm>

#include "core/enumerators.hpp"
#include "core/suggest.hpp"

namespace gradus {

static_assert(is_complete(kMeasureTable), "every Measure has its row, in order");

namespace {

const std::optional<double>* recorded_value(const PartMetrics& part, Measure measure) {
  return measure == Measure::kAccuracy ? &part.accuracy : measure == Measure::kTopK ? &part.top_k : nullptr;
}

// "loss, r2, mae, rmse"
std::string measures_for(Task task) {
  std::string names;
  for (const MeasureFacts& facts : kMeasureTable) {
    if (suits(facts, task)) names += (names.empty() ? "" : ", ") + std::string(facts.name);
  }
  return names;
}

// Whether some class or label has rows on both sides, as an AUC needs.
bool has_two_sides(const Dataset& dataset, std::span<const std::uint32_t> rows) {
  const auto differs = [&](const auto& value_of) {
    return std::ranges::any_of(rows, [&](std::uint32_t row) { return value_of(row) != value_of(rows.front()); });
  };
  if (dataset.task == Task::kClassification) {
    return differs([&](std::uint32_t row) { return dataset.table.labels[row]; });
  }
  for (std::size_t k = 0; k < dataset.table.values.cols(); ++k) {
    if (differs([&](std::uint32_t row) { return dataset.table.values(row, k) >= 0.5; })) return true;
  }
  return false;
}

}  // namespace

Monitor parse_monitor(std::string_view name) {
  return parse_kind("monitor", kMonitorTable, name);
}

std::string Monitor::name() const {
  return std::string(std::ranges::find(kMonitorTable, *this, &NamedKind<Monitor>::kind)->name);
}

double Monitor::value(const EpochRecord& record) const {
  const PartMetrics* part = &record.train;
  if (valid) part = record.valid ? &*record.valid : nullptr;
  if (part != nullptr) {
    if (measure == Measure::kLoss) return part->loss;
    const std::optional<double>* recorded = recorded_value(*part, measure);
    if (recorded != nullptr && *recorded) return **recorded;
    const auto watched = part->watched.find(measure);
    if (watched != part->watched.end()) return watched->second;
  }
  throw InputError({.where = "monitor '" + name() + "'",
                    .expected = "a measure that this run takes",
                    .found = "no " + name() + " in an epoch's record",
                    .advice = "watch valid_loss (needs data.valid) or train_loss"});
}

void check_monitor(const Monitor& monitor, std::string_view key, const Dataset& dataset) {
  const auto refuse = [&](const std::string& expected, const std::string& found, const std::string& advice) {
    throw InputError({.where = std::string(key), .expected = expected, .found = found, .advice = advice});
  };
  const std::string name = monitor.name();
  const std::string task(row_of(kTaskTable, dataset.task).name);
  if (!suits(measure_facts(monitor.measure), dataset.task)) {
    refuse("a measure of " + task + " (" + measures_for(dataset.task) + ")", name, "");
  }
  if (monitor.valid && dataset.valid.empty()) {
    refuse("a measure of a part that exists", name, "set data.valid or watch train_loss");
  }
  if (monitor.measure == Measure::kAuc && !has_two_sides(dataset, monitor.valid ? dataset.valid : dataset.train)) {
    refuse("rows of at least two classes for " + name, "one class", "make the part larger or set data.stratified");
  }
}

std::vector<Measure> watched_measures(const std::vector<Monitor>& monitors, bool valid) {
  std::vector<Measure> measures;
  for (const Monitor& monitor : monitors) {
    if (monitor.valid == valid) measures.push_back(monitor.measure);
  }
  return measures;
}

bool improves(double value, double best, bool larger_is_better, double min_delta) {
  return larger_is_better ? value > best + min_delta : value < best - min_delta;
}

bool observe_epoch(const EarlyStoppingOptions& options, std::size_t epoch, double value, bool larger_is_better,
                   EarlyStoppingState& state) {
  if (!state.progress || improves(value, *state.progress, larger_is_better, options.min_delta)) {
    state.progress = value;
    state.waited = 0;
  } else {
    ++state.waited;
    state.stop = options.patience > 0 && state.waited >= options.patience;
  }
  if (state.best && !improves(value, *state.best, larger_is_better, 0.0)) return false;
  state.best = value;
  state.best_epoch = epoch;
  return true;
}

}  // namespace gradus
