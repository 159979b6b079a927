// SPDX-License-Identifier: Apache-2.0
#include "training/evaluation.hpp"
#include "training/two_classes.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace gradus {
namespace {

// Empty where the data has no weights.
std::vector<double> weights_of(const Dataset& dataset, std::span<const std::uint32_t> rows) {
  std::vector<double> weights;
  if (dataset.table.weights.empty()) return weights;
  weights.reserve(rows.size());
  for (const std::uint32_t row : rows) weights.push_back(dataset.table.weights[row]);
  return weights;
}

std::vector<std::int32_t> labels_of(const Dataset& dataset, std::span<const std::uint32_t> rows) {
  std::vector<std::int32_t> labels(rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r) labels[r] = dataset.table.labels[rows[r]];
  return labels;
}

Matrix<double> values_of(const Dataset& dataset, std::span<const std::uint32_t> rows) {
  Matrix<double> values(rows.size(), dataset.table.values.cols());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::span<const double> row = dataset.table.values.row(rows[r]);
    std::copy(row.begin(), row.end(), values.row(r).begin());
  }
  return values;
}

// The outputs that a report reads: a column a class.
Matrix<double> report_columns(Matrix<double> outputs, const Dataset& dataset) {
  return takes_one_output(dataset) ? class_probabilities(std::move(outputs)) : outputs;
}

void copy_outputs(const auto& computed, MatrixView<double> to) {
  for (std::size_t r = 0; r < computed.rows(); ++r) {
    for (std::size_t k = 0; k < computed.cols(); ++k) to(r, k) = static_cast<double>(computed(r, k));
  }
}

// Mean loss, weighted where the data set's rows have `row_weights`, and the share of rows that are right, never
// weighted; the outputs of the same pass go to `outputs` (rows x K) unless it is empty.
template <class T>
PartMetrics measure_loss(Engine<T>& engine, const Dataset& dataset, const Scaling& scaling,
                         std::span<const std::uint32_t> rows, MatrixView<double> outputs,
                         std::span<const double> row_weights) {
  BatchFeeder<T> feeder(dataset, scaling, row_weights);
  BatchStats total;
  for (std::size_t first = 0; first < rows.size(); first += kEvaluationRows) {
    const auto chunk = rows.subspan(first, std::min(kEvaluationRows, rows.size() - first));
    const BatchTargets<T> targets = feeder.feed(engine, chunk);
    const BatchStats stats = engine.evaluate(targets);
    if (!outputs.empty()) copy_outputs(engine.outputs(), outputs.row_range(first, chunk.size()));
    total.loss_sum += stats.loss_sum;
    total.weight_sum += stats.weight_sum;
    total.correct += stats.correct;
  }
  PartMetrics metrics;
  metrics.loss = total.loss_mean();
  if (dataset.task == Task::kClassification && !rows.empty()) {
    metrics.accuracy = static_cast<double>(total.correct) / static_cast<double>(rows.size());
  }
  return metrics;
}

double top_k_share(MatrixView<const double> outputs, std::span<const std::int32_t> labels, std::size_t k,
                   std::span<const double> weights) {
  double hits = 0.0;
  double total = 0.0;
  for (std::size_t r = 0; r < outputs.rows(); ++r) {
    const double weight = weights.empty() ? 1.0 : weights[r];
    if (in_top_k(outputs.row(r), static_cast<std::size_t>(labels[r]), k)) hits += weight;
    total += weight;
  }
  return total > 0.0 ? hits / total : 0.0;
}

bool measures_top_k(const Dataset& dataset, std::span<const std::uint32_t> rows, std::size_t top_k) {
  return top_k > 0 && dataset.task == Task::kClassification && !rows.empty();
}

// The report that suits the task; quantities are measured in their own unit.
void add_reports(PartEvaluation& evaluation, Matrix<double> outputs, const Dataset& dataset,
                 std::span<const std::uint32_t> rows, const Loss& loss, std::span<const double> weights,
                 std::span<const double> thresholds = {}) {
  if (dataset.task == Task::kClassification) {
    evaluation.classification = classification_report(outputs.view(), labels_of(dataset, rows), weights, thresholds);
    return;
  }
  Matrix<double> values = values_of(dataset, rows);
  if (dataset.task == Task::kMultiLabel) {
    evaluation.classification = multi_label_report(outputs.view(), values.view(), weights, thresholds);
  } else {
    unscale_targets(dataset.target_scaling, values.view());
    unscale_targets(dataset.target_scaling, outputs.view());
    evaluation.regression = regression_report(outputs.view(), values.view(), loss, weights);
  }
}

std::optional<double> roc_auc_of(const ClassificationReport& report) {
  const bool two_classes = report.classes.size() == 2 && !report.is_multi_label();
  return two_classes ? report.classes[1].auc : report.macro_auc;
}

}  // namespace

std::optional<double> reported_value(const PartEvaluation& evaluation, Measure measure) {
  const auto& classes = evaluation.classification;
  const auto& numbers = evaluation.regression;
  switch (measure) {
    case Measure::kLoss:
      return evaluation.metrics.loss;
    case Measure::kAccuracy:
      return evaluation.metrics.accuracy;
    case Measure::kTopK:
      return evaluation.metrics.top_k;
    case Measure::kF1:
      return classes ? std::optional(classes->macro_f1) : std::nullopt;
    case Measure::kAuc:
      return classes ? roc_auc_of(*classes) : std::nullopt;
    case Measure::kBalancedAccuracy:
      return classes ? classes->balanced_accuracy : std::nullopt;
    case Measure::kR2:
      return numbers ? std::optional(numbers->r2) : std::nullopt;
    case Measure::kMae:
      return numbers ? std::optional(numbers->mae) : std::nullopt;
    case Measure::kRmse:
      return numbers ? std::optional(numbers->rmse) : std::nullopt;
  }
  return std::nullopt;
}

template <class T>
PartMetrics measure_rows(Engine<T>& engine, const Dataset& dataset, const Scaling& scaling,
                         std::span<const std::uint32_t> rows, std::size_t top_k, std::span<const Measure> watched) {
  const std::vector<double> weights = weights_of(dataset, rows);
  const bool classifies = dataset.task == Task::kClassification;
  const bool with_top_k = measures_top_k(dataset, rows, top_k);
  const bool with_outputs = with_top_k || !watched.empty() || (classifies && !weights.empty());
  Matrix<double> outputs(with_outputs ? rows.size() : 0, engine.spec().num_outputs());
  PartEvaluation evaluation;
  evaluation.metrics = measure_loss(engine, dataset, scaling, rows, outputs.view(), dataset.table.weights);
  outputs = report_columns(std::move(outputs), dataset);
  if (classifies && !weights.empty()) {
    evaluation.metrics.accuracy = top_k_share(outputs.view(), labels_of(dataset, rows), 1, weights);
  }
  if (with_top_k) evaluation.metrics.top_k = top_k_share(outputs.view(), labels_of(dataset, rows), top_k, weights);
  // A loss that is not finite ends the run; its outputs have no order.
  if (watched.empty() || !std::isfinite(evaluation.metrics.loss)) return evaluation.metrics;
  add_reports(evaluation, std::move(outputs), dataset, rows, engine.spec().loss, weights);
  for (const Measure measure : watched) {
    if (const auto value = reported_value(evaluation, measure)) evaluation.metrics.watched[measure] = *value;
  }
  return evaluation.metrics;
}

template <class T>
Matrix<double> outputs_of_rows(Engine<T>& engine, const Features& features, const Scaling& scaling,
                               std::span<const std::uint32_t> rows) {
  Matrix<double> outputs(rows.size(), engine.spec().num_outputs());
  for (std::size_t first = 0; first < rows.size(); first += kEvaluationRows) {
    const auto chunk = rows.subspan(first, std::min(kEvaluationRows, rows.size() - first));
    feed_inputs(engine, features, scaling, chunk);
    copy_outputs(engine.predict(), outputs.view().row_range(first, chunk.size()));
  }
  return outputs;
}

namespace {

template <class T>
PartEvaluation evaluate_with(Engine<T>& engine, const Dataset& dataset, const Scaling& scaling,
                             std::span<const std::uint32_t> rows, const EvaluationOptions& options, bool weighted) {
  const std::vector<double> weights = weighted ? weights_of(dataset, rows) : std::vector<double>();
  PartEvaluation evaluation;
  Matrix<double> outputs(rows.size(), engine.spec().num_outputs());
  evaluation.metrics =
      measure_loss(engine, dataset, scaling, rows, outputs.view(),
                   weighted ? std::span<const double>(dataset.table.weights) : std::span<const double>());
  outputs = report_columns(std::move(outputs), dataset);
  if (measures_top_k(dataset, rows, options.top_k)) {
    evaluation.metrics.top_k = top_k_share(outputs.view(), labels_of(dataset, rows), options.top_k, weights);
  }
  add_reports(evaluation, std::move(outputs), dataset, rows, engine.spec().loss, weights, options.thresholds);
  const bool decides_otherwise = weighted || !options.thresholds.empty();
  if (decides_otherwise && evaluation.metrics.accuracy)
    evaluation.metrics.accuracy = evaluation.classification->accuracy;
  return evaluation;
}

}  // namespace

template <class T>
PartEvaluation evaluate_rows(Engine<T>& engine, const Dataset& dataset, const Scaling& scaling,
                             std::span<const std::uint32_t> rows, const EvaluationOptions& options) {
  PartEvaluation evaluation = evaluate_with(engine, dataset, scaling, rows, options, false);
  if (!dataset.table.weights.empty() && !rows.empty()) {
    evaluation.weighted =
        std::make_shared<const PartEvaluation>(evaluate_with(engine, dataset, scaling, rows, options, true));
  }
  return evaluation;
}

#define GRADUS_INSTANTIATE(T)                                                                                       \
  template PartMetrics measure_rows(Engine<T>&, const Dataset&, const Scaling&, std::span<const std::uint32_t>,     \
                                    std::size_t, std::span<const Measure>);                                         \
  template Matrix<double> outputs_of_rows(Engine<T>&, const Features&, const Scaling&,                              \
                                          std::span<const std::uint32_t>);                                          \
  template PartEvaluation evaluate_rows(Engine<T>&, const Dataset&, const Scaling&, std::span<const std::uint32_t>, \
                                        const EvaluationOptions&);
GRADUS_INSTANTIATE(float)
GRADUS_INSTANTIATE(double)
#undef GRADUS_INSTANTIATE

}  // namespace gradus
