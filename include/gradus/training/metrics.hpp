// Quality measures from outputs and targets, in double, in the definitions of scikit-learn.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/network/loss.hpp"

namespace gradus {

/// One class (or label) against the rest: TP, FP, FN are counts of rows. A ratio with denominator 0 is 0.
struct ClassScores {
  double precision = 0.0;     // TP / (TP + FP), in [0, 1]
  double recall = 0.0;        // TP / (TP + FN), in [0, 1]
  double f1 = 0.0;            // 2 TP / (2 TP + FP + FN), in [0, 1]
  std::optional<double> auc;  // roc_auc() of this output; empty where one side has no row
  std::size_t support = 0;    // rows that are of this class: TP + FN
};

/// Measures of N rows and K classes (or labels).
struct ClassificationReport {
  std::size_t rows = 0;   // N
  double accuracy = 0.0;  // share of rows; multi-label: of those with every label right
  /// K x K, [true class][predicted class]; empty for multi-label, and for more than 4096 classes.
  std::vector<std::vector<std::size_t>> confusion;
  std::vector<ClassScores> classes;  // K
  double macro_precision = 0.0;      // the macro values are unweighted means over the classes that
  double macro_recall = 0.0;         // occur among labels or predictions; multi-label: over all labels
  double macro_f1 = 0.0;
  double weighted_precision =
      0.0;  // the weighted ones are means with the supports as weights; 0 where no class has any
  double weighted_recall = 0.0;
  double weighted_f1 = 0.0;
  std::optional<double> balanced_accuracy;  // mean recall of the classes with support; empty for multi-label
  std::optional<double> macro_auc;          // mean over the classes that have one; empty where none has

  /// Of label sets; of classes there may be too many for a confusion matrix.
  [[nodiscard]] bool is_multi_label() const { return !balanced_accuracy; }
};

/// Measures of N rows and K targets in the unit of the targets: unweighted means over the K targets. What belongs to a
/// loss is there where the model was trained with it.
struct RegressionReport {
  std::size_t rows = 0;           // N
  double r2 = 0.0;                // 1 - sum (y - p)^2 / sum (y - mean y)^2, at most 1; a constant target: 1 or 0
  double mae = 0.0;               // mean |y - p|, the target's unit
  double rmse = 0.0;              // root of the mean of (y - p)^2, the target's unit
  std::optional<double> pinball;  // quantile: mean of max(q (y - p), (1 - q) (p - y)) at the trained quantile q
  std::optional<double> poisson_deviance;  // poisson: mean of 2 (y ln(y / p) - y + p), its first term 0 where y = 0
};

/// Column of the largest value, the first of equals. `row` is not empty.
std::size_t largest_column(std::span<const double> row);
/// Whether `label` is among the k largest outputs; of equal outputs the earlier column counts as larger.
bool in_top_k(std::span<const double> row, std::size_t label, std::size_t k);
/// Area under the ROC curve of N scores, in [0, 1], by mid-ranks (ties count half); empty when all rows are on one
/// side.
/// With `weights` (one a row) every pair counts as the product of its weights; empty when one side has none above 0.
std::optional<double> roc_auc(std::span<const double> scores, const std::vector<bool>& positive,
                              std::span<const double> weights = {});

/// The predicted class of a row of outputs: largest_column(), or of two classes with a threshold t (one, in [0, 1]) the
/// second one where its output is at least t.
std::size_t predicted_class(std::span<const double> row, std::span<const double> thresholds = {});
/// Whether label k is predicted at this output: from 0.5 on, or from the one threshold, or from that of the label.
bool predicted_label(double output, std::size_t k, std::span<const double> thresholds = {});
/// In all three `weights` is empty or has one weight from 0 per row, not all 0: a row then counts as often as its
/// weight says (scikit-learn's sample_weight) in everything but rows, supports and confusion, which count rows.
/// `outputs` is N x K, `labels` N class indices below K: nothing is checked. One-vs-rest where a measure is binary.
/// `thresholds` as in predicted_class() and predicted_label().
ClassificationReport classification_report(MatrixView<const double> outputs, std::span<const std::int32_t> labels,
                                           std::span<const double> weights = {},
                                           std::span<const double> thresholds = {});
/// `targets` N x K of 0 and 1.
ClassificationReport multi_label_report(MatrixView<const double> outputs, MatrixView<const double> targets,
                                        std::span<const double> weights = {}, std::span<const double> thresholds = {});
/// Both N x K. `loss` says which of the loss's own measures are taken.
RegressionReport regression_report(MatrixView<const double> outputs, MatrixView<const double> targets,
                                   const Loss& loss = {}, std::span<const double> weights = {});

}  // namespace gradus
