// SPDX-License-Identifier: Apache-2.0
#include "cli/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/wrapped_text.hpp"

namespace gradus::cli {
namespace {

constexpr std::size_t kMaxConfusionClasses = 20;

using TableRow = std::vector<std::string>;

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:.4f}", *value) : "-";
}

std::string class_name(const std::vector<std::string>& names, std::size_t k) {
  return k < names.size() ? names[k] : std::to_string(k);
}

void add_evaluation(const std::string& name, const PartEvaluation& evaluation, std::vector<TableRow>& rows) {
  const auto& metrics = evaluation.metrics;
  if (const auto& report = evaluation.regression) {
    if (rows.empty()) rows.push_back({"part", "rows", "loss", "R2", "MAE", "RMSE"});
    rows.push_back({name, std::to_string(report->rows), number(metrics.loss), number(report->r2), number(report->mae),
                    number(report->rmse)});
    for (const auto& [title, score] :
         {std::pair("pinball", report->pinball), std::pair("deviance", report->poisson_deviance)}) {
      if (!score) continue;
      if (rows.size() == 2) rows[0].push_back(title);
      rows.back().push_back(number(score));
    }
  } else if (const auto& classes = evaluation.classification) {
    const char* share = classes->is_multi_label() ? "subset accuracy" : "accuracy";
    if (rows.empty()) rows.push_back({"part", "rows", "loss", share, "precision", "recall", "F1", "ROC AUC"});
    if (rows.size() == 1 && metrics.top_k) rows[0].push_back("top-k");
    rows.push_back({name, std::to_string(classes->rows), number(metrics.loss), number(classes->accuracy),
                    number(classes->macro_precision), number(classes->macro_recall), number(classes->macro_f1),
                    number(classes->macro_auc)});
    if (metrics.top_k) rows.back().push_back(number(metrics.top_k));
  }
}

}  // namespace

std::string evaluation_table(const std::vector<std::pair<std::string, const PartEvaluation*>>& parts) {
  std::vector<TableRow> rows;
  for (const auto& [name, evaluation] : parts) {
    add_evaluation(name, *evaluation, rows);
    if (evaluation->weighted) add_evaluation(name + " (weighted)", *evaluation->weighted, rows);
  }
  return fitted_table(rows);
}

std::string confusion_table(const ClassificationReport& report, const std::vector<std::string>& class_names) {
  const std::size_t num_classes = report.confusion.size();
  if (num_classes == 0 || num_classes > kMaxConfusionClasses) return {};
  std::vector<TableRow> rows(1, {"true \\ predicted"});
  for (std::size_t k = 0; k < num_classes; ++k) rows[0].push_back(class_name(class_names, k));
  for (std::size_t t = 0; t < num_classes; ++t) {
    rows.push_back({class_name(class_names, t)});
    for (const std::size_t count : report.confusion[t]) rows.back().push_back(std::to_string(count));
  }
  return fitted_table(rows);
}

std::string class_table(const ClassificationReport& report, const std::vector<std::string>& class_names) {
  std::vector<TableRow> rows(
      1, {report.is_multi_label() ? "label" : "class", "precision", "recall", "F1", "ROC AUC", "rows"});
  for (std::size_t k = 0; k < report.classes.size(); ++k) {
    const ClassScores& scores = report.classes[k];
    rows.push_back({class_name(class_names, k), number(scores.precision), number(scores.recall), number(scores.f1),
                    number(scores.auc), std::to_string(scores.support)});
  }
  std::size_t total = 0;
  for (const ClassScores& scores : report.classes) total += scores.support;
  rows.push_back({"macro mean", number(report.macro_precision), number(report.macro_recall), number(report.macro_f1),
                  number(report.macro_auc), std::to_string(total)});
  rows.push_back({"weighted mean", number(report.weighted_precision), number(report.weighted_recall),
                  number(report.weighted_f1), "-", std::to_string(total)});
  return fitted_table(rows);
}

}  // namespace gradus::cli
