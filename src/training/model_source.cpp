// SPDX-License-Identifier: Apache-2.0
#include "training/model_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <utility>

namespace gradus {
namespace {

// The columns that the model reads; of models that knew no columns yet the names of their features.
Schema schema_of(const Model& model) {
  Schema schema = model.preprocessing.schema();
  if (!model.preprocessing.steps.empty()) return schema;
  schema.label_column = model.feature_names.size();
  for (const std::string& name : model.feature_names) schema.columns.push_back({name, ColumnKind::kNumber, {}});
  return schema;
}

}  // namespace

SourceOptions options_for_model(SourceOptions options, const Model& model, bool with_targets) {
  if (options.task.empty() && model.task) options.task = task_name(*model.task);
  // A model without class names learned numbers, even where whole ones look like classes.
  if (options.task.empty() && model.class_names.empty()) options.task = "regression";
  if (options.task.empty() && model.spec().output == OutputKind::kSoftmax) options.task = "classification";
  if (options.label.empty()) options.label = model.target_name;
  const bool automatic = options.orientation.empty() || options.orientation == "auto";
  if (automatic && model.samples_in_columns) options.orientation = "columns";
  Schema schema = schema_of(model);
  if (!schema.columns.empty()) {
    schema.weight_name = options.weight.empty() ? model.weight_name : options.weight;
    options.schema = std::make_shared<const Schema>(std::move(schema));
    options.read_targets = with_targets;
  }
  options.num_features = model.spec().num_inputs;
  options.label_names = model.class_names;
  options.max_classes = std::max<std::uint64_t>(options.max_classes, model.class_names.size());
  return options;
}

namespace {

bool is_within(std::pair<double, double> range, double high) {
  return range.first >= 0.0 && range.second > 0.0 && range.second <= high;
}

template <class F>
Matrix<double> multiplied(const F& features, double factor) {
  Matrix<double> result(features.rows(), features.cols());
  for (std::size_t r = 0; r < features.rows(); ++r) {
    for (std::size_t c = 0; c < features.cols(); ++c) result(r, c) = static_cast<double>(features(r, c)) * factor;
  }
  return result;
}

// Pictures are stored as bytes or as floats from 0 to 1: what the model knows in one form it gets in that form. Other
// features that are far larger or smaller than in training are likely to be of another unit.
void match_range(Dataset& dataset, const Model& model) {
  if (model.feature_range.size() != 2 || !model.preprocessing.is_identity() || dataset.table.rows() == 0) return;
  constexpr double kBytes = 255.0;
  constexpr double kBright = 100.0;  // bytes that reach it are pixels rather than counts
  constexpr double kFar = 50.0;
  std::vector<std::uint32_t> all(dataset.table.rows());
  std::iota(all.begin(), all.end(), 0U);
  const std::pair<double, double> here = feature_range(dataset.table.features, all);
  const std::pair<double, double> there = {model.feature_range[0], model.feature_range[1]};
  const bool bytes = view_as<std::uint8_t>(dataset.table.features).has_value();
  const auto convert = [&](double factor, const char* found, const char* wanted) {
    Matrix<double> features =
        visit_features(dataset.table.features, [factor](const auto& view) { return multiplied(view, factor); });
    dataset.table.features = std::move(features);
    dataset.notes.push_back(fmt::format("{}: the features are {}, and in training they were {}; they were converted",
                                        dataset.name, found, wanted));
  };
  constexpr const char* kFloats = "floats from 0 to 1";
  if (!bytes && model.scaling.divisor == kBytes && is_within(there, kBytes) && there.second > 1.0 &&
      is_within(here, 1.0)) {
    convert(kBytes, kFloats, "bytes");
  } else if (bytes && model.scaling.divisor == 1.0 && is_within(there, 1.0) && here.second >= kBright) {
    convert(1.0 / kBytes, "bytes", kFloats);
  } else {
    const auto size = [](std::pair<double, double> range) {
      return std::max(std::abs(range.first), std::abs(range.second));
    };
    const bool larger = size(here) > kFar * size(there);
    const bool smaller = kFar * size(here) < size(there) && dataset.table.rows() >= 10;
    if (size(there) > 0.0 && size(here) > 0.0 && (larger || smaller)) {
      dataset.notes.push_back(
          fmt::format("{}: the features reach {:.3g}, and in training {:.3g}; are they of the same unit?", dataset.name,
                      size(here), size(there)));
    }
  }
}

}  // namespace

void apply_model_columns(Dataset& dataset, const Model& model, data::UnknownLevels& unknown) {
  const std::vector<std::string>& names = dataset.feature_names;
  const bool has_weights = std::find(names.begin(), names.end(), model.weight_name) != names.end();
  if (!model.weight_name.empty() && has_weights) take_weight_column(dataset, model.weight_name);
  data::apply_preprocessing(dataset, model.preprocessing, unknown);
}

void prepare_for_model(Dataset& dataset, const Model& model) {
  data::UnknownLevels unknown;
  apply_model_columns(dataset, model, unknown);
  unknown.note(dataset.name, dataset.notes);
  match_range(dataset, model);
  scale_targets(dataset, model.target_scaling);
}

}  // namespace gradus
