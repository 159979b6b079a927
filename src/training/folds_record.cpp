// SPDX-License-Identifier: Apache-2.0
#include "training/folds_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/aligned_table.hpp"
#include "core/csv_cell.hpp"
#include "core/json_text.hpp"
#include "training/version.hpp"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFoldsSchema = 1;

std::vector<std::string> names_of(const Model& model) {
  std::vector<std::string> names = model.class_names;
  for (std::size_t k = names.size(); k < model.spec().num_outputs(); ++k) names.push_back(std::to_string(k));
  return names;
}

}  // namespace

FoldsRecord::FoldsRecord(const RunConfig& config, const Dataset& rows)
    : config_(config), rows_(rows), predictions_(rows.table.rows()) {}

void FoldsRecord::add(std::size_t fold, const Model& model, const Dataset& dataset) {
  names_ = names_of(model);
  const auto threads = static_cast<unsigned>(config_.training.threads);
  const PartEvaluation evaluation =
      evaluate_model(model, dataset, dataset.test, {.top_k = config_.training.top_k}, threads);
  add_measures(evaluation_json(evaluation, names_));
  const Matrix<double> outputs = predict_rows(model, dataset.table.features, dataset.test, threads);
  for (std::size_t i = 0; i < dataset.test.size(); ++i) {
    const std::uint32_t row = dataset.test[i];
    Prediction& prediction = predictions_[row];
    prediction.fold = fold;
    prediction.outputs.assign(outputs.row(i).begin(), outputs.row(i).end());
    if (dataset.task == Task::kClassification) {
      prediction.label = names_[static_cast<std::size_t>(dataset.table.labels[row])];
    }
  }
  runs_.push_back({.fold = fold,
                   .train_rows = dataset.train.size(),
                   .valid_rows = dataset.valid.size(),
                   .rows = dataset.test.size(),
                   .weights_sha256 = std::visit([](const auto& n) { return weights_sha256(n); }, model.network)});
}

void FoldsRecord::add_measures(const std::string& evaluation) {
  const Json object = *parse_json(evaluation);
  for (const auto& [name, value] : object.items()) {
    if (name == "rows" || value.is_structured()) continue;
    const auto found = std::find_if(measures_.begin(), measures_.end(),
                                    [&name = name](const Measured& measured) { return measured.name == name; });
    Measured& measured = found != measures_.end() ? *found : measures_.emplace_back(Measured{name, {}});
    measured.values.resize(runs_.size());
    measured.values.push_back(value.is_number() ? std::optional(value.get<double>()) : std::nullopt);
  }
}

std::optional<FoldsRecord::Spread> FoldsRecord::spread_of(const Measured& measured) {
  std::vector<double> values;
  for (const std::optional<double>& value : measured.values) {
    if (value) values.push_back(*value);
  }
  if (values.empty()) return std::nullopt;
  Spread spread;
  const auto count = static_cast<double>(values.size());
  for (const double value : values) spread.mean += value / count;
  for (const double value : values) spread.sd += (value - spread.mean) * (value - spread.mean);
  spread.sd = values.size() > 1 ? std::sqrt(spread.sd / (count - 1.0)) : 0.0;
  spread.low = *std::min_element(values.begin(), values.end());
  spread.high = *std::max_element(values.begin(), values.end());
  return spread;
}

std::string FoldsRecord::json() const {
  Json object = {{"schema", kFoldsSchema}, {"version", version()}};
  object["data"] = {{"name", rows_.name}, {"sha256", rows_.sha256}, {"rows", rows_.table.rows()}};
  object["folds"] = config_.training.folds;
  object["seed"] = config_.data.seed;
  object["measures"] = Json::object();
  for (const Measured& measured : measures_) {
    const std::optional<Spread> spread = spread_of(measured);
    if (!spread) continue;
    Json values = Json::array();
    for (const std::optional<double>& value : measured.values) values.push_back(value ? Json(*value) : Json(nullptr));
    object["measures"][measured.name] = {{"mean", spread->mean}, {"sd", spread->sd}, {"values", values}};
  }
  object["runs"] = Json::array();
  for (const Run& run : runs_) {
    object["runs"].push_back({{"fold", run.fold},
                              {"train_rows", run.train_rows},
                              {"valid_rows", run.valid_rows},
                              {"rows", run.rows},
                              {"weights_sha256", run.weights_sha256}});
  }
  return object.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string FoldsRecord::csv_header() const {
  std::string text = "row,fold";
  const bool single = rows_.task == Task::kClassification || names_.size() == 1;
  if (single) {
    text += ",label,prediction";
  } else {
    for (const std::string& name : names_) text += "," + csv_cell("label_" + name);
  }
  if (rows_.task == Task::kRegression && single) return text + "\n";
  const char* output = rows_.task == Task::kRegression ? "prediction_" : "p_";
  for (const std::string& name : names_) text += "," + csv_cell(output + name);
  return text + "\n";
}

std::string FoldsRecord::predictions_csv() const {
  std::string text = csv_header();
  const bool classifies = rows_.task == Task::kClassification;
  for (std::size_t row = 0; row < predictions_.size(); ++row) {
    const Prediction& prediction = predictions_[row];
    if (prediction.fold == 0) continue;
    std::string line = fmt::format("{},{}", row, prediction.fold);
    if (classifies) {
      line += fmt::format(",{},{}", csv_cell(prediction.label), csv_cell(names_[largest_column(prediction.outputs)]));
    } else {
      for (const double value : rows_.table.values.row(row)) line += fmt::format(",{}", value);
      // Of one label beside its probability: what an output of 0.5 or more says.
      const bool flag = rows_.task == Task::kMultiLabel && names_.size() == 1;
      if (flag) line += prediction.outputs[0] >= 0.5 ? ",1" : ",0";
    }
    for (const double output : prediction.outputs) line += fmt::format(",{}", output);
    text += line + "\n";
  }
  return text;
}

std::string FoldsRecord::table() const {
  std::vector<std::vector<std::string>> lines = {{"measure", "mean", "sd", "lowest", "highest"}};
  for (const Measured& measured : measures_) {
    const std::optional<Spread> spread = spread_of(measured);
    if (!spread) continue;
    lines.push_back({measured.name});
    for (const double value : {spread->mean, spread->sd, spread->low, spread->high}) {
      lines.back().push_back(fmt::format("{:.4f}", value));
    }
  }
  return aligned_table(lines);
}

}  // namespace gradus
