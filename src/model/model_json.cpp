// The JSON of a model file.
// SPDX-License-Identifier: Apache-2.0
#include "model/model_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxLayers = 10000;

// Reads typed entries of one JSON object; every failure names the place.
class ModelReader {
 public:
  ModelReader(std::string where, const Json& json) : where_(std::move(where)), json_(json) {
    if (!json.is_object()) throw InputError({where_, "a JSON object", json.type_name(), ""});
  }

  [[nodiscard]] const Json& entry(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) throw InputError({where_, std::string("an entry '") + key + "'", "none", ""});
    return *found;
  }
  [[nodiscard]] double number(const char* key) const {
    const Json& value = entry(key);
    if (!value.is_number() || !std::isfinite(value.get<double>())) fail(key, "a number", value);
    return value.get<double>();
  }
  [[nodiscard]] bool has(const char* key) const { return json_.contains(key); }
  /// What older files do not have.
  [[nodiscard]] double number_or(const char* key, double other) const {
    return json_.contains(key) ? number(key) : other;
  }
  [[nodiscard]] std::size_t count(const char* key) const {
    const Json& value = entry(key);
    if (!value.is_number_unsigned()) fail(key, "a count", value);
    return value.get<std::size_t>();
  }
  [[nodiscard]] bool flag(const char* key) const {
    const Json& value = entry(key);
    if (!value.is_boolean()) fail(key, "true or false", value);
    return value.get<bool>();
  }
  [[nodiscard]] std::string text(const char* key) const {
    const Json& value = entry(key);
    if (!value.is_string()) fail(key, "a text", value);
    return value.get<std::string>();
  }
  [[nodiscard]] const Json& list(const char* key) const {
    const Json& value = entry(key);
    if (!value.is_array()) fail(key, "a list", value);
    return value;
  }
  [[nodiscard]] std::vector<double> numbers(const char* key) const {
    std::vector<double> result;
    for (const Json& value : list(key)) {
      if (!value.is_number() || !std::isfinite(value.get<double>())) fail(key, "a list of numbers", value);
      result.push_back(value.get<double>());
    }
    return result;
  }
  [[nodiscard]] std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> result;
    for (const Json& value : list(key)) {
      if (!value.is_string()) fail(key, "a list of texts", value);
      result.push_back(value.get<std::string>());
    }
    return result;
  }
  /// The kind that the text names in a table of facts.
  template <class Row, std::size_t N>
  [[nodiscard]] decltype(Row::kind) choice(const char* key, const std::array<Row, N>& table) const {
    const std::string name = text(key);
    for (const Row& row : table) {
      if (name == row.name) return row.kind;
    }
    fail(key, "a known name", entry(key));
  }
  [[nodiscard]] ModelReader object(const char* key) const { return {where_ + "." + key, entry(key)}; }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  [[noreturn]] void fail(const char* key, const std::string& expected, const Json& found) const {
    throw InputError(
        {where_ + "." + key, expected, found.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 60), ""});
  }
  std::string where_;
  const Json& json_;
};

Json format_layer(const LayerSpec& layer) {
  const Initializer& init = layer.initializer;
  return {{"kind", layer_kind_name(layer.kind)},
          {"epsilon", layer.epsilon},
          {"momentum", layer.momentum},
          {"source", layer.source},
          {"units", layer.units},
          {"activation", activation_name(layer.activation.kind)},
          {"alpha", layer.activation.alpha},
          {"l1", layer.l1},
          {"l2", layer.l2},
          {"dropout", layer.dropout},
          {"initializer", to_string(init)},
          {"bias", bias_init_name(init.bias)},
          {"bias_value", init.bias_value}};
}

// Version 1 knew dense layers only.
LayerSpec parse_layer(const ModelReader& reader, std::size_t version) {
  LayerSpec layer;
  layer.units = reader.count("units");
  layer.activation = parse_activation(reader.text("activation"));
  layer.activation.alpha = reader.number("alpha");
  layer.l1 = reader.number("l1");
  layer.l2 = reader.number("l2");
  layer.dropout = reader.number("dropout");
  layer.initializer = parse_initializer(reader.text("initializer"));
  layer.initializer.bias = reader.choice("bias", kBiasTable);
  layer.initializer.bias_value = reader.number("bias_value");
  if (version < 2) return layer;
  layer.kind = parse_layer_kind(reader.text("kind"));
  layer.epsilon = reader.number("epsilon");
  layer.momentum = reader.number("momentum");
  layer.source = reader.count("source");
  return layer;
}

Loss parse_loss_object(const ModelReader& reader) {
  Loss loss;
  loss.kind = parse_loss(reader.text("kind"));
  loss.floor_kind = reader.choice("floor_kind", kFloorTable);
  loss.floor = reader.number("floor");
  loss.gradient_through_floor = reader.flag("gradient_through_floor");
  loss.huber_delta = reader.number("huber_delta");
  loss.label_smoothing = reader.number_or("label_smoothing", loss.label_smoothing);
  loss.quantile = reader.number_or("quantile", loss.quantile);
  loss.focal_gamma = reader.number_or("focal_gamma", loss.focal_gamma);
  return loss;
}

Scaling parse_scaling(const ModelReader& reader, std::size_t num_inputs) {
  Scaling scaling;
  scaling.divisor = reader.number("divisor");
  scaling.mean = reader.numbers("mean");
  scaling.std = reader.numbers("std");
  const auto fits = [num_inputs](const std::vector<double>& v) { return v.empty() || v.size() == num_inputs; };
  if (reader.has("clip")) scaling.clip = reader.numbers("clip");
  const bool clip_fits = scaling.clip.empty() || scaling.clip.size() == scaling.mean.size();
  if (!fits(scaling.mean) || !fits(scaling.std) || scaling.mean.size() != scaling.std.size() || !clip_fits) {
    throw InputError({reader.where(), "one mean, std and clip per input", "other counts", ""});
  }
  for (const double bound : scaling.clip) {
    if (!(bound >= 0.0)) throw InputError({reader.where(), "bounds of a clip from 0", std::to_string(bound), ""});
  }
  bool nonzero = scaling.divisor != 0.0;
  for (const double std : scaling.std) nonzero = nonzero && std != 0.0;
  if (!nonzero) throw InputError({reader.where(), "a divisor and std other than 0", "0", ""});
  return scaling;
}

TargetScaling parse_target_scaling(const ModelReader& reader, std::size_t num_outputs) {
  TargetScaling scaling{.mean = reader.numbers("mean"),
                        .std = reader.numbers("std"),
                        .log1p = reader.has("log1p") && reader.flag("log1p")};
  const bool fits =
      scaling.mean.size() == scaling.std.size() && (scaling.empty() || scaling.mean.size() == num_outputs);
  const bool positive = std::all_of(scaling.std.begin(), scaling.std.end(), [](double std) { return std > 0.0; });
  if (fits && positive) return scaling;
  throw InputError({reader.where(), "one mean and one std above 0 per output, or none", "others", ""});
}

Json format_scaling(const Scaling& scaling) {
  Json json = {{"divisor", scaling.divisor}, {"mean", scaling.mean}, {"std", scaling.std}};
  if (!scaling.clip.empty()) json["clip"] = scaling.clip;
  return json;
}

Json format_target_scaling(const TargetScaling& scaling) {
  Json json = {{"mean", scaling.mean}, {"std", scaling.std}};
  if (scaling.log1p) json["log1p"] = true;
  return json;
}

Json format_step(const ColumnStep& step) {
  return {{"name", step.column.name}, {"kind", column_kind_name(step.column.kind)}, {"levels", step.column.levels},
          {"fill", step.fill},        {"marks_missing", step.marks_missing},        {"has_other", step.has_other},
          {"has_time", step.has_time}};
}

ColumnStep parse_step(const ModelReader& reader) {
  ColumnStep step;
  step.column.name = reader.text("name");
  step.column.kind = reader.choice("kind", kColumnKindTable);
  step.column.levels = reader.texts("levels");
  step.fill = reader.number("fill");
  step.marks_missing = reader.flag("marks_missing");
  step.has_other = reader.flag("has_other");
  step.has_time = reader.flag("has_time");
  return step;
}

// What older files do not have: they were trained on numbers in a fixed order.
Preprocessing parse_preprocessing(const ModelReader& reader, std::size_t num_inputs) {
  Preprocessing preprocessing;
  if (!reader.has("columns")) return preprocessing;
  for (const Json& step : reader.list("columns")) {
    const std::string number = std::to_string(preprocessing.steps.size());
    preprocessing.steps.push_back(parse_step(ModelReader(reader.where() + ".columns[" + number + "]", step)));
  }
  preprocessing.label_column = reader.count("label_column");
  if (!preprocessing.steps.empty() && preprocessing.num_inputs() != num_inputs) {
    throw InputError({reader.where() + ".columns", "columns that give " + std::to_string(num_inputs) + " inputs",
                      std::to_string(preprocessing.num_inputs()), ""});
  }
  return preprocessing;
}

}  // namespace

std::string format_model(const Model& model) {
  const NetworkSpec& spec = model.spec();
  Json layers = Json::array();
  for (const LayerSpec& layer : spec.layers) layers.push_back(format_layer(layer));
  Json columns = Json::array();
  for (const ColumnStep& step : model.preprocessing.steps) columns.push_back(format_step(step));
  Json json = {{"version", kModelVersion},
               {"inputs", spec.num_inputs},
               {"layers", layers},
               {"output", output_name(spec.output)},
               {"loss",
                {{"kind", loss_name(spec.loss.kind)},
                 {"floor_kind", floor_name(spec.loss.floor_kind)},
                 {"floor", spec.loss.floor},
                 {"gradient_through_floor", spec.loss.gradient_through_floor},
                 {"huber_delta", spec.loss.huber_delta},
                 {"label_smoothing", spec.loss.label_smoothing},
                 {"quantile", spec.loss.quantile},
                 {"focal_gamma", spec.loss.focal_gamma}}},
               {"scaling", format_scaling(model.scaling)},
               {"target_scaling", format_target_scaling(model.target_scaling)},
               {"columns", columns},
               {"label_column", model.preprocessing.label_column},
               {"mixed", model.mixed},
               {"class_names", model.class_names},
               {"feature_names", model.feature_names},
               {"target_name", model.target_name},
               {"weight_name", model.weight_name},
               {"data_name", model.data_name},
               {"training_sha256", model.training_sha256}};
  json["task"] = model.task ? Json(task_name(*model.task)) : Json("");
  json["samples_in_columns"] = model.samples_in_columns;
  json["feature_range"] = model.feature_range;
  json["target_names"] = model.target_names;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ModelDescription parse_model(const std::string& where, const std::string& text) {
  const Json json = require_json(text, where);
  const ModelReader reader(where, json);
  const std::size_t version = reader.count("version");
  if (version > static_cast<std::size_t>(kModelVersion)) {
    throw InputError({where, "version " + std::to_string(kModelVersion) + " or older", std::to_string(version),
                      "use a newer gradus"});
  }
  ModelDescription description;
  NetworkSpec& spec = description.spec;
  spec.num_inputs = reader.count("inputs");
  const Json& layers = reader.list("layers");
  if (layers.size() > kMaxLayers) throw InputError({where, "at most 10000 layers", "more", ""});
  for (const Json& layer : layers) {
    spec.layers.push_back(
        parse_layer(ModelReader(where + ".layers[" + std::to_string(spec.layers.size()) + "]", layer), version));
  }
  spec.output = parse_output(reader.text("output"));
  spec.loss = parse_loss_object(reader.object("loss"));
  spec.validate();
  Model& rest = description.rest;
  rest.scaling = parse_scaling(reader.object("scaling"), spec.num_inputs);
  if (reader.has("target_scaling")) {
    rest.target_scaling = parse_target_scaling(reader.object("target_scaling"), spec.num_outputs());
  }
  rest.preprocessing = parse_preprocessing(reader, spec.num_inputs);
  if (reader.has("task") && !reader.text("task").empty()) rest.task = parse_task(reader.text("task"));
  if (reader.has("samples_in_columns")) rest.samples_in_columns = reader.flag("samples_in_columns");
  if (reader.has("feature_range")) rest.feature_range = reader.numbers("feature_range");
  if (reader.has("target_names")) rest.target_names = reader.texts("target_names");
  rest.mixed = reader.flag("mixed");
  rest.class_names = reader.texts("class_names");
  rest.feature_names = reader.texts("feature_names");
  rest.target_name = reader.text("target_name");
  rest.weight_name = reader.text("weight_name");
  rest.data_name = reader.text("data_name");
  rest.training_sha256 = reader.text("training_sha256");
  const std::size_t num_classes = spec.num_outputs() == 1 ? 2 : spec.num_outputs();
  if (!rest.class_names.empty() && rest.class_names.size() != num_classes) {
    throw InputError(
        {where + ".class_names", std::to_string(num_classes), std::to_string(rest.class_names.size()), ""});
  }
  if (!rest.target_names.empty() && rest.target_names.size() != spec.num_outputs()) {
    throw InputError(
        {where + ".target_names", std::to_string(spec.num_outputs()), std::to_string(rest.target_names.size()), ""});
  }
  if (!rest.feature_names.empty() && rest.feature_names.size() != spec.num_inputs) {
    throw InputError(
        {where + ".feature_names", std::to_string(spec.num_inputs), std::to_string(rest.feature_names.size()), ""});
  }
  return description;
}

}  // namespace gradus
