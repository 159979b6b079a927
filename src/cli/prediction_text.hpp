// Predictions as text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "data/kept_columns.hpp"
#include "gradus/core/matrix.hpp"
#include "gradus/model/model_file.hpp"

namespace gradus::cli {

/// What the columns of a model's outputs mean, and how they are written.
struct PredictionFormat {
  std::vector<std::string> names;  // of the outputs
  bool classifies = false;         // a row has a class beside its outputs
  bool with_outputs = true;
  bool is_single = false;  // outputs are floats, and written with the digits that floats need

  PredictionFormat(const Model& model, bool probabilities);
};

/// The first line of CSV, behind that of kept columns.
std::string csv_header(const PredictionFormat& format, const std::string& kept = "");

/// Lines of CSV for the rows of `outputs`, each behind its row of `kept`, if there are any.
std::string csv_rows(const PredictionFormat& format, MatrixView<const double> outputs,
                     const data::KeptFields& kept = {}, std::size_t first_kept = 0);

/// `value` as a decimal number of few digits is read again.
double shown_value(const PredictionFormat& format, double value);

}  // namespace gradus::cli
