// SPDX-License-Identifier: Apache-2.0
#include "training/class_tally.hpp"

#include <algorithm>

namespace gradus {
namespace {

// With one number for every pair of classes: a model may claim any number of them.
constexpr std::size_t kMaxConfusionClasses = 4096;

double ratio(double part, double whole) {
  return whole > 0.0 ? part / whole : 0.0;
}

void set_scores(const std::vector<ClassMass>& masses, std::span<const std::optional<double>> areas,
                ClassificationReport& report) {
  for (std::size_t k = 0; k < masses.size(); ++k) {
    ClassScores scores = masses[k].scores();
    scores.auc = areas[k];
    report.classes.push_back(scores);
  }
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

}  // namespace

void ClassMass::add(bool is_predicted, bool is_actual, double weight) {
  if (is_predicted && is_actual) hits += weight;
  if (is_predicted) predicted += weight;
  if (is_actual) actual += weight;
  if (is_actual) ++support;
}

ClassScores ClassMass::scores() const {
  ClassScores scores;
  scores.precision = ratio(hits, predicted);
  scores.recall = ratio(hits, actual);
  scores.f1 = ratio(2.0 * hits, predicted + actual);
  scores.support = support;
  return scores;
}

ClassTally::ClassTally(std::size_t num_classes, std::span<const double> thresholds)
    : thresholds_(thresholds), occurs_(num_classes), masses_(num_classes) {
  if (num_classes <= kMaxConfusionClasses) confusion_.assign(num_classes, std::vector<std::size_t>(num_classes, 0));
}

void ClassTally::add(std::span<const double> outputs, std::size_t actual, double weight) {
  const std::size_t predicted = predicted_class(outputs, thresholds_);
  if (!confusion_.empty()) ++confusion_[actual][predicted];
  occurs_[actual] = true;
  occurs_[predicted] = true;
  masses_[actual].add(predicted == actual, true, weight);
  if (predicted != actual) masses_[predicted].add(true, false, weight);
  if (predicted == actual) correct_ += weight;
  weight_ += weight;
  ++rows_;
}

ClassificationReport ClassTally::report(std::span<const std::optional<double>> areas) const {
  ClassificationReport report;
  report.rows = rows_;
  report.confusion = confusion_;
  set_scores(masses_, areas, report);
  report.accuracy = ratio(correct_, weight_);
  report.balanced_accuracy = balanced_accuracy(masses_);
  set_macro_means(report, static_cast<std::size_t>(std::count(occurs_.begin(), occurs_.end(), true)));
  set_weighted_means(masses_, report);
  return report;
}

LabelTally::LabelTally(std::size_t num_labels, std::span<const double> thresholds)
    : thresholds_(thresholds), masses_(num_labels) {}

void LabelTally::add(std::span<const double> outputs, std::span<const double> targets, double weight) {
  bool all_right = true;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const bool said = predicted_label(outputs[k], k, thresholds_);
    const bool is = targets[k] >= 0.5;
    masses_[k].add(said, is, weight);
    all_right = all_right && said == is;
  }
  if (all_right) right_ += weight;
  weight_ += weight;
  ++rows_;
}

ClassificationReport LabelTally::report(std::span<const std::optional<double>> areas) const {
  ClassificationReport report;
  report.rows = rows_;
  set_scores(masses_, areas, report);
  report.accuracy = ratio(right_, weight_);
  set_macro_means(report, report.classes.size());
  set_weighted_means(masses_, report);
  return report;
}

}  // namespace gradus
