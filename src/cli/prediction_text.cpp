// SPDX-License-Identifier: Apache-2.0
#include "cli/prediction_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <variant>

#include "core/csv_field.hpp"
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

PredictionFormat::PredictionFormat(const Model& model, bool probabilities)
    : names(model.class_names),
      classifies(!model.class_names.empty()),
      with_outputs(probabilities || model.class_names.empty()),
      // A value in the target's own unit was computed in double.
      is_single(std::holds_alternative<Network<float>>(model.network) && model.target_scaling == TargetScaling{}) {
  const std::size_t outputs = model.spec().num_outputs();
  if (!classifies && outputs == 1) names = {model.target_name.empty() ? "value" : model.target_name};
  for (std::size_t k = names.size(); k < outputs; ++k) names.push_back(fmt::format("value_{}", k));
}

std::string csv_header(const PredictionFormat& format, const std::string& kept) {
  std::string text = format.classifies ? "class" : "";
  for (std::size_t k = 0; format.with_outputs && k < format.names.size(); ++k) {
    text += (text.empty() ? "" : ",") + csv_field(format.classifies ? "p_" + format.names[k] : format.names[k]);
  }
  return kept + text + "\n";
}

std::string csv_rows(const PredictionFormat& format, MatrixView<const double> outputs, const data::KeptFields& kept,
                     std::size_t first_kept) {
  std::vector<std::string> classes;
  for (const std::string& name : format.names) classes.push_back(csv_field(name));
  fmt::memory_buffer text;
  for (std::size_t r = 0; r < outputs.rows(); ++r) {
    if (!kept.ends.empty()) append_text(text, kept.row(first_kept + r));
    if (format.classifies) append_text(text, classes[largest_column(outputs.row(r))]);
    for (std::size_t k = 0; format.with_outputs && k < format.names.size(); ++k) {
      if (k > 0 || format.classifies) text.push_back(',');
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
