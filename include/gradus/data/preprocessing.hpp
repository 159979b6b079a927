// From the columns of a table to the inputs of a network: missing numbers are filled in and marked, categories become
// one input a level, dates a trend and cycles. Everything is fitted on the training part alone, kept in the model file,
// and applied to new tables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "gradus/data/schema.hpp"

namespace gradus {

struct Dataset;

/// How one column becomes inputs of the network.
struct ColumnStep {
  Column column;               // the levels of a category are those that have an input of their own
  double fill = 0.0;           // number and date: what a missing one becomes
  bool marks_missing = false;  // a further input is 1 where the cell is missing, else 0
  bool has_other = false;      // category: a further input for the levels without one of their own
  bool has_time = false;       // date: a cycle of the day besides those of week and year
  bool operator==(const ColumnStep&) const = default;
};

/// The steps of all columns, in the table's order.
struct Preprocessing {
  std::vector<ColumnStep> steps;
  std::size_t label_column = 0;  // Schema::label_column
  bool operator==(const Preprocessing&) const = default;

  /// The columns that new tables must have.
  [[nodiscard]] Schema schema() const;
  /// The inputs are the columns themselves: all are numbers, and none was missing in the training part.
  [[nodiscard]] bool is_identity() const;
  /// Inputs of the network.
  [[nodiscard]] std::size_t num_inputs() const;
  /// num_inputs() names: "age", "age (missing)", "colour=red", "day (week, sin)". Empty for columns without names.
  [[nodiscard]] std::vector<std::string> input_names() const;
  /// For each input whether it is 0 or 1 by its making, and needs no scaling.
  [[nodiscard]] std::vector<bool> is_indicator() const;
};

struct PreprocessingOptions {
  std::string impute = "mean";    // what missing numbers become: "mean" or "median" of the training part, or a number
  std::size_t max_one_hot = 100;  // inputs of a category at most, from 2; rarer levels share one
};

/// Fits one step a column to the training rows of `dataset.columns`, and adds sentences about columns that say nothing
/// to `notes`. Throws InputError where no input would be left.
Preprocessing fit_preprocessing(const Dataset& dataset, const PreprocessingOptions& options,
                                std::vector<std::string>& notes);

/// Replaces the columns of `dataset` by inputs, in double, and names them. The columns must be those of
/// `preprocessing`; levels are matched by name, and one that is not known counts as missing and is noted. A table of
/// numbers without missing ones stays as it is.
void apply_preprocessing(Dataset& dataset, const Preprocessing& preprocessing);

/// One row of a table, a number for each step's column, as num_inputs() inputs: numbers as they are, dates as days
/// since 1970, categories as the index of the level in the step's column, or as many as there are for one of the others
/// where the step has them; NaN: missing. Throws InputError for an index that no level has.
void encode_row(const Preprocessing& preprocessing, std::span<const double> cells, std::span<double> inputs);

}  // namespace gradus
