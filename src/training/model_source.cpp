// SPDX-License-Identifier: Apache-2.0
#include "training/model_source.hpp"

#include <algorithm>
#include <memory>
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
  // A model without class names learned numbers, even where whole ones look like classes.
  if (options.task.empty() && model.class_names.empty()) options.task = "regression";
  if (options.task.empty() && model.spec().output == OutputKind::kSoftmax) options.task = "classification";
  if (options.label.empty()) options.label = model.target_name;
  Schema schema = schema_of(model);
  if (!schema.columns.empty()) {
    schema.weight_name = options.weight.empty() ? model.weight_name : options.weight;
    options.schema = std::make_shared<const Schema>(std::move(schema));
    options.read_targets = with_targets;
  }
  options.num_features = model.spec().num_inputs;
  options.label_names = model.class_names;
  return options;
}

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
  scale_targets(dataset, model.target_scaling);
}

}  // namespace gradus
