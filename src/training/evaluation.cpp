// SPDX-License-Identifier: Apache-2.0
#include "training/evaluation.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <memory>
#include <vector>

#include "core/thread_pool.hpp"
#include "training/class_tally.hpp"

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

Matrix<double> values_of(const Dataset& dataset, std::span<const std::uint32_t> rows) {
  Matrix<double> values(rows.size(), dataset.table.values.cols());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const std::span<const double> row = dataset.table.values.row(rows[r]);
    std::copy(row.begin(), row.end(), values.row(r).begin());
  }
  return values;
}

void copy_outputs(const auto& computed, MatrixView<double> to) {
  for (std::size_t r = 0; r < computed.rows(); ++r) {
    for (std::size_t k = 0; k < computed.cols(); ++k) to(r, k) = static_cast<double>(computed(r, k));
  }
}

// The outputs of all rows, some columns at a time, each column in one piece.
template <class T>
class OutputColumns {
 public:
  OutputColumns(std::size_t rows, std::size_t columns, std::size_t most_bytes)
      : rows_(rows),
        columns_(columns),
        most_(std::max<std::size_t>(1, most_bytes / sizeof(T) / std::max<std::size_t>(1, rows))) {}

  [[nodiscard]] std::size_t first() const { return first_; }
  [[nodiscard]] std::size_t end() const { return std::min(columns_, first_ + most_); }
  /// Goes on to the next columns, beginning with the first ones; false: there are no more.
  bool next() {
    first_ = values_.empty() ? 0 : end();
    values_.resize((end() - first_) * rows_);
    return first_ < columns_ && rows_ > 0;
  }
  /// What these rows have in the columns.
  void put(std::size_t first_row, MatrixView<const T> outputs) {
    for (std::size_t c = first_; c < end(); ++c) {
      T* column = values_.data() + (c - first_) * rows_ + first_row;
      for (std::size_t r = 0; r < outputs.rows(); ++r) column[r] = outputs(r, c);
    }
  }
  [[nodiscard]] std::vector<double> column(std::size_t c) const {
    const T* column = values_.data() + (c - first_) * rows_;
    return {column, column + rows_};
  }

 private:
  std::size_t rows_;
  std::size_t columns_;
  std::size_t most_;
  std::size_t first_ = 0;
  std::vector<T> values_;
};

// Calls f(number of the first row, outputs) for the outputs of each call; the loss of the same pass, weighted where
// there are `row_weights`, and the share of rows that are right, never weighted.
template <class T, class F>
PartMetrics measure_loss(Engine<T>& engine, const Dataset& dataset, const Scaling& scaling,
                         std::span<const std::uint32_t> rows, std::span<const double> row_weights, const F& f) {
  BatchFeeder<T> feeder(dataset, scaling, row_weights);
  BatchStats total;
  for (std::size_t first = 0; first < rows.size(); first += kEvaluationRows) {
    const auto chunk = rows.subspan(first, std::min(kEvaluationRows, rows.size() - first));
    const BatchTargets<T> targets = feeder.feed(engine, chunk);
    const BatchStats stats = engine.evaluate(targets);
    f(first, engine.outputs());
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

// The same without the loss.
template <class T, class F>
void for_each_outputs(Engine<T>& engine, const Features& features, const Scaling& scaling,
                      std::span<const std::uint32_t> rows, const F& f) {
  for (std::size_t first = 0; first < rows.size(); first += kEvaluationRows) {
    feed_inputs(engine, features, scaling, rows.subspan(first, std::min(kEvaluationRows, rows.size() - first)));
    f(first, engine.predict());
  }
}

// Share of the weight of the rows whose label is among the k largest outputs.
struct TopShare {
  std::size_t k = 0;  // 0: not measured
  double hits = 0.0;
  double total = 0.0;

  void add(std::span<const double> outputs, std::size_t label, double weight) {
    if (k == 0) return;
    if (in_top_k(outputs, label, k)) hits += weight;
    total += weight;
  }
  [[nodiscard]] double share() const { return total > 0.0 ? hits / total : 0.0; }
};

// What is measured on one part; `weighted`: with the data set's sample weights.
struct PartTask {
  const Dataset& dataset;
  const Scaling& scaling;
  std::span<const std::uint32_t> rows;
  EvaluationOptions options;
  EvaluationLimits limits;
  bool weighted = false;
  bool reports = true;

  [[nodiscard]] std::vector<double> weights() const {
    return weighted ? weights_of(dataset, rows) : std::vector<double>();
  }
  [[nodiscard]] std::span<const double> row_weights() const {
    return weighted ? std::span<const double>(dataset.table.weights) : std::span<const double>();
  }
  [[nodiscard]] std::size_t label(std::size_t r) const {
    return static_cast<std::size_t>(dataset.table.labels[rows[r]]);
  }
  [[nodiscard]] bool is(std::size_t r, std::size_t k) const {
    return dataset.task == Task::kClassification ? label(r) == k : dataset.table.values(rows[r], k) >= 0.5;
  }
};

// The area under the ROC curve of class or label k, whose output may be that of the other of two classes.
template <class T>
std::optional<double> area_of(const PartTask& task, const OutputColumns<T>& columns, std::size_t k, bool one_output,
                              std::span<const double> weights) {
  std::vector<double> scores = columns.column(one_output ? 0 : k);
  if (one_output && k == 0) {
    for (double& score : scores) score = 1.0 - score;
  }
  std::vector<bool> positive(task.rows.size());
  for (std::size_t r = 0; r < positive.size(); ++r) positive[r] = task.is(r, k);
  return roc_auc(scores, positive, weights);
}

// f(i) for i in [first, end), on so many threads. What one of them throws leaves through here.
template <class F>
void for_each_on_threads(std::size_t first, std::size_t end, unsigned threads, const F& f) {
  std::atomic<std::size_t> next{first};
  std::vector<std::exception_ptr> thrown(threads);
  ThreadPool pool(threads);
  pool.run([&](unsigned thread) {
    try {
      for (std::size_t i = next++; i < end; i = next++) f(i);
    } catch (...) {
      thrown[thread] = std::current_exception();
    }
  });
  for (const std::exception_ptr& exception : thrown) {
    if (exception) std::rethrow_exception(exception);
  }
}

// The areas of all classes or labels. The columns that are there first come from the pass that measured the loss.
template <class T>
std::vector<std::optional<double>> areas_of(Engine<T>& engine, const PartTask& task, OutputColumns<T>& columns,
                                            std::span<const double> weights) {
  const std::size_t classes = task.dataset.num_outputs();
  const bool one_output = engine.spec().num_outputs() < classes;
  std::vector<std::optional<double>> areas(classes);
  // Threads that have less to do than this are not worth their start.
  constexpr std::size_t kSmall = 200'000;
  const unsigned threads = task.rows.size() * classes < kSmall ? 1 : std::max(1U, task.limits.threads);
  for (bool more = !task.rows.empty(); more;) {
    const std::size_t end = one_output ? classes : columns.end();
    for_each_on_threads(columns.first(), end, threads,
                        [&](std::size_t k) { areas[k] = area_of(task, columns, k, one_output, weights); });
    more = columns.next();
    if (!more) break;
    for_each_outputs(engine, task.dataset.table.features, task.scaling, task.rows,
                     [&](std::size_t first, MatrixView<const T> outputs) { columns.put(first, outputs); });
  }
  return areas;
}

// A row's outputs in double, a number a class.
template <class T>
void read_outputs(std::span<const T> row, std::vector<double>& outputs) {
  if (row.size() == outputs.size()) {
    std::copy(row.begin(), row.end(), outputs.begin());
  } else {
    outputs = {1.0 - static_cast<double>(row[0]), static_cast<double>(row[0])};
  }
}

template <class T>
PartEvaluation evaluate_classes(Engine<T>& engine, const PartTask& task) {
  const std::vector<double> weights = task.weights();
  OutputColumns<T> columns(task.rows.size(), engine.spec().num_outputs(), task.limits.column_bytes);
  const bool sets = task.dataset.task == Task::kMultiLabel;
  const std::size_t classes = task.dataset.num_outputs();
  ClassTally class_tally(sets || !task.reports ? 0 : classes, task.options.thresholds);
  LabelTally label_tally(sets && task.reports ? classes : 0, task.options.thresholds);
  TopShare first{.k = sets || weights.empty() ? std::size_t{0} : 1};
  TopShare top{.k = sets ? 0 : task.options.top_k};
  std::vector<double> outputs(classes);
  const bool with_columns = task.reports && columns.next();
  const bool reads_rows = task.reports || first.k + top.k > 0;
  PartEvaluation evaluation;
  evaluation.metrics =
      measure_loss(engine, task.dataset, task.scaling, task.rows, task.row_weights(),
                   [&](std::size_t first_row, MatrixView<const T> computed) {
                     if (with_columns) columns.put(first_row, computed);
                     for (std::size_t b = 0; reads_rows && b < computed.rows(); ++b) {
                       const std::size_t r = first_row + b;
                       const double weight = weights.empty() ? 1.0 : weights[r];
                       read_outputs(computed.row(b), outputs);
                       if (sets) {
                         if (task.reports)
                           label_tally.add(outputs, task.dataset.table.values.row(task.rows[r]), weight);
                         continue;
                       }
                       first.add(outputs, task.label(r), weight);
                       top.add(outputs, task.label(r), weight);
                       if (task.reports) class_tally.add(outputs, task.label(r), weight);
                     }
                   });
  if (first.k > 0) evaluation.metrics.accuracy = first.share();
  if (top.k > 0 && !task.rows.empty()) evaluation.metrics.top_k = top.share();
  if (!task.reports) return evaluation;
  // Outputs of a loss that is not finite have no order.
  std::vector<std::optional<double>> areas(classes);
  if (std::isfinite(evaluation.metrics.loss)) areas = areas_of(engine, task, columns, weights);
  evaluation.classification = sets ? label_tally.report(areas) : class_tally.report(areas);
  return evaluation;
}

// Quantities are measured in their own unit.
template <class T>
PartEvaluation evaluate_quantities(Engine<T>& engine, const PartTask& task) {
  Matrix<double> outputs(task.reports ? task.rows.size() : 0, engine.spec().num_outputs());
  PartEvaluation evaluation;
  evaluation.metrics = measure_loss(engine, task.dataset, task.scaling, task.rows, task.row_weights(),
                                    [&](std::size_t first, MatrixView<const T> computed) {
                                      if (outputs.empty()) return;
                                      copy_outputs(computed, outputs.view().row_range(first, computed.rows()));
                                    });
  if (!task.reports) return evaluation;
  Matrix<double> values = values_of(task.dataset, task.rows);
  unscale_targets(task.dataset.target_scaling, values.view());
  unscale_targets(task.dataset.target_scaling, outputs.view());
  evaluation.regression = regression_report(outputs.view(), values.view(), engine.spec().loss, task.weights());
  return evaluation;
}

template <class T>
PartEvaluation evaluate_part(Engine<T>& engine, const PartTask& task) {
  return task.dataset.task == Task::kRegression ? evaluate_quantities(engine, task) : evaluate_classes(engine, task);
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
                         std::span<const std::uint32_t> rows, std::size_t top_k, std::span<const Measure> watched,
                         const EvaluationLimits& limits) {
  const PartTask task{.dataset = dataset,
                      .scaling = scaling,
                      .rows = rows,
                      .options = {.top_k = top_k, .thresholds = {}},
                      .limits = limits,
                      .weighted = !dataset.table.weights.empty(),
                      .reports = !watched.empty()};
  PartEvaluation evaluation = evaluate_part(engine, task);
  // A loss that is not finite ends the run.
  if (!std::isfinite(evaluation.metrics.loss)) return evaluation.metrics;
  for (const Measure measure : watched) {
    if (const auto value = reported_value(evaluation, measure)) evaluation.metrics.watched[measure] = *value;
  }
  return evaluation.metrics;
}

template <class T>
Matrix<double> outputs_of_rows(Engine<T>& engine, const Features& features, const Scaling& scaling,
                               std::span<const std::uint32_t> rows) {
  Matrix<double> outputs(rows.size(), engine.spec().num_outputs());
  for_each_outputs(engine, features, scaling, rows, [&](std::size_t first, MatrixView<const T> computed) {
    copy_outputs(computed, outputs.view().row_range(first, computed.rows()));
  });
  return outputs;
}

template <class T>
PartEvaluation evaluate_rows(Engine<T>& engine, const Dataset& dataset, const Scaling& scaling,
                             std::span<const std::uint32_t> rows, const EvaluationOptions& options,
                             const EvaluationLimits& limits) {
  const auto evaluate = [&](bool weighted) {
    const PartTask task{.dataset = dataset,
                        .scaling = scaling,
                        .rows = rows,
                        .options = options,
                        .limits = limits,
                        .weighted = weighted};
    PartEvaluation evaluation = evaluate_part(engine, task);
    const bool decides_otherwise = weighted || !options.thresholds.empty();
    if (decides_otherwise && evaluation.metrics.accuracy)
      evaluation.metrics.accuracy = evaluation.classification->accuracy;
    return evaluation;
  };
  PartEvaluation evaluation = evaluate(false);
  if (!dataset.table.weights.empty() && !rows.empty()) {
    evaluation.weighted = std::make_shared<const PartEvaluation>(evaluate(true));
  }
  return evaluation;
}

#define GRADUS_INSTANTIATE(T)                                                                                       \
  template PartMetrics measure_rows(Engine<T>&, const Dataset&, const Scaling&, std::span<const std::uint32_t>,     \
                                    std::size_t, std::span<const Measure>, const EvaluationLimits&);                \
  template Matrix<double> outputs_of_rows(Engine<T>&, const Features&, const Scaling&,                              \
                                          std::span<const std::uint32_t>);                                          \
  template PartEvaluation evaluate_rows(Engine<T>&, const Dataset&, const Scaling&, std::span<const std::uint32_t>, \
                                        const EvaluationOptions&, const EvaluationLimits&);
GRADUS_INSTANTIATE(float)
GRADUS_INSTANTIATE(double)
#undef GRADUS_INSTANTIATE

}  // namespace gradus
