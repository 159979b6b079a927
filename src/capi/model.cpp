// gradus_model: a trained network with all that its use needs.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>

#include "capi/handles.hpp"
#include "capi/numbers.hpp"
#include "gradus/network/network.hpp"
#include "gradus/training/run_folder.hpp"
#include "gradus/training/trainer.hpp"
#include "training/model_source.hpp"
#include "training/two_classes.hpp"

namespace gradus::capi {
namespace {

using Json = nlohmann::ordered_json;

std::size_t num_outputs(const Model& model) {
  return gives_one_output(model) ? 2 : model.spec().num_outputs();
}

Json column_json(const ColumnStep& step) {
  Json column;
  column["name"] = step.column.name;
  column["kind"] = column_kind_name(step.column.kind);
  if (step.column.kind == ColumnKind::kCategory) column["levels"] = step.column.levels;
  return column;
}

std::string info_text(const Model& model) {
  Json info;
  info["task"] = model.task ? Json(task_name(*model.task)) : Json();
  info["classes"] = model.class_names;
  info["target"] = model.target_name;
  info["targets"] = model.target_names;
  info["columns"] = Json::array();
  for (const ColumnStep& step : model.preprocessing.steps) info["columns"].push_back(column_json(step));
  info["features"] = model.feature_names;
  info["inputs"] = model.spec().num_inputs;
  info["outputs"] = num_outputs(model);
  info["layers"] = Json::array({model.spec().num_inputs});
  for (const LayerSpec& layer : model.spec().layers) {
    if (layer.kind == LayerKind::kDense) info["layers"].push_back(layer.units);
  }
  std::visit(
      [&info](const auto& network) {
        info["parameters"] = network.spec.num_parameters();
        info["weights_sha256"] = weights_sha256(network);
      },
      model.network);
  return info.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Every row of `data` in the model's terms.
Dataset data_for(const Model& model, const gradus_data& data, bool with_targets) {
  Dataset dataset = read_table(data.table, nullptr, options_for_model({}, model, with_targets));
  prepare_for_model(dataset, model);
  if (with_targets) align_classes(model, dataset);
  check_model_fits(model, dataset, with_targets);
  dataset.notes.insert(dataset.notes.end(), data.notes.begin(), data.notes.end());
  return dataset;
}

std::vector<std::uint32_t> all_rows_of(std::size_t rows) {
  std::vector<std::uint32_t> numbers(rows);
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

/// A predictor that nobody else uses while this lives.
class IdlePredictor {
 public:
  explicit IdlePredictor(const gradus_model& model) : model_(model) {
    const std::lock_guard lock(model.mutex);
    if (model.predictors.empty()) return;
    predictor_ = std::move(model.predictors.back());
    model.predictors.pop_back();
  }
  ~IdlePredictor() {
    if (!predictor_) return;
    const std::lock_guard lock(model_.mutex);
    try {
      model_.predictors.push_back(std::move(predictor_));
    } catch (const std::bad_alloc&) {  // there will be a new one
    }
  }
  IdlePredictor(const IdlePredictor&) = delete;
  IdlePredictor& operator=(const IdlePredictor&) = delete;

  Predictor& get() {
    if (!predictor_) predictor_ = std::make_unique<Predictor>(model_.model);
    return *predictor_;
  }

 private:
  const gradus_model& model_;
  std::unique_ptr<Predictor> predictor_;
};

/// The model takes rows of numbers alone.
bool takes_numbers(const Model& model) {
  return std::ranges::all_of(model.preprocessing.steps, [](const ColumnStep& step) {
    return step.column.kind == ColumnKind::kNumber || step.column.kind == ColumnKind::kIgnored;
  });
}

void check_width(const Model& model, std::size_t found) {
  const std::vector<ColumnStep>& steps = model.preprocessing.steps;
  const std::size_t expected = steps.empty() ? model.spec().num_inputs : steps.size();
  if (found == expected && takes_numbers(model)) return;
  throw InputError(ErrorParts{"predict",
                              takes_numbers(model) ? fmt::format("{} columns, as the model reads", expected)
                                                   : "columns of the kinds that the model reads",
                              found == expected ? "numbers alone" : std::to_string(found), ""});
}

void predict_few(const gradus_model& model, const Numbers& numbers, double* outputs) {
  bool rounded = false;
  const Matrix<double> rows = to_doubles(numbers, rounded);
  IdlePredictor idle(model);
  const std::size_t width = num_outputs(model.model);
  idle.get().predict(rows.view(), MatrixView<double>(outputs, numbers.rows, width));
}

}  // namespace
}  // namespace gradus::capi

using namespace gradus;
using namespace gradus::capi;

extern "C" {

gradus_status gradus_model_read(const void* bytes, size_t size, const char* name, gradus_model** model) {
  return guarded([&] {
    require(model, "model");
    require(bytes, "bytes");
    const std::span content(static_cast<const std::byte*>(bytes), size);
    *model = new gradus_model(read_model(content, required_text(name, "name")));
  });
}

gradus_status gradus_model_load(const char* path, gradus_model** model) {
  return guarded([&] {
    require(model, "model");
    *model = new gradus_model(read_model(model_path(required_text(path, "path"))));
  });
}

gradus_status gradus_model_bytes(const gradus_model* model, gradus_bytes** bytes) {
  return guarded([&] {
    require(model, "model");
    require(bytes, "bytes");
    const std::vector<std::byte> content = model_bytes(model->model);
    give(std::string(reinterpret_cast<const char*>(content.data()), content.size()), bytes);
  });
}

gradus_status gradus_model_info(const gradus_model* model, gradus_bytes** json) {
  return guarded([&] {
    require(model, "model");
    require(json, "json");
    give(info_text(model->model), json);
  });
}

int64_t gradus_model_outputs(const gradus_model* model) {
  return model == nullptr ? 0 : static_cast<int64_t>(num_outputs(model->model));
}

void gradus_model_free(gradus_model* model) {
  delete model;
}

gradus_status gradus_predict(const gradus_model* model, const gradus_data* data, uint32_t threads, double* outputs,
                             gradus_bytes** notes) {
  return guarded([&] {
    require(model, "model");
    require(data, "data");
    require(outputs, "outputs");
    const Dataset dataset = data_for(model->model, *data, false);
    const Matrix<double> found =
        predict_rows(model->model, dataset.table.features, all_rows_of(dataset.table.rows()), threads);
    std::ranges::copy(found.span(), outputs);
    if (notes != nullptr) {
      give(nlohmann::json(dataset.notes).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), notes);
    }
  });
}

gradus_status gradus_predict_rows(const gradus_model* model, gradus_type type, const void* values, int64_t rows,
                                  int64_t columns, int64_t row_step, int64_t column_step, double* outputs) {
  return guarded([&] {
    require(model, "model");
    const Numbers numbers{type, values, size_of(rows, "rows"), size_of(columns, "columns"), row_step, column_step};
    check_numbers(numbers, "values");
    check_width(model->model, numbers.cols);
    if (numbers.rows == 0) return;
    require(outputs, "outputs");
    predict_few(*model, numbers, outputs);
  });
}

gradus_status gradus_evaluate(const gradus_model* model, const gradus_data* data, uint32_t threads,
                              gradus_bytes** json) {
  return guarded([&] {
    require(model, "model");
    require(data, "data");
    require(json, "json");
    const Dataset dataset = data_for(model->model, *data, true);
    const PartEvaluation result = evaluate_model(model->model, dataset, all_rows_of(dataset.table.rows()), {}, threads);
    give(evaluation_json(result, model->model.class_names), json);
  });
}

}  // extern "C"
