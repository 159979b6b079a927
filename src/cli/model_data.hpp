// What evaluate and predict share: a model, a data set that it can read, a part of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gradus/data/source.hpp"
#include "gradus/model/model_file.hpp"

namespace gradus::cli {

struct ModelDataArguments {
  std::string model;  // run folder or model file
  std::string data;
  SourceOptions options;
  unsigned threads = 0;
};

void add_model_data_options(CLI::App& command, ModelDataArguments& arguments);

/// --threshold, EvaluationOptions::thresholds.
void add_threshold_option(CLI::App& command, std::vector<double>& thresholds);

/// The data's options, where they leave something open what the model says.
SourceOptions options_for(const ModelDataArguments& arguments, const Model& model, bool with_targets);

/// Reads the data; the label column is the model's own where the file has it and nothing else is asked for.
Dataset read_model_data(const ModelDataArguments& arguments, const Model& model, bool with_targets);

/// The rows of "train", "valid", "test" or "all"; "" picks the test part, else the validation part, else all rows.
/// Throws InputError for a part that the data has not.
std::pair<std::string, std::vector<std::uint32_t>> rows_of_part(const Dataset& dataset, const std::string& part);

}  // namespace gradus::cli
