// What reports say of classes and labels beside the areas under their curves, gathered a row at a time, so that the
// outputs of all rows need not be there at once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "gradus/training/metrics.hpp"

namespace gradus {

/// One class against the rest: sums of the weights of its rows, and how many they are.
struct ClassMass {
  double hits = 0.0;
  double predicted = 0.0;
  double actual = 0.0;
  std::size_t support = 0;

  void add(bool is_predicted, bool is_actual, double weight);
  [[nodiscard]] ClassScores scores() const;
};

/// Of rows that belong to one of K classes each.
class ClassTally {
 public:
  /// `thresholds` as in predicted_class().
  ClassTally(std::size_t num_classes, std::span<const double> thresholds);
  /// A row's K outputs. Rows are added in their order: sums depend on it.
  void add(std::span<const double> outputs, std::size_t actual, double weight);
  /// `areas`: roc_auc() of each class.
  [[nodiscard]] ClassificationReport report(std::span<const std::optional<double>> areas) const;

 private:
  std::span<const double> thresholds_;
  std::size_t rows_ = 0;
  double correct_ = 0.0;
  double weight_ = 0.0;
  std::vector<std::vector<std::size_t>> confusion_;
  std::vector<bool> occurs_;  // as a label or a prediction
  std::vector<ClassMass> masses_;
};

/// Of rows that have any of K labels.
class LabelTally {
 public:
  /// `thresholds` as in predicted_label().
  LabelTally(std::size_t num_labels, std::span<const double> thresholds);
  /// A row's K outputs and its K targets of 0 and 1.
  void add(std::span<const double> outputs, std::span<const double> targets, double weight);
  [[nodiscard]] ClassificationReport report(std::span<const std::optional<double>> areas) const;

 private:
  std::span<const double> thresholds_;
  std::size_t rows_ = 0;
  double right_ = 0.0;
  double weight_ = 0.0;
  std::vector<ClassMass> masses_;
};

}  // namespace gradus
