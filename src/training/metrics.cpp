// Quality measures from outputs and targets.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/scalar_math.hpp"

namespace gradus {
namespace {

double ratio(double part, double whole) {
  return whole > 0.0 ? part / whole : 0.0;
}

ClassScores scores_of(std::size_t hits, std::size_t predicted, std::size_t actual) {
  ClassScores scores;
  scores.precision = ratio(static_cast<double>(hits), static_cast<double>(predicted));
  scores.recall = ratio(static_cast<double>(hits), static_cast<double>(actual));
  scores.f1 = ratio(2.0 * static_cast<double>(hits), static_cast<double>(predicted + actual));
  scores.support = actual;
  return scores;
}

// `num_averaged`: the classes that count. The others are without support and never predicted, so their scores are 0 and
// add nothing to a sum.
void set_macro_means(ClassificationReport& report, std::size_t num_averaged) {
  double auc_sum = 0.0;
  std::size_t num_auc = 0;
  for (const ClassScores& scores : report.classes) {
    report.macro_precision += scores.precision;
    report.macro_recall += scores.recall;
    report.macro_f1 += scores.f1;
    if (!scores.auc) continue;
    auc_sum += *scores.auc;
    ++num_auc;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(1, num_averaged));
  report.macro_precision /= count;
  report.macro_recall /= count;
  report.macro_f1 /= count;
  if (num_auc > 0) report.macro_auc = auc_sum / static_cast<double>(num_auc);
}

void set_weighted_means(ClassificationReport& report) {
  double total = 0.0;
  for (const ClassScores& scores : report.classes) {
    const auto support = static_cast<double>(scores.support);
    report.weighted_precision += support * scores.precision;
    report.weighted_recall += support * scores.recall;
    report.weighted_f1 += support * scores.f1;
    total += support;
  }
  report.weighted_precision = ratio(report.weighted_precision, total);
  report.weighted_recall = ratio(report.weighted_recall, total);
  report.weighted_f1 = ratio(report.weighted_f1, total);
}

double balanced_accuracy(const std::vector<ClassScores>& classes) {
  double sum = 0.0;
  double present = 0.0;
  for (const ClassScores& scores : classes) {
    sum += scores.recall;
    present += scores.support > 0 ? 1.0 : 0.0;
  }
  return ratio(sum, present);
}

std::vector<double> column(MatrixView<const double> matrix, std::size_t c) {
  std::vector<double> values(matrix.rows());
  for (std::size_t r = 0; r < matrix.rows(); ++r) values[r] = matrix(r, c);
  return values;
}

}  // namespace

std::size_t largest_column(std::span<const double> row) {
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

bool in_top_k(std::span<const double> row, std::size_t label, std::size_t k) {
  std::size_t larger = 0;
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (row[c] > row[label] || (row[c] == row[label] && c < label)) ++larger;
  }
  return larger < k;
}

// With ranks from 1 in increasing score, mid-ranks for ties, P positives and N negatives:
// AUC = (sum of the positives' ranks - P (P + 1) / 2) / (P N)      (Mann and Whitney 1947)
std::optional<double> roc_auc(std::span<const double> scores, const std::vector<bool>& positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double rank_sum = 0.0;
  double positives = 0.0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && scores[order[last + 1]] == scores[order[first]]) ++last;
    const double middle_rank = (static_cast<double>(first) + static_cast<double>(last)) / 2.0 + 1.0;
    for (std::size_t i = first; i <= last; ++i) {
      if (!positive[order[i]]) continue;
      rank_sum += middle_rank;
      positives += 1.0;
    }
    first = last + 1;
  }
  const double negatives = static_cast<double>(scores.size()) - positives;
  if (positives == 0.0 || negatives == 0.0) return std::nullopt;
  return (rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives);
}

ClassificationReport classification_report(MatrixView<const double> outputs, std::span<const std::int32_t> labels) {
  const std::size_t num_classes = outputs.cols();
  ClassificationReport report;
  report.rows = outputs.rows();
  report.confusion.assign(num_classes, std::vector<std::size_t>(num_classes, 0));
  for (std::size_t r = 0; r < outputs.rows(); ++r) {
    ++report.confusion[static_cast<std::size_t>(labels[r])][largest_column(outputs.row(r))];
  }
  std::size_t correct = 0;
  std::size_t occurring = 0;
  for (std::size_t k = 0; k < num_classes; ++k) {
    std::size_t predicted = 0;
    for (std::size_t t = 0; t < num_classes; ++t) predicted += report.confusion[t][k];
    const std::size_t actual = std::accumulate(report.confusion[k].begin(), report.confusion[k].end(), std::size_t{0});
    ClassScores scores = scores_of(report.confusion[k][k], predicted, actual);
    std::vector<bool> positive(labels.size());
    for (std::size_t r = 0; r < labels.size(); ++r) positive[r] = static_cast<std::size_t>(labels[r]) == k;
    scores.auc = roc_auc(column(outputs, k), positive);
    report.classes.push_back(scores);
    correct += report.confusion[k][k];
    occurring += predicted + actual > 0 ? 1 : 0;
  }
  report.accuracy = ratio(static_cast<double>(correct), static_cast<double>(report.rows));
  report.balanced_accuracy = balanced_accuracy(report.classes);
  set_macro_means(report, occurring);
  set_weighted_means(report);
  return report;
}

ClassificationReport multi_label_report(MatrixView<const double> outputs, MatrixView<const double> targets) {
  ClassificationReport report;
  report.rows = outputs.rows();
  std::vector<bool> all_right(outputs.rows(), true);
  for (std::size_t k = 0; k < outputs.cols(); ++k) {
    std::size_t hits = 0;
    std::size_t predicted = 0;
    std::size_t actual = 0;
    std::vector<bool> positive(outputs.rows());
    for (std::size_t r = 0; r < outputs.rows(); ++r) {
      const bool said = outputs(r, k) >= 0.5;
      positive[r] = targets(r, k) >= 0.5;
      hits += said && positive[r] ? 1 : 0;
      predicted += said ? 1 : 0;
      actual += positive[r] ? 1 : 0;
      if (said != positive[r]) all_right[r] = false;
    }
    ClassScores scores = scores_of(hits, predicted, actual);
    scores.auc = roc_auc(column(outputs, k), positive);
    report.classes.push_back(scores);
  }
  const auto right = std::count(all_right.begin(), all_right.end(), true);
  report.accuracy = ratio(static_cast<double>(right), static_cast<double>(report.rows));
  set_macro_means(report, report.classes.size());
  set_weighted_means(report);
  return report;
}

namespace {

// Mean of score(y, p) over all targets of all rows.
template <class Score>
double mean_score(MatrixView<const double> outputs, MatrixView<const double> targets, Score score) {
  double sum = 0.0;
  for (std::size_t r = 0; r < outputs.rows(); ++r) {
    for (std::size_t k = 0; k < outputs.cols(); ++k) sum += score(targets(r, k), outputs(r, k));
  }
  return sum / static_cast<double>(outputs.size());
}

double poisson_deviance(double y, double p) {
  const double surprise = y > 0.0 ? y * math::log(y / p) : 0.0;
  return 2.0 * (surprise - y + p);
}

}  // namespace

// Per target: R2 = 1 - sum (y - p)^2 / sum (y - mean y)^2; a constant target gives 1 when met exactly, else 0.
RegressionReport regression_report(MatrixView<const double> outputs, MatrixView<const double> targets,
                                   const Loss& loss) {
  RegressionReport report;
  report.rows = outputs.rows();
  if (outputs.empty()) return report;
  const auto rows = static_cast<double>(outputs.rows());
  const auto cols = static_cast<double>(outputs.cols());
  for (std::size_t k = 0; k < outputs.cols(); ++k) {
    double sum = 0.0;
    for (std::size_t r = 0; r < targets.rows(); ++r) sum += targets(r, k);
    const double mean = sum / rows;
    double residual = 0.0;
    double total = 0.0;
    double absolute = 0.0;
    for (std::size_t r = 0; r < targets.rows(); ++r) {
      const double error = targets(r, k) - outputs(r, k);
      residual += error * error;
      absolute += std::fabs(error);
      total += (targets(r, k) - mean) * (targets(r, k) - mean);
    }
    const double constant_r2 = residual == 0.0 ? 1.0 : 0.0;
    report.r2 += (total > 0.0 ? 1.0 - residual / total : constant_r2) / cols;
    report.mae += absolute / rows / cols;
    report.rmse += std::sqrt(residual / rows) / cols;
  }
  if (loss.kind == LossKind::kQuantile) {
    const double q = loss.quantile;
    report.pinball =
        mean_score(outputs, targets, [q](double y, double p) { return std::max(q * (y - p), (1.0 - q) * (p - y)); });
  }
  if (loss.kind == LossKind::kPoisson) report.poisson_deviance = mean_score(outputs, targets, poisson_deviance);
  return report;
}

}  // namespace gradus
