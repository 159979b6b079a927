// SPDX-License-Identifier: Apache-2.0
#include "training/initial_model.hpp"

#include <fmt/format.h>

#include "data/source_path.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"
#include "gradus/training/run_folder.hpp"
#include "training/model_source.hpp"
#include "training/table_defaults.hpp"

namespace gradus {
namespace {

constexpr const char* kInitFromKey = "training.init_from";

[[noreturn]] void fail(const std::string& expected, const std::string& found, const std::string& advice) {
  throw InputError({.where = kInitFromKey, .expected = expected, .found = found, .advice = advice});
}

// What is auto becomes the model's; what says otherwise would give the inputs another meaning.
template <class Value>
void adopt(std::optional<Value>& option, const Value& value, const char* key) {
  if (option && *option != value) {
    throw InputError({.where = key,
                      .expected = fmt::format("{}, as the model of {} has it", value, kInitFromKey),
                      .found = fmt::format("{}", *option),
                      .advice = "leave it auto"});
  }
  option = value;
}

void adopt_target_scaling(std::string& option, const TargetScaling& scaling) {
  const std::string models = scaling.empty() ? "none" : scaling.log1p ? "log1p" : "standardize";
  std::optional<std::string> value;
  if (option != "auto") value = option;
  adopt(value, models, "data.target_scaling");
  if (!scaling.empty()) option = models;  // auto is nothing where nothing is scaled
}

// How the model's scaling was found does not matter any more, only whether there is one.
void adopt_scaling(RunConfig& config, const Dataset& dataset, const Scaling& scaling) {
  const bool models = !scaling.mean.empty();
  if (config.data.scaling == "auto") {
    if (!has_table_defaults(config, dataset)) {
      adopt(config.data.standardize, models, "data.standardize");
    } else if (!models) {
      config.data.scaling = "none";
    }
    return;
  }
  std::optional<bool> scales = config.data.scaling != "none";
  adopt(scales, models, "data.scaling (other than none)");
}

std::string hidden_widths(const NetworkSpec& spec) {
  std::string text;
  for (std::size_t l = 0; l + 1 < spec.layers.size(); ++l) {
    if (spec.layers[l].kind == LayerKind::kDense)
      text += (text.empty() ? "" : ",") + fmt::format("{}", spec.layers[l].units);
  }
  return text;
}

// Kinds of layers in their order, which is what widths alone do not say.
std::string kinds_text(const NetworkSpec& spec) {
  std::string text;
  for (const LayerSpec& layer : spec.layers)
    text += (text.empty() ? "" : ", ") + std::string(layer_kind_name(layer.kind));
  return text;
}

void require_same_layer(std::size_t l, const LayerSpec& run, const LayerSpec& model) {
  const std::string name = fmt::format("layer {} (from 1)", l + 1);
  if (run.activation != model.activation) {
    fail(fmt::format("{} with the activation {}, as the run asks", name, to_string(run.activation)),
         to_string(model.activation) + " in the model", "set network.activation to the model's");
  }
  if (run.epsilon != model.epsilon && is_normalization(run.kind)) {
    fail(fmt::format("{} with an epsilon of {}, as the run asks", name, run.epsilon),
         fmt::format("{} in the model", model.epsilon), "set network.norm_epsilon to the model's");
  }
  if (run.source != model.source) {
    fail(fmt::format("{} to add the outputs of layer {}, as the run asks", name, run.source + 1),
         fmt::format("those of layer {} in the model", model.source + 1), "set network.residual as the model has it");
  }
}

void require_same_network(const NetworkSpec& run, const NetworkSpec& model) {
  if (run.num_inputs != model.num_inputs || run.num_outputs() != model.num_outputs()) {
    fail(fmt::format("a model of {} inputs and {} outputs, as the data has", run.num_inputs, run.num_outputs()),
         fmt::format("one of {} and {}", model.num_inputs, model.num_outputs()),
         "use data of the kind that the model was trained on");
  }
  const std::string hidden = hidden_widths(model);
  if (hidden_widths(run) != hidden) {
    fail(fmt::format("hidden layers of {} units, as the run asks", hidden_widths(run)), hidden + " in the model",
         "set network.hidden (--hidden) to the model's");
  }
  if (kinds_text(run) != kinds_text(model)) {
    fail(fmt::format("the layers {}, as the run asks", kinds_text(run)), kinds_text(model) + " in the model",
         "set network.normalization and network.residual as the model has them");
  }
  for (std::size_t l = 0; l < run.layers.size(); ++l) require_same_layer(l, run.layers[l], model.layers[l]);
  if (run.output != model.output) {
    fail(fmt::format("outputs of the kind {}, as the run asks", output_name(run.output)),
         fmt::format("{} in the model", output_name(model.output)), "set network.output to the model's");
  }
}

template <class T>
Network<T> with_weights_of(const NetworkSpec& spec, const Model& model) {
  return std::visit(
      [&spec](const auto& network) {
        Network<T> result = network_cast<T>(network);
        result.spec = spec;  // penalties and dropout are the run's
        return result;
      },
      model.network);
}

}  // namespace

std::optional<Model> read_initial_model(const RunConfig& config, const std::string& base_folder) {
  const std::string& path = config.training.init_from;
  if (path.empty()) return std::nullopt;
  return read_model(model_path(data::source_in(base_folder, path)));
}

void apply_initial_model(RunConfig& config, Dataset& dataset, const Model& model) {
  align_classes(model, dataset);
  if (dataset.class_names != model.class_names) {
    const auto count = [](const std::vector<std::string>& names) {
      return names.empty() ? "quantities" : fmt::format("the classes or labels {}", fmt::join(names, ", "));
    };
    fail(count(dataset.class_names) + ", as the data has", count(model.class_names) + " in the model",
         "use data of the kind that the model was trained on");
  }
  prepare_for_model(dataset, model);
  adopt(config.data.scale, model.scaling.divisor, "data.scale");
  adopt_scaling(config, dataset, model.scaling);
  adopt_target_scaling(config.data.target_scaling, model.target_scaling);
  const std::string& path = config.training.init_from;
  dataset.notes.push_back(
      fmt::format("columns and scaling are those of the model{}{}", path.empty() ? "" : " in " + path,
                  model.preprocessing.steps.empty() ? "" : ", by the columns' names; nothing was fitted to this data"));
}

std::string start_from(TrainingRun& run, const Model& model) {
  require_same_network(run.spec, model.spec());
  if (run.dtype == DType::kF64) {
    run.initial = with_weights_of<double>(run.spec, model);
  } else {
    run.initial = with_weights_of<float>(run.spec, model);
  }
  run.scaling = model.scaling;
  // A checkpoint continues a run that started from this very model.
  return fmt::format("\n# {} {}\n", kInitFromKey, sha256_hex(model_bytes(model)));
}

}  // namespace gradus
