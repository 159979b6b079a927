// What can be measured of a part after an epoch, one row each: its name, whether more is better, and for which tasks it
// is there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "gradus/core/fact_table.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus {

/// A measure of one part. Definitions are those of scikit-learn (gradus/training/metrics.hpp).
enum class Measure : std::uint8_t {
  kLoss,
  kAccuracy,
  kTopK,
  kF1,                // macro: ClassificationReport::macro_f1
  kAuc,               // ROC: of two classes the second one's, of more classes and of labels ::macro_auc
  kBalancedAccuracy,  // ClassificationReport::balanced_accuracy
  kR2,                // RegressionReport::r2
  kMae,
  kRmse,
};

/// The row of a measure.
struct MeasureFacts {
  Measure kind;
  std::string_view name;        // in records: "valid_" and this
  std::string_view train_name;  // of the monitors
  std::string_view valid_name;
  bool larger_is_better = true;
  bool classification = false;  // the tasks that have it
  bool multi_label = false;
  bool regression = false;
  bool running = false;   // known from the training steps themselves
  bool recorded = false;  // in every record where it is known; the others are taken where a monitor asks for them
};

inline constexpr std::array kMeasureTable = {
    MeasureFacts{.kind = Measure::kLoss,
                 .name = "loss",
                 .train_name = "train_loss",
                 .valid_name = "valid_loss",
                 .larger_is_better = false,
                 .classification = true,
                 .multi_label = true,
                 .regression = true,
                 .running = true,
                 .recorded = true},
    MeasureFacts{.kind = Measure::kAccuracy,
                 .name = "accuracy",
                 .train_name = "train_accuracy",
                 .valid_name = "valid_accuracy",
                 .classification = true,
                 .running = true,
                 .recorded = true},
    MeasureFacts{.kind = Measure::kTopK,
                 .name = "top_k",
                 .train_name = "train_top_k",
                 .valid_name = "valid_top_k",
                 .classification = true,
                 .recorded = true},
    MeasureFacts{.kind = Measure::kF1,
                 .name = "f1",
                 .train_name = "train_f1",
                 .valid_name = "valid_f1",
                 .classification = true,
                 .multi_label = true},
    MeasureFacts{.kind = Measure::kAuc,
                 .name = "auc",
                 .train_name = "train_auc",
                 .valid_name = "valid_auc",
                 .classification = true,
                 .multi_label = true},
    MeasureFacts{.kind = Measure::kBalancedAccuracy,
                 .name = "balanced_accuracy",
                 .train_name = "train_balanced_accuracy",
                 .valid_name = "valid_balanced_accuracy",
                 .classification = true},
    MeasureFacts{
        .kind = Measure::kR2, .name = "r2", .train_name = "train_r2", .valid_name = "valid_r2", .regression = true},
    MeasureFacts{.kind = Measure::kMae,
                 .name = "mae",
                 .train_name = "train_mae",
                 .valid_name = "valid_mae",
                 .larger_is_better = false,
                 .regression = true},
    MeasureFacts{.kind = Measure::kRmse,
                 .name = "rmse",
                 .train_name = "train_rmse",
                 .valid_name = "valid_rmse",
                 .larger_is_better = false,
                 .regression = true},
};
inline constexpr auto kAllMeasures = kinds_of(kMeasureTable);

/// The row about `measure`.
constexpr const MeasureFacts& measure_facts(Measure measure) {
  return row_of(kMeasureTable, measure);
}

/// Whether a data set of this task has the measure.
constexpr bool suits(const MeasureFacts& facts, Task task) {
  if (task == Task::kClassification) return facts.classification;
  return task == Task::kMultiLabel ? facts.multi_label : facts.regression;
}

}  // namespace gradus
