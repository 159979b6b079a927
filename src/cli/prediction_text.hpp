// Predictions as text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/csv_cell.hpp"
#include "data/kept_columns.hpp"
#include "gradus/core/matrix.hpp"
#include "gradus/model/model_file.hpp"

namespace gradus::cli {

/// What is said of a row: one of K classes, which of K labels it has, K quantities.
enum class PredictionKind : std::uint8_t { kClass, kLabelSet, kValues };

/// What the columns of a model's outputs mean, and how they are written.
struct PredictionFormat {
  PredictionKind kind = PredictionKind::kValues;
  std::vector<std::string> names;  // of the outputs
  bool with_outputs = true;
  bool is_single = false;          // outputs are floats, and written with the digits that floats need
  std::vector<double> thresholds;  // EvaluationOptions
  CsvCells cells = CsvCells::kGuarded;

  PredictionFormat(const Model& model, bool probabilities, std::vector<double> with_thresholds = {});
  /// A decision stands beside the outputs.
  [[nodiscard]] bool decides() const { return kind != PredictionKind::kValues; }
  [[nodiscard]] std::size_t class_of(std::span<const double> outputs) const;
  [[nodiscard]] bool has_label(std::span<const double> outputs, std::size_t k) const;
};

/// The first line of CSV, behind that of kept columns.
std::string csv_header(const PredictionFormat& format, const std::string& kept = "");

/// Lines of CSV for the rows of `outputs`, each behind its row of `kept`, if there are any.
std::string csv_rows(const PredictionFormat& format, MatrixView<const double> outputs,
                     const data::KeptFields& kept = {}, std::size_t first_kept = 0);

/// `value` as a decimal number of few digits is read again.
double shown_value(const PredictionFormat& format, double value);

}  // namespace gradus::cli
