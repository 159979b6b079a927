// Quality measures from outputs and targets.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/scalar_math.hpp"
#include "training/class_tally.hpp"

namespace gradus {
namespace {

double weight_of(std::span<const double> weights, std::size_t row) {
  return weights.empty() ? 1.0 : weights[row];
}

double sum_of_weights(std::span<const double> weights, std::size_t rows) {
  double sum = 0.0;
  for (std::size_t r = 0; r < rows; ++r) sum += weight_of(weights, r);
  return sum;
}

std::vector<double> column(MatrixView<const double> matrix, std::size_t c) {
  std::vector<double> values(matrix.rows());
  for (std::size_t r = 0; r < matrix.rows(); ++r) values[r] = matrix(r, c);
  return values;
}

// sum over positives of w (negative weight below + half of the tied) / (positive weight x negative weight)
std::optional<double> weighted_auc(std::span<const double> scores, const std::vector<bool>& positive,
                                   std::span<const double> weights) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double pairs = 0.0;
  double positives = 0.0;
  double negatives = 0.0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first;
    double tied_positives = 0.0;
    double tied_negatives = 0.0;
    for (; end < order.size() && scores[order[end]] == scores[order[first]]; ++end) {
      (positive[order[end]] ? tied_positives : tied_negatives) += weights[order[end]];
    }
    pairs += tied_positives * (negatives + tied_negatives / 2.0);
    positives += tied_positives;
    negatives += tied_negatives;
    first = end;
  }
  if (positives == 0.0 || negatives == 0.0) return std::nullopt;
  return pairs / (positives * negatives);
}

}  // namespace

std::size_t largest_column(std::span<const double> row) {
  return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

std::size_t predicted_class(std::span<const double> row, std::span<const double> thresholds) {
  if (thresholds.empty()) return largest_column(row);
  return row[1] >= thresholds[0] ? 1 : 0;
}

bool predicted_label(double output, std::size_t k, std::span<const double> thresholds) {
  return output >= (thresholds.empty() ? 0.5 : thresholds[thresholds.size() == 1 ? 0 : k]);
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
// Every sum is of halves and exact, so that their order is free: the positives are sorted and the scores counted among
// them. With weights the same by its meaning: the share of pairs whose positive has the larger score.
std::optional<double> roc_auc(std::span<const double> scores, const std::vector<bool>& positive,
                              std::span<const double> weights) {
  if (!weights.empty()) return weighted_auc(scores, positive, weights);
  std::vector<double> sorted;
  for (std::size_t r = 0; r < scores.size(); ++r) {
    if (positive[r]) sorted.push_back(scores[r]);
  }
  const auto positives = static_cast<double>(sorted.size());
  const double negatives = static_cast<double>(scores.size()) - positives;
  if (positives == 0.0 || negatives == 0.0) return std::nullopt;
  std::sort(sorted.begin(), sorted.end());
  // [i]: scores between the positives i - 1 and i, and scores equal to positive i, which is the first of equal ones.
  std::vector<std::size_t> between(sorted.size() + 1);
  std::vector<std::size_t> equal(sorted.size() + 1);
  for (const double score : scores) {
    const auto place = std::lower_bound(sorted.begin(), sorted.end(), score);
    const auto i = static_cast<std::size_t>(place - sorted.begin());
    ++(place != sorted.end() && *place == score ? equal : between)[i];
  }
  double rank_sum = 0.0;
  std::size_t below = 0;
  for (std::size_t first = 0; first < sorted.size();) {
    std::size_t end = first;
    while (end < sorted.size() && sorted[end] == sorted[first]) ++end;
    below += between[first];
    const double middle_rank = static_cast<double>(below) + (static_cast<double>(equal[first]) - 1.0) / 2.0 + 1.0;
    rank_sum += middle_rank * static_cast<double>(end - first);
    below += equal[first];
    first = end;
  }
  return (rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives);
}

ClassificationReport classification_report(MatrixView<const double> outputs, std::span<const std::int32_t> labels,
                                           std::span<const double> weights, std::span<const double> thresholds) {
  ClassTally tally(outputs.cols(), thresholds);
  for (std::size_t r = 0; r < outputs.rows(); ++r) {
    tally.add(outputs.row(r), static_cast<std::size_t>(labels[r]), weight_of(weights, r));
  }
  std::vector<std::optional<double>> areas;
  for (std::size_t k = 0; k < outputs.cols(); ++k) {
    std::vector<bool> positive(outputs.rows());
    for (std::size_t r = 0; r < outputs.rows(); ++r) positive[r] = static_cast<std::size_t>(labels[r]) == k;
    areas.push_back(roc_auc(column(outputs, k), positive, weights));
  }
  return tally.report(areas);
}

ClassificationReport multi_label_report(MatrixView<const double> outputs, MatrixView<const double> targets,
                                        std::span<const double> weights, std::span<const double> thresholds) {
  LabelTally tally(outputs.cols(), thresholds);
  for (std::size_t r = 0; r < outputs.rows(); ++r) tally.add(outputs.row(r), targets.row(r), weight_of(weights, r));
  std::vector<std::optional<double>> areas;
  for (std::size_t k = 0; k < outputs.cols(); ++k) {
    std::vector<bool> positive(outputs.rows());
    for (std::size_t r = 0; r < outputs.rows(); ++r) positive[r] = targets(r, k) >= 0.5;
    areas.push_back(roc_auc(column(outputs, k), positive, weights));
  }
  return tally.report(areas);
}

namespace {

// Mean of score(y, p) over all targets of all rows.
template <class Score>
double mean_score(MatrixView<const double> outputs, MatrixView<const double> targets, std::span<const double> weights,
                  Score score) {
  double sum = 0.0;
  for (std::size_t r = 0; r < outputs.rows(); ++r) {
    const double weight = weight_of(weights, r);
    for (std::size_t k = 0; k < outputs.cols(); ++k) sum += weight * score(targets(r, k), outputs(r, k));
  }
  return sum / (sum_of_weights(weights, outputs.rows()) * static_cast<double>(outputs.cols()));
}

double poisson_deviance(double y, double p) {
  const double surprise = y > 0.0 ? y * math::log(y / p) : 0.0;
  return 2.0 * (surprise - y + p);
}

}  // namespace

// Per target: R2 = 1 - sum (y - p)^2 / sum (y - mean y)^2; a constant target gives 1 when met exactly, else 0.
RegressionReport regression_report(MatrixView<const double> outputs, MatrixView<const double> targets, const Loss& loss,
                                   std::span<const double> weights) {
  RegressionReport report;
  report.rows = outputs.rows();
  if (outputs.empty()) return report;
  const double rows = sum_of_weights(weights, outputs.rows());
  const auto cols = static_cast<double>(outputs.cols());
  for (std::size_t k = 0; k < outputs.cols(); ++k) {
    double sum = 0.0;
    for (std::size_t r = 0; r < targets.rows(); ++r) sum += weight_of(weights, r) * targets(r, k);
    const double mean = sum / rows;
    double residual = 0.0;
    double total = 0.0;
    double absolute = 0.0;
    for (std::size_t r = 0; r < targets.rows(); ++r) {
      const double error = targets(r, k) - outputs(r, k);
      const double weight = weight_of(weights, r);
      residual += weight * (error * error);
      absolute += weight * std::fabs(error);
      total += weight * ((targets(r, k) - mean) * (targets(r, k) - mean));
    }
    const double constant_r2 = residual == 0.0 ? 1.0 : 0.0;
    report.r2 += (total > 0.0 ? 1.0 - residual / total : constant_r2) / cols;
    report.mae += absolute / rows / cols;
    report.rmse += std::sqrt(residual / rows) / cols;
  }
  if (loss.kind == LossKind::kQuantile) {
    const double q = loss.quantile;
    report.pinball = mean_score(outputs, targets, weights,
                                [q](double y, double p) { return std::max(q * (y - p), (1.0 - q) * (p - y)); });
  }
  if (loss.kind == LossKind::kPoisson)
    report.poisson_deviance = mean_score(outputs, targets, weights, poisson_deviance);
  return report;
}

}  // namespace gradus
