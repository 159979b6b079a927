// gradus predict: outputs of a trained network for new rows, as CSV, JSON or npy.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/model_data.hpp"
#include "cli/note.hpp"
#include "core/atomic_file.hpp"
#include "core/csv_field.hpp"
#include "gradus/core/error.hpp"
#include "gradus/training/metrics.hpp"
#include "gradus/training/run_folder.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus::cli {
namespace {

struct PredictArguments {
  ModelDataArguments source;
  std::string part = "all";
  std::string out;
  bool probabilities = false;
};

/// Predictions and what their columns mean. A classifier has one class per row beside its outputs.
struct Predictions {
  Matrix<double> outputs;
  std::vector<std::string> names;  // of the outputs
  bool classifies = false;

  [[nodiscard]] std::size_t class_of(std::size_t row) const { return largest_column(outputs.row(row)); }
};

std::string csv_text(const Predictions& p, bool probabilities) {
  const bool with_outputs = probabilities || !p.classifies;
  std::string text = p.classifies ? "class" : "";
  for (std::size_t k = 0; with_outputs && k < p.names.size(); ++k) {
    text += (text.empty() ? "" : ",") + csv_field(p.classifies ? "p_" + p.names[k] : p.names[k]);
  }
  text += "\n";
  for (std::size_t r = 0; r < p.outputs.rows(); ++r) {
    std::string line = p.classifies ? csv_field(p.names[p.class_of(r)]) : "";
    for (std::size_t k = 0; with_outputs && k < p.names.size(); ++k) {
      line += fmt::format("{}{}", line.empty() ? "" : ",", p.outputs(r, k));
    }
    text += line + "\n";
  }
  return text;
}

std::string json_text(const Predictions& p, bool probabilities) {
  nlohmann::ordered_json object;
  object["names"] = p.names;
  object["rows"] = nlohmann::ordered_json::array();
  for (std::size_t r = 0; r < p.outputs.rows(); ++r) {
    nlohmann::ordered_json row;
    const std::span<const double> outputs = p.outputs.row(r);
    if (p.classifies) row["class"] = p.names[p.class_of(r)];
    if (probabilities || !p.classifies) {
      row[p.classifies ? "probabilities" : "values"] = std::vector<double>(outputs.begin(), outputs.end());
    }
    object["rows"].push_back(row);
  }
  return object.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

// numpy's format 1.0: magic, header padded to 64 bytes, little-endian array in C order.
std::string npy_text(const std::string& dtype, const std::string& shape, std::string_view data) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", dtype, shape);
  const std::size_t prefix = 10;
  header.append(63 - (prefix + header.size()) % 64, ' ');
  header += '\n';
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size() & 0xff);
  text += static_cast<char>(header.size() >> 8);
  return text + header + std::string(data);
}

template <class T>
std::string_view raw_bytes(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

std::string npy_of(const Predictions& p, bool probabilities) {
  const std::size_t rows = p.outputs.rows();
  if (probabilities || !p.classifies) {
    return npy_text("<f8", fmt::format("({}, {})", rows, p.outputs.cols()), raw_bytes<double>(p.outputs.span()));
  }
  std::vector<std::int64_t> classes(rows);
  for (std::size_t r = 0; r < rows; ++r) classes[r] = static_cast<std::int64_t>(p.class_of(r));
  return npy_text("<i8", fmt::format("({},)", rows), raw_bytes<std::int64_t>(classes));
}

Predictions predict_all(const PredictArguments& arguments) {
  const Model model = read_model(model_path(arguments.source.model));
  const Dataset dataset = read_model_data(arguments.source, model, false);
  check_model_fits(model, dataset, false);
  const auto rows = rows_of_part(dataset, arguments.part).second;
  Predictions p;
  p.outputs = predict_rows(model, dataset.table.features, rows, arguments.source.threads);
  p.classifies = !model.class_names.empty();
  p.names = model.class_names;
  if (!p.classifies && p.outputs.cols() == 1) p.names = {model.target_name.empty() ? "value" : model.target_name};
  for (std::size_t k = p.names.size(); k < p.outputs.cols(); ++k) p.names.push_back(fmt::format("value_{}", k));
  return p;
}

void predict(const PredictArguments& arguments) {
  const std::string& out = arguments.out;
  const bool as_npy = out.ends_with(".npy");
  const bool as_json = out.ends_with(".json");
  if (!out.empty() && !as_npy && !as_json && !out.ends_with(".csv")) {
    throw InputError(
        {.where = "--out", .expected = "a name that ends in .csv, .npy or .json", .found = out, .advice = ""});
  }
  const Predictions predictions = predict_all(arguments);
  const std::string text = as_npy    ? npy_of(predictions, arguments.probabilities)
                           : as_json ? json_text(predictions, arguments.probabilities)
                                     : csv_text(predictions, arguments.probabilities);
  if (out.empty()) {
    fmt::print("{}", text);
    return;
  }
  write_file(out, text);
  note("{}: {} rows\n", out, predictions.outputs.rows());
}

}  // namespace

void add_predict_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "predict", "predict classes or values of new rows");
  auto arguments = std::make_shared<PredictArguments>();
  add_model_data_options(*command, arguments->source);
  add_option(*command, "--part", arguments->part, "train, valid, test or all [all]");
  add_option(*command, "--out", arguments->out, "FILE.csv, .npy or .json [CSV on standard output]");
  add_flag(*command, "--probabilities", arguments->probabilities, "the outputs of every class beside the class");
  command->callback([arguments, &exit_code] {
    predict(*arguments);
    exit_code = 0;
  });
}

}  // namespace gradus::cli
