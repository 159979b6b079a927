// SPDX-License-Identifier: Apache-2.0
#include "cli/prediction_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <variant>

#include "gradus/training/metrics.hpp"

namespace gradus::cli {
namespace {

void append_number(fmt::memory_buffer& text, const PredictionFormat& format, double value) {
  if (format.is_single) {
    fmt::format_to(std::back_inserter(text), "{}", static_cast<float>(value));
  } else {
    fmt::format_to(std::back_inserter(text), "{}", value);
  }
}

void append_text(fmt::memory_buffer& text, std::string_view more) {
  text.append(more.data(), more.data() + more.size());
}

}  // namespace

PredictionFormat::PredictionFormat(const Model& model, bool probabilities, std::vector<double> with_thresholds)
    : names(model.class_names.empty() ? model.target_names : model.class_names),
      // A value in the target's own unit was computed in double.
      is_single(std::holds_alternative<Network<float>>(model.network) && model.target_scaling == TargetScaling{}),
      thresholds(std::move(with_thresholds)) {
  if (model.task == Task::kMultiLabel) {
    kind = PredictionKind::kLabelSet;
  } else if (!model.class_names.empty()) {
    kind = PredictionKind::kClass;
  }
  with_outputs = probabilities || !decides();
  const std::size_t outputs = model.spec().num_outputs();
  if (!decides() && outputs == 1) names = {model.target_name.empty() ? "value" : model.target_name};
  for (std::size_t k = names.size(); k < outputs; ++k) names.push_back(fmt::format("value_{}", k));
}

std::size_t PredictionFormat::class_of(std::span<const double> outputs) const {
  return predicted_class(outputs, thresholds);
}

bool PredictionFormat::has_label(std::span<const double> outputs, std::size_t k) const {
  return predicted_label(outputs[k], k, thresholds);
}

std::string csv_header(const PredictionFormat& format, const std::string& kept) {
  std::vector<std::string> fields;
  if (format.kind == PredictionKind::kClass) fields.emplace_back("class");
  if (format.kind == PredictionKind::kLabelSet) {
    for (const std::string& name : format.names) fields.push_back(csv_cell(name, format.cells));
  }
  for (std::size_t k = 0; format.with_outputs && k < format.names.size(); ++k) {
    fields.push_back(csv_cell(format.decides() ? "p_" + format.names[k] : format.names[k], format.cells));
  }
  return kept + fmt::format("{}\n", fmt::join(fields, ","));
}

std::string csv_rows(const PredictionFormat& format, MatrixView<const double> outputs, const data::KeptFields& kept,
                     std::size_t first_kept) {
  std::vector<std::string> classes;
  for (const std::string& name : format.names) classes.push_back(csv_cell(name, format.cells));
  fmt::memory_buffer text;
  for (std::size_t r = 0; r < outputs.rows(); ++r) {
    if (!kept.ends.empty()) append_text(text, kept.row(first_kept + r));
    if (format.kind == PredictionKind::kClass) append_text(text, classes[format.class_of(outputs.row(r))]);
    for (std::size_t k = 0; format.kind == PredictionKind::kLabelSet && k < outputs.cols(); ++k) {
      if (k > 0) text.push_back(',');
      text.push_back(format.has_label(outputs.row(r), k) ? '1' : '0');
    }
    for (std::size_t k = 0; format.with_outputs && k < format.names.size(); ++k) {
      if (k > 0 || format.decides()) text.push_back(',');
      append_number(text, format, outputs(r, k));
    }
    text.push_back('\n');
  }
  return fmt::to_string(text);
}

double shown_value(const PredictionFormat& format, double value) {
  if (!format.is_single) return value;
  const std::string text = fmt::format("{}", static_cast<float>(value));
  double shown = value;
  std::from_chars(text.data(), text.data() + text.size(), shown);
  return shown;
}

}  // namespace gradus::cli
