// The JSON of a run: summary.json's object and the lines of metrics.jsonl.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "gradus/training/run_record.hpp"
#include "training/version.hpp"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSummarySchema = 1;

void put(Json& object, const std::string& key, const std::optional<double>& value) {
  if (value) object[key] = *value;
}

void put_metrics(Json& object, const std::string& part, const PartMetrics& metrics) {
  object[part + "_loss"] = metrics.loss;
  put(object, part + "_accuracy", metrics.accuracy);
  put(object, part + "_top_k", metrics.top_k);
  for (const auto& [measure, value] : metrics.watched)
    object[fmt::format("{}_{}", part, measure_facts(measure).name)] = value;
}

Json epoch_object(const EpochRecord& record) {
  Json object;
  object["epoch"] = record.epoch;
  put_metrics(object, "train", record.train);
  if (record.valid) put_metrics(object, "valid", *record.valid);
  if (record.test) put_metrics(object, "test", *record.test);
  put(object, "penalty", record.penalty);
  object["learning_rate"] = record.learning_rate;
  object["seconds"] = record.seconds;
  object["samples_per_second"] = record.samples_per_second;
  return object;
}

Json class_object(const ClassScores& scores, const std::string& name) {
  Json object = {{"class", name}, {"precision", scores.precision}, {"recall", scores.recall}, {"f1", scores.f1}};
  object["roc_auc"] = scores.auc ? Json(*scores.auc) : Json(nullptr);
  object["support"] = scores.support;
  return object;
}

Json evaluation_object(const PartEvaluation& evaluation, const std::vector<std::string>& class_names) {
  Json object;
  object["loss"] = evaluation.metrics.loss;
  put(object, "accuracy", evaluation.metrics.accuracy);
  put(object, "top_k", evaluation.metrics.top_k);
  if (const auto& report = evaluation.classification) {
    object["rows"] = report->rows;
    if (!evaluation.metrics.accuracy) object["accuracy"] = report->accuracy;
    object["macro_precision"] = report->macro_precision;
    object["macro_recall"] = report->macro_recall;
    object["macro_f1"] = report->macro_f1;
    object["weighted_precision"] = report->weighted_precision;
    object["weighted_recall"] = report->weighted_recall;
    object["weighted_f1"] = report->weighted_f1;
    put(object, "balanced_accuracy", report->balanced_accuracy);
    object["macro_roc_auc"] = report->macro_auc ? Json(*report->macro_auc) : Json(nullptr);
    object["classes"] = Json::array();
    for (std::size_t k = 0; k < report->classes.size(); ++k) {
      const std::string name = k < class_names.size() ? class_names[k] : std::to_string(k);
      object["classes"].push_back(class_object(report->classes[k], name));
    }
    if (!report->confusion.empty()) object["confusion"] = report->confusion;
  }
  if (const auto& report = evaluation.regression) {
    object["rows"] = report->rows;
    object["r2"] = report->r2;
    object["mae"] = report->mae;
    object["rmse"] = report->rmse;
    if (report->pinball) object["pinball_loss"] = *report->pinball;
    if (report->poisson_deviance) object["poisson_deviance"] = *report->poisson_deviance;
  }
  if (evaluation.weighted) object["weighted"] = evaluation_object(*evaluation.weighted, class_names);
  return object;
}

Json final_object(const RunRecord& record) {
  Json object;
  object["epoch"] = record.final_epoch;
  put_metrics(object, "train", record.train.metrics);
  if (record.valid) put_metrics(object, "valid", record.valid->metrics);
  if (record.test) put_metrics(object, "test", record.test->metrics);
  return object;
}

}  // namespace

std::string epoch_json(const EpochRecord& record) {
  return epoch_object(record).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string evaluation_json(const PartEvaluation& evaluation, const std::vector<std::string>& class_names) {
  return evaluation_object(evaluation, class_names).dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string summary_json(const RunRecord& record) {
  Json summary;
  summary["schema"] = kSummarySchema;
  summary["version"] = version();
  summary["machine"] = {
      {"cpu", record.machine.cpu}, {"target", record.machine.target}, {"threads", record.machine.threads}};
  summary["data"] = {{"name", record.data.name},
                     {"sha256", record.data.sha256},
                     {"rows", record.data.rows},
                     {"train_rows", record.data.train_rows},
                     {"valid_rows", record.data.valid_rows},
                     {"test_rows", record.data.test_rows}};
  summary["network"] = shape_string(record.model.spec());
  summary["parameters"] = record.parameters;
  summary["epochs"] = record.epochs.size();
  summary["stopped_early"] = record.end == RunEnd::kEarlyStopping;
  if (record.end == RunEnd::kStopped) {
    summary["stopped"] = {{"epoch", record.epochs.size() + 1}, {"batch", record.steps_beyond}};
  }
  summary["final"] = final_object(record);
  summary["best"] = Json::object();
  if (record.best_epoch > 0 && record.best_epoch <= record.epochs.size()) {
    summary["best"] = epoch_object(record.epochs[record.best_epoch - 1]);
    summary["best"]["monitor"] = record.monitor;
  }
  const std::vector<std::string>& names = record.model.class_names;
  summary["evaluation"]["train"] = evaluation_object(record.train, names);
  if (record.valid) summary["evaluation"]["valid"] = evaluation_object(*record.valid, names);
  if (record.test) summary["evaluation"]["test"] = evaluation_object(*record.test, names);
  summary["wall_seconds"] = record.wall_seconds;
  summary["weights_sha256"] = record.weights_sha256;
  return summary.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gradus
