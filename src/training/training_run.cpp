// From the configuration and a data set to a run: fills in what is "auto" and builds the typed options.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/suggest.hpp"
#include "data/leaks.hpp"
#include "gradus/training/run_config.hpp"
#include "training/class_weights.hpp"
#include "training/folds.hpp"
#include "training/initial_model.hpp"
#include "training/model_source.hpp"
#include "training/option_text.hpp"
#include "training/table_defaults.hpp"
#include "training/training_run.hpp"
#include "training/two_classes.hpp"

namespace gradus {
namespace {

// Of a run that says nothing of its checkpoints.
constexpr double kCheckpointSeconds = 5.0;

std::size_t parse_width(const std::string& text, std::size_t automatic, bool is_end) {
  if (text == "auto" && is_end) return automatic;
  std::size_t width = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
  if (error == std::errc() && end == text.data() + text.size() && width > 0 && width <= 10'000'000) return width;
  throw InputError({.where = "network.layers",
                    .expected = is_end ? "a width from 1 or auto" : "a width from 1 up to 10000000",
                    .found = "'" + text + "'",
                    .advice = "write for example 784,512,10"});
}

void require_end(std::size_t found, std::size_t expected, const char* which, const char* what, const Dataset& dataset) {
  if (found == expected) return;
  throw InputError(
      {.where = "network.layers",
       .expected = std::string(which) + " width " + std::to_string(expected) + ", the " + what + " of " + dataset.name,
       .found = std::to_string(found),
       .advice = found == 1 && takes_one_output(dataset) ? "write auto, or state network.output = sigmoid"
                                                         : "write auto or use network.hidden"});
}

// All widths, inputs and outputs included; net.output is resolved.
std::vector<std::size_t> resolve_widths(RunConfig::Net& net, const Dataset& dataset) {
  std::vector<std::size_t> widths;
  if (net.layers.empty()) {
    widths.push_back(dataset.num_features());
    for (const std::uint64_t units : net.hidden) widths.push_back(units);
    widths.push_back(dataset.num_outputs());
  } else {
    const std::size_t last = net.layers.size() - 1;
    if (last == 0) {
      throw InputError({.where = "network.layers", .expected = "at least two widths", .found = "one", .advice = ""});
    }
    for (std::size_t i = 0; i <= last; ++i) {
      const std::size_t automatic = i == 0 ? dataset.num_features() : dataset.num_outputs();
      widths.push_back(parse_width(net.layers[i], automatic, i == 0 || i == last));
    }
    require_end(widths.front(), dataset.num_features(), "first", "features", dataset);
    const char* what = dataset.task == Task::kClassification ? "classes" : "targets";
    const bool is_sigmoid = net.output == output_name(OutputKind::kSigmoid);
    const bool suffices = widths.back() == 1 && is_sigmoid && takes_one_output(dataset);
    if (!suffices) require_end(widths.back(), dataset.num_outputs(), "last", what, dataset);
  }
  net.layers.clear();
  for (const std::size_t width : widths) net.layers.push_back(std::to_string(width));
  net.hidden.assign(widths.begin() + 1, widths.end() - 1);
  return widths;
}

// One value for all of `count` layers, or one each.
template <class T>
T pick(const std::vector<T>& values, std::size_t index, std::size_t count, const char* key, const char* layers) {
  if (values.size() == 1) return values[0];
  if (values.size() == count) return values[index];
  throw InputError({.where = key,
                    .expected = "one value for all or " + std::to_string(count) + ", one per " + layers,
                    .found = std::to_string(values.size()),
                    .advice = ""});
}

Initializer resolve_initializer(const RunConfig::Net& net, const LayerSpec& layer, std::size_t index,
                                std::size_t count) {
  const std::string name = pick(net.init, index, count, "network.init", "layer");
  const char* automatic = activation_facts(layer.activation.kind).relu_like ? "he_uniform" : "glorot_uniform";
  Initializer initializer = parse_initializer(name == "auto" ? automatic : name);
  for (const BiasInit bias : {BiasInit::kZeros, BiasInit::kLikeWeights}) {
    initializer.bias = bias;
    if (net.bias_init == bias_init_name(bias)) return initializer;
  }
  initializer.bias = BiasInit::kConstant;
  initializer.bias_value = parse_number(net.bias_init, "network.bias_init (zeros, like_weights or a number)");
  return initializer;
}

void resolve_output(RunConfig::Net& net, const Dataset& dataset) {
  if (net.output == "auto" && net.loss != "auto") {
    net.output = output_name(loss_facts(parse_loss(net.loss)).output);
  } else if (net.output == "auto") {
    net.output = dataset.task == Task::kClassification ? "softmax" : "linear";
    if (dataset.task == Task::kMultiLabel) net.output = "sigmoid";
  }
  if (net.output == "softmax" && dataset.task != Task::kClassification) {
    throw InputError({.where = "network.output",
                      .expected = "sigmoid or linear for targets that are not classes",
                      .found = "'softmax'",
                      .advice = "leave it auto or set data.task to classification"});
  }
  if (net.loss == "auto") net.loss = loss_name(default_loss(parse_output(net.output)));
}

// The normalisation of hidden layer `l`, between the sums that were just added and their activation.
void add_normalization(const RunConfig::Net& net, std::size_t l, std::size_t count, NetworkSpec& spec) {
  const std::string name = pick(net.normalization, l, count, "network.normalization", "hidden layer");
  if (name == "none") return;
  LayerSpec& sums = spec.layers.back();
  LayerSpec layer;
  layer.kind = parse_layer_kind(name);
  if (!is_normalization(layer.kind)) {
    throw InputError({.where = "network.normalization",
                      .expected = "none or a kind of normalisation, such as batch_norm",
                      .found = "'" + name + "'",
                      .advice = ""});
  }
  layer.units = sums.units;
  layer.epsilon = net.norm_epsilon;
  layer.momentum = net.norm_momentum;
  layer.activation = std::exchange(sums.activation, {});
  layer.dropout = std::exchange(sums.dropout, 0.0);
  spec.layers.push_back(layer);
}

// The addition of what hidden layer `l` - 1 gave, which is the output of layer `source`. For all layers it is left out
// where the widths differ; asked of one layer that is an error.
void add_residual(const RunConfig::Net& net, std::size_t l, std::size_t count, std::size_t source, NetworkSpec& spec) {
  const std::string text = pick(net.residual, l, count, "network.residual", "hidden layer");
  if (text != "true" && text != "false") {
    throw InputError(
        {.where = "network.residual", .expected = "true or false", .found = "'" + text + "'", .advice = ""});
  }
  const std::size_t units = spec.layers.back().units;
  if (text == "false" || (net.residual.size() == 1 && spec.layers[source].units != units)) return;
  LayerSpec layer;
  layer.kind = LayerKind::kResidual;
  layer.units = units;
  layer.source = source;
  spec.layers.push_back(layer);
}

NetworkSpec build_spec(RunConfig& config, const Dataset& dataset) {
  RunConfig::Net& net = config.network;
  resolve_output(net, dataset);
  const std::vector<std::size_t> widths = resolve_widths(net, dataset);
  NetworkSpec spec;
  spec.num_inputs = widths[0];
  spec.output = parse_output(net.output);
  spec.loss.kind = parse_loss(net.loss);
  spec.loss.floor_kind = parse_floor(net.loss_floor_kind);
  spec.loss.floor = net.loss_floor;
  spec.loss.gradient_through_floor = net.gradient_through_floor;
  spec.loss.huber_delta = net.huber_delta;
  spec.loss.label_smoothing = net.label_smoothing;
  spec.loss.quantile = net.quantile;
  spec.loss.focal_gamma = net.focal_gamma;
  const std::size_t count = widths.size() - 1;
  for (std::size_t l = 0; l < count; ++l) {
    LayerSpec layer;
    layer.units = widths[l + 1];
    if (l + 1 < count) {
      layer.activation = parse_activation(pick(net.activation, l, count - 1, "network.activation", "hidden layer"));
      layer.dropout = pick(net.dropout, l, count - 1, "network.dropout", "hidden layer");
    }
    layer.l1 = pick(net.l1, l, count, "network.l1", "layer");
    layer.l2 = pick(net.l2, l, count, "network.l2", "layer");
    layer.initializer = resolve_initializer(net, layer, l, count);
    const std::size_t before = spec.layers.size();
    spec.layers.push_back(layer);
    if (l + 1 == count) break;
    add_normalization(net, l, count - 1, spec);
    if (l > 0) add_residual(net, l, count - 1, before - 1, spec);
  }
  spec.validate();
  return spec;
}

OptimizerOptions build_optimizer(const RunConfig::Training& training) {
  OptimizerOptions options;
  options.kind = parse_optimizer(training.optimizer);
  options.momentum = training.momentum;
  options.beta1 = training.beta1;
  options.beta2 = training.beta2;
  options.rho = training.rho;
  options.epsilon = training.epsilon;
  options.weight_decay = *training.weight_decay;
  return options;
}

ScheduleOptions build_schedule(const RunConfig::Schedule& schedule) {
  ScheduleOptions options;
  options.kind = parse_schedule(schedule.kind);
  options.step_epochs = schedule.step_epochs;
  options.factor = schedule.factor;
  options.decay = schedule.decay;
  options.min_rate = schedule.min_rate;
  options.c = schedule.c;
  options.by_step = schedule.by_step;
  options.warmup_epochs = schedule.warmup_epochs;
  options.warmup_start = schedule.warmup_start;
  options.patience = schedule.patience;
  options.min_delta = schedule.min_delta;
  return options;
}

Monitor resolve_monitor(std::string& name, const Dataset& dataset) {
  if (name == "auto") name = dataset.valid.empty() ? "train_loss" : "valid_loss";
  return parse_monitor(name);
}

// "auto" values that depend on the data or on other options.
void resolve_training(RunConfig& config, const Dataset& dataset) {
  RunConfig::Training& training = config.training;
  const OptimizerFacts& optimizer = optimizer_facts(parse_optimizer(training.optimizer));
  if (!training.learning_rate) training.learning_rate = optimizer.learning_rate;
  if (!training.weight_decay) training.weight_decay = optimizer.weight_decay;
  if (!training.batch_size) training.batch_size = dataset.train.size() < 1000 ? 8 : 32;
  if (!config.data.scale) config.data.scale = default_divisor(dataset);
}

// Whether a network's outputs and this loss take quantities of any unit.
bool takes_scaled_targets(const RunConfig::Net& net) {
  if (net.output != "auto" && parse_output(net.output) != OutputKind::kLinear) return false;
  if (net.loss == "auto") return true;
  const LossKind loss = parse_loss(net.loss);
  return loss == LossKind::kMeanSquaredError || loss == LossKind::kHuber || loss == LossKind::kQuantile;
}

// "auto" stays so where nothing is scaled, as it was before there was this option.
void scale_targets_as_asked(RunConfig& config, Dataset& dataset) {
  RunConfig::Data& data = config.data;
  const bool can = dataset.task == Task::kRegression && takes_scaled_targets(config.network);
  if (data.target_scaling == "auto" && has_table_defaults(config, dataset) && can) data.target_scaling = "standardize";
  if (data.target_scaling == "auto" || data.target_scaling == "none") return;
  if (!can) {
    throw InputError({.where = "data.target_scaling",
                      .expected = "none, but for a regression with linear outputs and the loss mse, huber or quantile",
                      .found = "'" + data.target_scaling + "'",
                      .advice = ""});
  }
  scale_targets(dataset, target_standardization(dataset, data.target_scaling == "log1p"));
}

// Where nothing was said of parts, every class has its share of the validation part.
bool divides_classes(const RunConfig& config, const Dataset& dataset) {
  return has_table_defaults(config, dataset) && !config.data.valid && dataset.task == Task::kClassification &&
         config.data.shuffled;
}

Scaling resolve_scaling(RunConfig::Data& data, const Dataset& dataset) {
  if (data.scaling != "auto" && data.standardize && *data.standardize != (data.scaling == "standardize")) {
    throw InputError({.where = "data.scaling",
                      .expected = "what data.standardize says",
                      .found = fmt::format("'{}' beside {}", data.scaling, *data.standardize),
                      .advice = "state one of the two"});
  }
  if (!data.standardize) data.standardize = data.scaling == "standardize";
  const std::string kind = data.scaling != "auto" ? data.scaling : *data.standardize ? "standardize" : "none";
  Scaling scaling{.divisor = *data.scale, .mean = {}, .std = {}};
  if (kind == "none") return scaling;
  scaling = kind == "robust" ? robust_scaling(dataset, *data.scale) : standardization(dataset, *data.scale);
  if (data.smooth_clip.value_or(0.0) > 0.0) clip_smoothly(scaling, dataset, *data.smooth_clip);
  return scaling;
}

void pool_parts(Dataset& dataset) {
  for (std::vector<std::uint32_t>* part : {&dataset.valid, &dataset.test}) {
    dataset.train.insert(dataset.train.end(), part->begin(), part->end());
    part->clear();
  }
}

}  // namespace

SourceOptions source_options(const RunConfig& config) {
  const RunConfig::Data& data = config.data;
  SourceOptions options;
  options.data_dir = data.data_dir;
  options.valid_path = data.valid_path;
  options.test_path = data.test_path;
  options.label = data.label;
  options.weight = data.weight;
  options.task = data.task == "auto" ? "" : data.task;
  options.header = data.header;
  options.delimiter = data.delimiter;
  options.decimal = data.decimal;
  options.thousands = data.thousands;
  options.comment = data.comment;
  options.encoding = data.encoding;
  options.orientation = data.orientation;
  options.feature_array = data.feature_array;
  options.label_array = data.label_array;
  options.categories = data.categories;
  options.numbers = data.numbers;
  options.dates = data.dates;
  options.ignore = data.ignore;
  options.missing = data.missing;
  options.index_base = data.index_base;
  options.generated_rows = data.rows;
  options.seed = data.seed;
  options.noise = data.noise.value_or(-1.0);
  options.max_bytes = data.max_bytes;
  options.max_classes = data.max_classes;
  return options;
}

Dataset read_data(RunConfig& config, const std::string& base_folder) {
  return prepare_data(config, read_rows(config, base_folder), base_folder);
}

Dataset read_rows(const RunConfig& config, const std::string& base_folder) {
  const RunConfig::Data& data = config.data;
  if (data.source.empty()) {
    throw InputError({.where = "data.source",
                      .expected = "a data set",
                      .found = "none",
                      .advice = "add --data SRC, for example --data peaks"});
  }
  SourceOptions options = source_options(config);
  options.base_folder = base_folder;
  const std::optional<Model> start = read_initial_model(config, base_folder);
  if (start) options = options_for_model(std::move(options), *start, true);
  Dataset dataset = read_source(data.source, options);
  if (data.pool) pool_parts(dataset);
  return dataset;
}

Dataset prepare_data(RunConfig& config, Dataset dataset, const std::string& base_folder) {
  const std::optional<Model> start = read_initial_model(config, base_folder);
  return prepare_data(config, std::move(dataset), start ? &*start : nullptr);
}

Dataset prepare_data(RunConfig& config, Dataset dataset, const Model* start) {
  RunConfig::Data& data = config.data;
  if (dataset.table.labels.empty() && dataset.table.values.empty()) {
    throw InputError({.where = dataset.name,
                      .expected = "targets to train on",
                      .found = "none",
                      .advice = "name the column that is to be predicted with data.label"});
  }
  if (!data.stratified) data.stratified = divides_classes(config, dataset);
  if (config.training.folds > 0 || config.training.fold > 0) hold_out_fold(config, dataset);
  const bool has_parts = !dataset.valid.empty() || !dataset.test.empty();
  if (!data.test) data.test = 0.0;
  if (!data.valid) data.valid = has_parts || *data.test > 0.0 ? 0.0 : 0.2;
  split(dataset, {.valid = *data.valid,
                  .test = *data.test,
                  .stratified = *data.stratified,
                  .shuffled = data.shuffled,
                  .seed = data.seed});
  if (start != nullptr) {
    apply_initial_model(config, dataset, *start);
    return dataset;
  }
  gradus::data::note_leaks(dataset, dataset.notes);
  const PreprocessingOptions preparing{.impute = data.impute, .max_one_hot = data.max_one_hot};
  apply_preprocessing(dataset, fit_preprocessing(dataset, preparing, dataset.notes));
  scale_targets_as_asked(config, dataset);
  return dataset;
}

TrainingRun make_training_run(RunConfig& config, const Dataset& dataset, const std::string& base_folder) {
  const std::optional<Model> start = read_initial_model(config, base_folder);
  return make_training_run(config, dataset, start ? &*start : nullptr);
}

TrainingRun make_training_run(RunConfig& config, const Dataset& dataset, const Model* start) {
  apply_table_defaults(config, dataset);
  resolve_training(config, dataset);
  const RunConfig::Training& training = config.training;
  TrainingRun run;
  run.spec = build_spec(config, dataset);
  run.scaling = resolve_scaling(config.data, dataset);
  run.dtype = parse_kind("training.dtype", kDTypeTable, training.dtype);
  run.epochs = training.epochs;
  run.seed = training.seed;
  run.batches = {.batch_size = *training.batch_size,
                 .order = parse_batch_order(training.batch_order),
                 .drop_last = training.drop_last};
  run.optimizer = build_optimizer(training);
  run.learning_rate = *training.learning_rate;
  run.schedule = build_schedule(config.schedule);
  run.schedule_monitor = resolve_monitor(config.schedule.monitor, dataset);
  run.monitor = resolve_monitor(config.early_stopping.monitor, dataset);
  run.early_stopping = {.patience = config.early_stopping.patience,
                        .min_delta = config.early_stopping.min_delta,
                        .restore_best = config.early_stopping.restore_best};
  run.clip_norm = training.clip_norm;
  run.clip_value = training.clip_value;
  run.sample_weights = dataset.table.weights;
  run.class_weights = parse_class_weights(training.class_weights, dataset);
  run.train_metrics = parse_kind("training.train_metrics", kTrainMetricsTable, training.train_metrics);
  run.top_k = training.top_k;
  run.checkpoint_epochs = training.checkpoint_epochs.value_or(0);
  run.checkpoint_seconds = training.checkpoint_epochs ? 0.0 : kCheckpointSeconds;
  run.checkpoint_steps = training.checkpoint_steps;
  run.threads = static_cast<unsigned>(training.threads);
  run.records = config.report.records;
  run.validate(dataset);
  run.config = config_toml(config);
  run.stated = stated_keys(config);
  RunConfig plain = config;
  plain.report = {};
  std::string behind;
  if (start != nullptr) behind = start_from(run, *start);
  // Until 2026-11 each batch was divided by its own weights: a checkpoint of then would go on to other bits.
  if (!run.sample_weights.empty() || !run.class_weights.empty()) behind += "\nweights = \"by their mean\"\n";
  // Until then a warm-up began at warmup_start itself, and progress of min_delta alone made an epoch the best.
  if (run.schedule.warmup_epochs > 0.0) behind += "\nwarmup = \"above its start\"\n";
  if (run.early_stopping.patience > 0 && run.early_stopping.min_delta > 0.0) behind += "\nbest = \"any progress\"\n";
  run.identity_of_epochs = [plain, behind](std::size_t epochs) {
    RunConfig other = plain;
    other.training.epochs = epochs;
    return config_identity(other) + behind;
  };
  run.identity = run.identity_of_epochs(run.epochs);
  return run;
}

}  // namespace gradus
