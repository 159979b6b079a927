// The measures that monitors and objectives ask for: their values, when they are taken, and what they decide.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/measure.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "support/paths.hpp"
#include "training/evaluation.hpp"
#include "training/metrics_csv.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

// The clouds with other targets: two classes, two labels that may both hold, or two numbers.
Dataset clouds_for(Task task) {
  Dataset dataset = test::make_clouds();
  dataset.task = task;
  if (task == Task::kClassification) return dataset;
  dataset.class_names = {"p", "q"};
  if (task == Task::kRegression) dataset.class_names.clear();
  Matrix<double> values(dataset.table.labels.size(), 2);
  for (std::size_t r = 0; r < values.rows(); ++r) {
    const double label = dataset.table.labels[r];
    const bool numbers = task == Task::kRegression;
    values(r, 0) = numbers ? 0.5 * label : label > 0.0 ? 1.0 : 0.0;
    values(r, 1) = numbers ? 2.0 - label : label < 2.0 ? 1.0 : 0.0;
  }
  dataset.table.labels.clear();
  dataset.table.values = std::move(values);
  return dataset;
}

Dataset two_clouds() {
  Dataset dataset = test::make_clouds();
  for (std::int32_t& label : dataset.table.labels) label = label == 2 ? 0 : label;
  dataset.class_names = {"a", "b"};
  return dataset;
}

TrainingRun run_for(const Dataset& dataset) {
  TrainingRun run = test::make_small_run();
  run.spec.layers.back().units = dataset.num_outputs();
  if (dataset.task == Task::kMultiLabel) run.spec.output = OutputKind::kSigmoid;
  if (dataset.task == Task::kRegression) run.spec.output = OutputKind::kLinear;
  run.spec.loss.kind = default_loss(run.spec.output);
  run.train_metrics = TrainMetrics::kFull;
  run.top_k = dataset.task == Task::kClassification ? 1 : 0;
  return run;
}

TEST(Measure, direction_and_tasks_of_each) {
  const std::map<Measure, std::pair<bool, std::string>> expected = {
      {Measure::kLoss, {false, "cmr"}}, {Measure::kAccuracy, {true, "c"}},
      {Measure::kTopK, {true, "c"}},    {Measure::kF1, {true, "cm"}},
      {Measure::kAuc, {true, "cm"}},    {Measure::kR2, {true, "r"}},
      {Measure::kMae, {false, "r"}},    {Measure::kBalancedAccuracy, {true, "c"}},
      {Measure::kRmse, {false, "r"}}};
  ASSERT_EQ(expected.size(), kAllMeasures.size());
  for (const Measure measure : kAllMeasures) {
    const MeasureFacts& facts = measure_facts(measure);
    EXPECT_EQ(facts.larger_is_better, expected.at(measure).first) << facts.name;
    std::string tasks;
    if (suits(facts, Task::kClassification)) tasks += 'c';
    if (suits(facts, Task::kMultiLabel)) tasks += 'm';
    if (suits(facts, Task::kRegression)) tasks += 'r';
    EXPECT_EQ(tasks, expected.at(measure).second) << facts.name;
    EXPECT_EQ(facts.train_name, "train_" + std::string(facts.name));
    EXPECT_EQ(facts.valid_name, "valid_" + std::string(facts.name));
    for (const bool valid : {false, true}) {
      const Monitor monitor{valid, measure};
      EXPECT_EQ(parse_monitor(monitor.name()), monitor);
    }
  }
}

// What an epoch records of a monitor is what an evaluation of the same weights says.
void expect_values_of_evaluation(const Dataset& dataset) {
  for (const MeasureFacts& facts : kMeasureTable) {
    if (!suits(facts, dataset.task)) continue;
    for (const bool valid : {false, true}) {
      TrainingRun run = run_for(dataset);
      run.monitor = {valid, facts.kind};
      const RunRecord record = train(run, dataset);
      const EpochRecord& last = record.epochs.back();
      const PartEvaluation& part = valid ? *record.valid : record.train;
      EXPECT_EQ(run.monitor.value(last), reported_value(part, facts.kind).value()) << run.monitor.name();
      EXPECT_EQ(last.train.watched.size(), !valid && !facts.recorded ? 1U : 0U) << run.monitor.name();
      EXPECT_EQ(last.valid->watched.size(), valid && !facts.recorded ? 1U : 0U) << run.monitor.name();
    }
  }
}

TEST(Measure, an_epoch_records_what_an_evaluation_says) {
  for (const Task task : {Task::kClassification, Task::kMultiLabel, Task::kRegression}) {
    expect_values_of_evaluation(clouds_for(task));
  }
  expect_values_of_evaluation(two_clouds());
}

TEST(Measure, values_come_from_the_reports) {
  PartEvaluation evaluation;
  evaluation.classification.emplace();
  evaluation.classification->macro_f1 = 0.25;
  evaluation.classification->balanced_accuracy = 0.5;
  evaluation.classification->macro_auc = 0.75;
  EXPECT_EQ(reported_value(evaluation, Measure::kF1), 0.25);
  EXPECT_EQ(reported_value(evaluation, Measure::kBalancedAccuracy), 0.5);
  EXPECT_EQ(reported_value(evaluation, Measure::kAuc), 0.75);
  EXPECT_EQ(reported_value(evaluation, Measure::kR2), std::nullopt);
  // Two classes: the score of the second one, as a binary AUC takes it.
  evaluation.classification->classes.resize(2);
  evaluation.classification->classes[1].auc = 0.875;
  evaluation.classification->confusion.resize(2);
  EXPECT_EQ(reported_value(evaluation, Measure::kAuc), 0.875);
  PartEvaluation numbers;
  numbers.regression =
      RegressionReport{.rows = 1, .r2 = 0.1, .mae = 0.2, .rmse = 0.3, .pinball = {}, .poisson_deviance = {}};
  EXPECT_EQ(reported_value(numbers, Measure::kR2), 0.1);
  EXPECT_EQ(reported_value(numbers, Measure::kMae), 0.2);
  EXPECT_EQ(reported_value(numbers, Measure::kRmse), 0.3);
  EXPECT_EQ(reported_value(numbers, Measure::kF1), std::nullopt);
}

TEST(Measure, is_taken_only_where_it_is_asked_for_and_changes_no_weight) {
  const Dataset dataset = test::make_clouds();
  TrainingRun run = test::make_small_run();
  EXPECT_TRUE(run.watched().empty());
  const RunRecord plain = train(run, dataset);
  run.monitor = parse_monitor("valid_f1");
  run.schedule_monitor = parse_monitor("valid_auc");  // without a plateau nobody watches it
  run.also_watched = {parse_monitor("valid_f1"), parse_monitor("valid_balanced_accuracy"), parse_monitor("valid_loss")};
  const std::vector<Monitor> watched = run.watched();
  ASSERT_EQ(watched.size(), 2U);
  EXPECT_EQ(watched[0].name(), "valid_f1");
  EXPECT_EQ(watched[1].name(), "valid_balanced_accuracy");
  const RunRecord more = train(run, dataset);
  EXPECT_EQ(more.weights_sha256, plain.weights_sha256);
  EXPECT_TRUE(plain.epochs.back().valid->watched.empty());
  EXPECT_EQ(more.epochs.back().valid->watched.size(), 2U);
  EXPECT_EQ(more.epochs.back().valid->loss, plain.epochs.back().valid->loss);
  run.schedule.kind = ScheduleKind::kPlateau;
  EXPECT_EQ(run.watched().size(), 3U);
}

TEST(Measure, early_stopping_by_f1_ends_with_the_best_epoch) {
  Dataset dataset = test::make_clouds();
  // Labels that no network can get right, so that the measure moves.
  for (std::size_t r = 0; r < dataset.table.labels.size(); r += 4) {
    dataset.table.labels[r] = (dataset.table.labels[r] + 1) % 3;
  }
  TrainingRun run = test::make_small_run();
  run.learning_rate = 3.0;  // overshoots, so that later epochs are worse
  run.epochs = 60;
  run.early_stopping.patience = 4;
  run.monitor = parse_monitor("valid_f1");
  const RunRecord record = train(run, dataset);
  ASSERT_EQ(record.end, RunEnd::kEarlyStopping);
  std::vector<double> values;
  for (const EpochRecord& epoch : record.epochs) values.push_back(run.monitor.value(epoch));
  const auto best = static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin()) + 1;
  EXPECT_EQ(record.best_epoch, best);
  EXPECT_EQ(record.epochs.size(), best + 4);
  EXPECT_EQ(record.final_epoch, best);
  EXPECT_LT(values.back(), values[best - 1]);
  EXPECT_EQ(record.valid->classification->macro_f1, values[best - 1]);
}

TEST(Measure, a_resumed_run_goes_on_with_what_it_watched) {
  const Dataset dataset = clouds_for(Task::kRegression);
  TrainingRun run = run_for(dataset);
  run.monitor = parse_monitor("valid_rmse");
  run.schedule.kind = ScheduleKind::kPlateau;
  run.schedule.patience = 1;
  run.schedule_monitor = parse_monitor("train_r2");
  run.checkpoint_steps = 1;
  test::Recorder recorder;
  TrainingObserver* observers[] = {&recorder};
  const RunRecord whole = train(run, dataset, {.observers = observers});
  ASSERT_FALSE(whole.epochs.front().train.watched.empty());
  for (const std::vector<std::byte>& checkpoint : recorder.checkpoints) {
    const RunRecord resumed = train(run, dataset, {.checkpoint = checkpoint});
    ASSERT_EQ(resumed.epochs.size(), whole.epochs.size());
    EXPECT_EQ(resumed.weights_sha256, whole.weights_sha256);
    for (std::size_t e = 0; e < whole.epochs.size(); ++e) {
      EXPECT_EQ(resumed.epochs[e].train.watched, whole.epochs[e].train.watched);
      EXPECT_EQ(resumed.epochs[e].valid->watched, whole.epochs[e].valid->watched);
    }
  }
}

TEST(Measure, stands_in_metrics_csv_and_jsonl) {
  EpochRecord record;
  record.epoch = 1;
  record.valid.emplace();
  record.valid->watched[Measure::kAuc] = 0.625;
  const std::vector<Monitor> watched = {parse_monitor("valid_auc")};
  const std::string header = metrics_csv_header(watched);
  const std::string line = metrics_csv_line(record, watched);
  EXPECT_TRUE(header.ends_with(",samples_per_second,valid_auc\n")) << header;
  EXPECT_TRUE(line.ends_with(",0.625\n")) << line;
  EXPECT_EQ(std::count(header.begin(), header.end(), ','), std::count(line.begin(), line.end(), ','));
  EXPECT_NE(epoch_json(record).find("\"valid_auc\":0.625"), std::string::npos) << epoch_json(record);
  EXPECT_TRUE(metrics_csv_header({}).ends_with(",samples_per_second\n"));
}

struct BadMonitor {
  const char* monitor;
  Task task;
  bool full;
  const char* says;
};

TEST(Measure, what_does_not_fit_the_run_is_refused_at_its_start) {
  const BadMonitor cases[] = {
      {"valid_r2", Task::kClassification, true, "loss, accuracy, top_k, f1, auc, balanced_accuracy"},
      {"valid_mae", Task::kMultiLabel, true, "a measure of multilabel (loss, f1, auc)"},
      {"valid_balanced_accuracy", Task::kMultiLabel, true, "a measure of multilabel"},
      {"valid_f1", Task::kRegression, true, "a measure of regression (loss, r2, mae, rmse)"},
      {"valid_accuracy", Task::kRegression, true, "a measure of regression"},
      {"train_f1", Task::kClassification, false, "train_metrics"},
      {"train_rmse", Task::kRegression, false, "train_metrics"},
  };
  for (const BadMonitor& bad : cases) {
    const Dataset dataset = clouds_for(bad.task);
    TrainingRun run = run_for(dataset);
    if (!bad.full) run.train_metrics = TrainMetrics::kRunning;
    run.monitor = parse_monitor(bad.monitor);
    try {
      run.validate(dataset);
      FAIL() << bad.monitor;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(bad.says), std::string::npos) << error.what();
    }
  }
  Dataset one_sided = test::make_clouds();
  for (const std::uint32_t row : one_sided.valid) one_sided.table.labels[row] = 1;
  TrainingRun run = test::make_small_run();
  run.monitor = parse_monitor("valid_auc");
  EXPECT_THROW(run.validate(one_sided), InputError);
  run.monitor = parse_monitor("valid_f1");
  EXPECT_NO_THROW(run.validate(one_sided));
}

}  // namespace
}  // namespace gradus
