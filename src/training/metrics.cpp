// Quality measures from outputs and targets.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/scalar_math.hpp"

namespace gradus {
namespace {

// With one number for every pair of classes: a model may claim any number of them.
constexpr std::size_t kMaxConfusionClasses = 4096;

double ratio(double part, double whole) {
  return whole > 0.0 ? part / whole : 0.0;
}

double weight_of(std::span<const double> weights, std::size_t row) {
  return weights.empty() ? 1.0 : weights[row];
}

double sum_of_weights(std::span<const double> weights, std::size_t rows) {
  double sum = 0.0;
  for (std::size_t r = 0; r < rows; ++r) sum += weight_of(weights, r);
  return sum;
}

// One class against the rest: sums of the weights of its rows, and how many they are.
struct ClassMass {
  double hits = 0.0;
  double predicted = 0.0;
  double actual = 0.0;
  std::size_t support = 0;

  void add(bool is_predicted, bool is_actual, double weight) {
    if (is_predicted && is_actual) hits += weight;
    if (is_predicted) predicted += weight;
    if (is_actual) actual += weight;
    if (is_actual) ++support;
  }
  [[nodiscard]] ClassScores scores() const {
    ClassScores scores;
    scores.precision = ratio(hits, predicted);
    scores.recall = ratio(hits, actual);
    scores.f1 = ratio(2.0 * hits, predicted + actual);
    scores.support = support;
    return scores;
  }
};

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

void set_weighted_means(const std::vector<ClassMass>& masses, ClassificationReport& report) {
  double total = 0.0;
  for (std::size_t k = 0; k < masses.size(); ++k) {
    const ClassScores& scores = report.classes[k];
    const double support = masses[k].actual;
    report.weighted_precision += support * scores.precision;
    report.weighted_recall += support * scores.recall;
    report.weighted_f1 += support * scores.f1;
    total += support;
  }
  report.weighted_precision = ratio(report.weighted_precision, total);
  report.weighted_recall = ratio(report.weighted_recall, total);
  report.weighted_f1 = ratio(report.weighted_f1, total);
}

double balanced_accuracy(const std::vector<ClassMass>& masses) {
  double sum = 0.0;
  double present = 0.0;
  for (const ClassMass& mass : masses) {
    sum += ratio(mass.hits, mass.actual);
    present += mass.actual > 0.0 ? 1.0 : 0.0;
  }
  return ratio(sum, present);
}

std::vector<double> column(MatrixView<const double> matrix, std::size_t c) {
  std::vector<double> values(matrix.rows());
  for (std::size_t r = 0; r < matrix.rows(); ++r) values[r] = matrix(r, c);
  return values;
}

// sum over positives of w (negative weight below + half of the tied) / (positive weight x negative weight)
std::optional<double> weighted_auc(std::span<const double> scores, const std::vector<bool>& positive,
                                   std::span<const double> weights, std::span<const std::size_t> order) {
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
// With weights the same by its meaning: the share of pairs whose positive has the larger score.
std::optional<double> roc_auc(std::span<const double> scores, const std::vector<bool>& positive,
                              std::span<const double> weights) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  if (!weights.empty()) return weighted_auc(scores, positive, weights, order);
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

ClassificationReport classification_report(MatrixView<const double> outputs, std::span<const std::int32_t> labels,
                                           std::span<const double> weights, std::span<const double> thresholds) {
  const std::size_t num_classes = outputs.cols();
  ClassificationReport report;
  report.rows = outputs.rows();
  if (num_classes <= kMaxConfusionClasses) {
    report.confusion.assign(num_classes, std::vector<std::size_t>(num_classes, 0));
  }
  std::vector<bool> occurs(num_classes);  // as a label or a prediction
  std::vector<ClassMass> masses(num_classes);
  double correct = 0.0;
  for (std::size_t r = 0; r < outputs.rows(); ++r) {
    const auto actual = static_cast<std::size_t>(labels[r]);
    const std::size_t predicted = predicted_class(outputs.row(r), thresholds);
    const double weight = weight_of(weights, r);
    if (!report.confusion.empty()) ++report.confusion[actual][predicted];
    occurs[actual] = true;
    occurs[predicted] = true;
    masses[actual].add(predicted == actual, true, weight);
    if (predicted != actual) masses[predicted].add(true, false, weight);
    if (predicted == actual) correct += weight;
  }
  std::size_t occurring = 0;
  for (std::size_t k = 0; k < num_classes; ++k) {
    occurring += occurs[k] ? 1 : 0;
    ClassScores scores = masses[k].scores();
    std::vector<bool> positive(labels.size());
    for (std::size_t r = 0; r < labels.size(); ++r) positive[r] = static_cast<std::size_t>(labels[r]) == k;
    scores.auc = roc_auc(column(outputs, k), positive, weights);
    report.classes.push_back(scores);
  }
  report.accuracy = ratio(correct, sum_of_weights(weights, report.rows));
  report.balanced_accuracy = balanced_accuracy(masses);
  set_macro_means(report, occurring);
  set_weighted_means(masses, report);
  return report;
}

ClassificationReport multi_label_report(MatrixView<const double> outputs, MatrixView<const double> targets,
                                        std::span<const double> weights, std::span<const double> thresholds) {
  ClassificationReport report;
  report.rows = outputs.rows();
  std::vector<bool> all_right(outputs.rows(), true);
  std::vector<ClassMass> masses(outputs.cols());
  for (std::size_t k = 0; k < outputs.cols(); ++k) {
    std::vector<bool> positive(outputs.rows());
    for (std::size_t r = 0; r < outputs.rows(); ++r) {
      const bool said = predicted_label(outputs(r, k), k, thresholds);
      positive[r] = targets(r, k) >= 0.5;
      masses[k].add(said, positive[r], weight_of(weights, r));
      if (said != positive[r]) all_right[r] = false;
    }
    ClassScores scores = masses[k].scores();
    scores.auc = roc_auc(column(outputs, k), positive, weights);
    report.classes.push_back(scores);
  }
  double right = 0.0;
  for (std::size_t r = 0; r < outputs.rows(); ++r) right += all_right[r] ? weight_of(weights, r) : 0.0;
  report.accuracy = ratio(right, sum_of_weights(weights, report.rows));
  set_macro_means(report, report.classes.size());
  set_weighted_means(masses, report);
  return report;
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
