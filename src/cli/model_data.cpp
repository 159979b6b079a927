// SPDX-License-Identifier: Apache-2.0
#include "cli/model_data.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "cli/data_notes.hpp"
#include "cli/flags.hpp"
#include "cli/reader_flags.hpp"
#include "core/suggest.hpp"
#include "gradus/core/error.hpp"
#include "training/model_source.hpp"

namespace gradus::cli {
namespace {

constexpr std::array<std::string_view, 4> kParts = {"train", "valid", "test", "all"};

// The data with the label column that the arguments or the model name.
Dataset read_labelled(const ModelDataArguments& arguments, const Model& model, bool with_targets) {
  const SourceOptions options = options_for(arguments, model, with_targets);
  const bool may_lack_targets = !with_targets && arguments.options.label.empty();
  std::optional<Dataset> dataset;
  try {
    dataset = read_source(arguments.data, options);
    if (!dataset->columns.empty() && options.schema) return std::move(*dataset);
    if (dataset->num_features() == model.spec().num_inputs || !may_lack_targets) return std::move(*dataset);
  } catch (const InputError&) {
    if (!may_lack_targets) throw;
  }
  // Rows to predict often come without the column that is to be predicted.
  SourceOptions without = options;
  without.label = "none";
  try {
    Dataset unlabelled = read_source(arguments.data, without);
    if (unlabelled.num_features() == model.spec().num_inputs || !dataset) return unlabelled;
  } catch (const InputError&) {
    if (!dataset) read_source(arguments.data, options);  // the first reading's error is the one to tell
    if (!dataset) throw;
  }
  return std::move(*dataset);
}

// The samples of an array stand in columns where they did in training, unless that does not fit.
Dataset read_either_way(const ModelDataArguments& arguments, const Model& model, bool with_targets) {
  if (model.samples_in_columns && arguments.options.orientation.empty()) {
    try {
      Dataset dataset = read_labelled(arguments, model, with_targets);
      if (!dataset.columns.empty() || dataset.num_features() == model.spec().num_inputs) return dataset;
    } catch (const InputError&) {
      // The other way's error is the one to tell.
    }
    ModelDataArguments automatic = arguments;
    automatic.options.orientation = "rows";
    return read_labelled(automatic, model, with_targets);
  }
  return read_labelled(arguments, model, with_targets);
}

}  // namespace

SourceOptions options_for(const ModelDataArguments& arguments, const Model& model, bool with_targets) {
  SourceOptions options = options_for_model(arguments.options, model, with_targets);
  options.threads = arguments.threads;
  return options;
}

void add_threshold_option(CLI::App& command, std::vector<double>& thresholds) {
  add_option(command, "--threshold", thresholds,
             "two classes: probability from which the second is predicted; label sets: one or one a label [0.5]")
      ->delimiter(',');
}

void add_model_data_options(CLI::App& command, ModelDataArguments& arguments) {
  SourceOptions& options = arguments.options;
  add_option(command, "model", arguments.model, "run folder or model.safetensors")->required();
  completes(add_option(command, "--data", arguments.data, "data set: a path or a name")->required(),
            {.words = source_names(), .files = true});
  add_option(command, "--data-dir", options.data_dir, "first folder to look for named sets");
  add_option(command, "--valid-data", options.valid_path, "further file that becomes the validation part");
  add_option(command, "--test-data", options.test_path, "further file that becomes the test part");
  add_option(command, "--label", options.label, "label column: name, number or none [the model's]");
  add_option(command, "--weight", options.weight, "column of sample weights: name or number [the model's]");
  add_reader_flags(command, options);
  add_option(command, "--rows", options.generated_rows, "rows to generate");
  add_option(command, "--data-seed", options.seed, "seed of a generator");
  add_option(command, "--threads", arguments.threads, "0 = one per core")->check(in_range(0, 1024));
}

Dataset read_model_data(const ModelDataArguments& arguments, const Model& model, bool with_targets) {
  Dataset dataset = read_either_way(arguments, model, with_targets);
  prepare_for_model(dataset, model);
  print_notes(dataset);
  return dataset;
}

std::pair<std::string, std::vector<std::uint32_t>> rows_of_part(const Dataset& dataset, const std::string& part) {
  std::string name = part;
  if (name.empty()) name = !dataset.test.empty() ? "test" : !dataset.valid.empty() ? "valid" : "all";
  if (name == "all") {
    std::vector<std::uint32_t> rows(dataset.table.rows());
    std::iota(rows.begin(), rows.end(), 0U);
    return {name, rows};
  }
  if (std::find(kParts.begin(), kParts.end(), name) == kParts.end()) throw unknown_name("--part", name, kParts);
  const std::vector<std::uint32_t>& rows = name == "train"   ? dataset.train
                                           : name == "valid" ? dataset.valid
                                                             : dataset.test;
  if (!rows.empty()) return {name, rows};
  throw InputError({.where = "--part",
                    .expected = "a part of " + dataset.name,
                    .found = "'" + name + "', which has no rows",
                    .advice = "use --part all"});
}

}  // namespace gradus::cli
