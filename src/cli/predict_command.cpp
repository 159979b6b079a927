// gradus predict: outputs of a trained network for new rows, as CSV, JSON or npy.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/model_data.hpp"
#include "cli/note.hpp"
#include "cli/predict_pieces.hpp"
#include "cli/prediction_text.hpp"
#include "core/atomic_file.hpp"
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
  std::vector<double> thresholds;
  std::vector<std::string> keep;
  bool raw = false;
};

[[noreturn]] void refuse_keep(const std::string& found) {
  throw InputError({.where = "--keep",
                    .expected = "predictions as CSV of all rows of a text table",
                    .found = found,
                    .advice = "leave out --keep"});
}

/// Predictions and what their columns mean.
struct Predictions {
  PredictionFormat format;
  Matrix<double> outputs;

  [[nodiscard]] std::size_t class_of(std::size_t row) const { return format.class_of(outputs.row(row)); }
};

std::string json_text(const Predictions& p) {
  nlohmann::ordered_json object;
  object["names"] = p.format.names;
  object["rows"] = nlohmann::ordered_json::array();
  for (std::size_t r = 0; r < p.outputs.rows(); ++r) {
    nlohmann::ordered_json row;
    if (p.format.kind == PredictionKind::kClass) row["class"] = p.format.names[p.class_of(r)];
    if (p.format.kind == PredictionKind::kLabelSet) {
      row["labels"] = nlohmann::ordered_json::array();
      for (std::size_t k = 0; k < p.format.names.size(); ++k) {
        if (p.format.has_label(p.outputs.row(r), k)) row["labels"].push_back(p.format.names[k]);
      }
    }
    if (p.format.with_outputs) {
      nlohmann::ordered_json& values = row[p.format.decides() ? "probabilities" : "values"];
      for (const double value : p.outputs.row(r)) values.push_back(shown_value(p.format, value));
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

std::string npy_of(const Predictions& p) {
  const std::size_t rows = p.outputs.rows();
  if (p.format.with_outputs) {
    return npy_text("<f8", fmt::format("({}, {})", rows, p.outputs.cols()), raw_bytes<double>(p.outputs.span()));
  }
  if (p.format.kind == PredictionKind::kLabelSet) {
    Matrix<std::int64_t> labels(rows, p.outputs.cols());
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t k = 0; k < labels.cols(); ++k) labels(r, k) = p.format.has_label(p.outputs.row(r), k) ? 1 : 0;
    }
    return npy_text("<i8", fmt::format("({}, {})", rows, labels.cols()), raw_bytes<std::int64_t>(labels.span()));
  }
  std::vector<std::int64_t> classes(rows);
  for (std::size_t r = 0; r < rows; ++r) classes[r] = static_cast<std::int64_t>(p.class_of(r));
  return npy_text("<i8", fmt::format("({},)", rows), raw_bytes<std::int64_t>(classes));
}

Predictions predict_all(const PredictArguments& arguments, const Model& model) {
  const Dataset dataset = read_model_data(arguments.source, model, false);
  check_model_fits(model, dataset, false);
  const auto rows = rows_of_part(dataset, arguments.part).second;
  return {PredictionFormat(model, arguments.probabilities, arguments.thresholds),
          predict_rows(model, dataset.table.features, rows, arguments.source.threads)};
}

/// A file in place of which CSV appears, or standard output.
class CsvOutput {
 public:
  explicit CsvOutput(const std::string& path) : path_(path) {}
  void write(std::string_view text) {
    if (path_.empty()) {
      print_data(text);
    } else {
      if (!file_) file_.emplace(path_);
      file_->write(text);
    }
    is_written_ = true;
  }
  /// Takes back what was written; false where it has been read already.
  bool restart() {
    if (path_.empty() && is_written_) return false;
    file_.reset();
    return true;
  }
  void commit() {
    if (file_) file_->commit();
  }

 private:
  const std::string& path_;
  std::optional<AtomicFile> file_;
  bool is_written_ = false;
};

/// How many rows were written as CSV.
std::size_t predict_csv(const PredictArguments& arguments, const Model& model) {
  CsvOutput output(arguments.out);
  PredictionFormat format(model, arguments.probabilities, arguments.thresholds);
  if (arguments.raw) format.cells = CsvCells::kRaw;
  PiecesOutcome pieces;
  if (arguments.part == "all") {
    pieces = predict_pieces(
        arguments.source, model, format, arguments.keep, [&output](std::string_view text) { output.write(text); },
        [&output] { return output.restart(); });
  }
  if (!pieces.is_done) {
    if (!arguments.keep.empty()) refuse_keep("a source without columns of text, or a part of it");
    const Predictions predictions = predict_all(arguments, model);
    pieces.rows = predictions.outputs.rows();
    output.write(csv_header(format) + csv_rows(format, predictions.outputs.view()));
  }
  output.commit();
  return pieces.rows;
}

void predict(const PredictArguments& arguments) {
  const std::string& out = arguments.out;
  const bool as_npy = out.ends_with(".npy");
  const bool as_json = out.ends_with(".json");
  if (!out.empty() && !as_npy && !as_json && !out.ends_with(".csv")) {
    throw InputError(
        {.where = "--out", .expected = "a name that ends in .csv, .npy or .json", .found = out, .advice = ""});
  }
  if ((as_npy || as_json) && !arguments.keep.empty()) refuse_keep("'" + out + "'");
  const Model model = read_model(model_path(arguments.source.model));
  check_thresholds(model, arguments.thresholds);
  std::size_t rows = 0;
  if (as_npy || as_json) {
    const Predictions predictions = predict_all(arguments, model);
    rows = predictions.outputs.rows();
    write_file(out, as_npy ? npy_of(predictions) : json_text(predictions));
  } else {
    rows = predict_csv(arguments, model);
  }
  if (!out.empty()) note("{}: {} rows\n", out, rows);
}

}  // namespace

void add_predict_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "predict", "predict classes, label sets or values of new rows");
  auto arguments = std::make_shared<PredictArguments>();
  add_model_data_options(*command, arguments->source);
  completes(add_option(*command, "--part", arguments->part, "train, valid, test or all [all]"),
            {.words = {"train", "valid", "test", "all"}, .files = false});
  add_option(*command, "--out", arguments->out, "FILE.csv, .npy or .json [CSV on standard output]");
  add_flag(*command, "--probabilities", arguments->probabilities,
           "the outputs of every class or label beside what is predicted");
  add_threshold_option(*command, arguments->thresholds);
  add_option(*command, "--keep", arguments->keep, "columns of the table to write in front: names, numbers or patterns")
      ->delimiter(',');
  add_flag(*command, "--raw", arguments->raw, kRawCellsDoc);
  command->callback([arguments, &exit_code] {
    predict(*arguments);
    exit_code = 0;
  });
}

}  // namespace gradus::cli
