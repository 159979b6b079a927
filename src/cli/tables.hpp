// Results as tables for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gradus/training/run_record.hpp"

namespace gradus::cli {

/// One row per part: loss, accuracy, macro F1, ROC AUC, or R2, MAE and RMSE.
std::string evaluation_table(const std::vector<std::pair<std::string, const PartEvaluation*>>& parts);
/// Rows are true classes, columns predicted ones; empty for more than 20 classes.
std::string confusion_table(const ClassificationReport& report, const std::vector<std::string>& class_names);
/// Precision, recall, F1, AUC and rows of every class.
std::string class_table(const ClassificationReport& report, const std::vector<std::string>& class_names);

}  // namespace gradus::cli
