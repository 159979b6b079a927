// What a k-fold evaluation leaves: the measures of every fold, their mean and spread, and a prediction for every row
// from the model that did not see it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gradus/model/model_file.hpp"
#include "gradus/training/run_config.hpp"

namespace gradus {

/// Collects folds one by one and writes them down.
class FoldsRecord {
 public:
  /// `rows`: the data before any fold was held out; outlives the record.
  FoldsRecord(const RunConfig& config, const Dataset& rows);

  /// The model of fold `fold` (from 1), and the data that it was trained on: its test part is what was held out.
  void add(std::size_t fold, const Model& model, const Dataset& dataset);

  /// folds.json's object, indented.
  [[nodiscard]] std::string json() const;
  /// One line a row in the file's order: row, label, fold, prediction, outputs.
  [[nodiscard]] std::string predictions_csv() const;
  /// Mean, standard deviation, smallest and largest value of every measure, for people.
  [[nodiscard]] std::string table() const;

 private:
  struct Run {
    std::size_t fold = 0;
    std::size_t train_rows = 0;
    std::size_t valid_rows = 0;
    std::size_t rows = 0;
    std::string weights_sha256;
  };
  /// A number of each fold; nothing where it is not defined, as the area under the curve of a class without rows.
  struct Measured {
    std::string name;
    std::vector<std::optional<double>> values;
  };
  struct Spread {
    double mean = 0.0;
    double sd = 0.0;  // over n - 1; 0 for one value
    double low = 0.0;
    double high = 0.0;
  };
  struct Prediction {
    std::size_t fold = 0;  // 0: none yet
    std::string label;     // class name; empty: values
    std::vector<double> outputs;
  };

  void add_measures(const std::string& evaluation);
  [[nodiscard]] static std::optional<Spread> spread_of(const Measured& measured);
  [[nodiscard]] std::string csv_header() const;

  const RunConfig config_;
  const Dataset& rows_;
  std::vector<std::string> names_;  // of classes, labels or targets
  std::vector<Run> runs_;
  std::vector<Measured> measures_;
  std::vector<Prediction> predictions_;  // of each row of the table
};

}  // namespace gradus
