// A search as a measurement: "12/valid_accuracy" is a curve of trial 12, "value" the trials' results in their order.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/search/study.hpp"
#include "reproduce/measure.hpp"
#include "reproduce/rows.hpp"
#include "search/study_store.hpp"

namespace gradus::reproduce {
namespace {

StudyConfig search_config(const Study& study, const Case& one, std::size_t run) {
  std::vector<std::string> settings;
  for (const auto& [key, text] : one.settings) {
    std::string setting = key;
    settings.push_back(setting.append("=").append(text));
  }
  StudyConfig config = parse_study_config(study.text, study.path, settings);
  if (run == 0 || one.varies_by_rounding) return config;
  settings.push_back(fmt::format("search.seed={}", config.options.seed + run));
  return parse_study_config(study.text, study.path, settings);
}

std::string folder_of(const Case& one, std::size_t run, const MeasureContext& context) {
  return fmt::format("{}/search-{}-{}", context.folder, one.name, run);
}

// A line for each trial: searches take minutes to hours.
class TrialNotes : public StudyObserver {
 public:
  TrialNotes(const Study& study, const MeasureContext& context) : study_(study), context_(context) {}
  void on_trial(const TrialRecord& trial, const StudyProgress& progress) override {
    if (!context_.note) return;
    const double minutes = progress.seconds_left.value_or(0.0) / 60.0;
    context_.note(fmt::format("{}: trial {} of {}, value {:.5g}, {:.1f} min left", study_.id, progress.complete,
                              progress.trials, trial.value.value_or(0.0), minutes));
  }

 private:
  const Study& study_;
  const MeasureContext& context_;
};

void add_trial(Measurement& measurement, const StudyStore& store, const TrialRecord& trial) {
  const std::string prefix = std::to_string(trial.number) + "/";
  for (const EpochPoint& point : store.epochs(trial.number, 0)) {
    add_point(measurement, prefix + "train_loss", point.train_loss);
    if (point.train_accuracy) add_point(measurement, prefix + "train_accuracy", *point.train_accuracy);
    if (point.valid_loss) add_point(measurement, prefix + "valid_loss", *point.valid_loss);
    if (point.valid_accuracy) add_point(measurement, prefix + "valid_accuracy", *point.valid_accuracy);
  }
}

Measurement searched(const Study& study, const Case& one, std::size_t run, const MeasureContext& context) {
  const std::string folder = folder_of(one, run, context);
  const StudyConfig config = search_config(study, one, run);
  TrialNotes notes(study, context);
  const StudyRecord record =
      run_study(config, study.path, folder, true, {.jobs = context.jobs, .stop = &context.stop, .observer = &notes});
  const StudyStore store(folder, Access::kRead);
  Measurement measurement;
  for (const TrialRecord& trial : record.trials) {
    add_trial(measurement, store, trial);
    add_point(measurement, "value", trial.value.value_or(0.0));
    measurement.names["value"].push_back(setting_text(config.space, trial.setting));
  }
  add_point(measurement, "best_value", *record.best()->value);
  add_point(measurement, "best_trial", static_cast<double>(record.best()->number));
  measurement.names["best_trial"].push_back(setting_text(config.space, record.best()->setting));
  measurement.weights_sha256 = record.best()->runs.front().weights_sha256;
  return measurement;
}

// Trials of which a row's digits do not come back.
std::set<std::size_t> unsettled_trials(const Study& study, const Case& one, const Measurement& first) {
  std::set<std::size_t> trials;
  for (const Row& row : study.rows) {
    if (row.case_name != one.name || row.evidence != Evidence::kChaotic) continue;
    const std::size_t slash = row.metric.find('/');
    if (slash == std::string::npos || judge_row(row, {&first}).verdict == Verdict::kExact) continue;
    trials.insert(std::stoul(row.metric.substr(0, slash)));
  }
  return trials;
}

// The same trials from weights a rounding away: what rounding alone makes of them.
Measurement twins(const Study& study, const Case& one, std::size_t run, const MeasureContext& context) {
  const std::string folder = folder_of(one, 0, context);
  const StudyRecord record = read_study(folder);
  const StudyStore store(folder, Access::kRead);
  Measurement first;
  for (const TrialRecord& trial : record.trials) add_trial(first, store, trial);
  TrainingObjective objective(record.config, context.data, {});
  for (const TrialRecord& trial : record.trials) objective.know(trial);
  Measurement measurement;
  for (const std::size_t number : unsettled_trials(study, one, first)) {
    TrainingRun training = objective.run_of(record.trials.at(number), 0);
    move_by_rounding(training, run);
    RunConfig data = objective.config_of(record.trials[number], 0);
    const Measurement twin = trained(training, context.data.get(data).dataset, {}, context.stop);
    for (const auto& [name, values] : twin.series) measurement.series[fmt::format("{}/{}", number, name)] = values;
  }
  return measurement;
}

}  // namespace

Measurement measure_search(const Study& study, const Case& one, std::size_t run, const MeasureContext& context) {
  return run > 0 && one.varies_by_rounding ? twins(study, one, run, context) : searched(study, one, run, context);
}

}  // namespace gradus::reproduce
