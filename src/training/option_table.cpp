// The one table of options: key, flag, meaning, place, range and choices. Defaults are those of RunConfig.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "gradus/data/source.hpp"
#include "gradus/training/monitor.hpp"
#include "gradus/training/run_config.hpp"

namespace gradus {
namespace {

using Names = std::string_view;
constexpr std::array<Names, 3> kHeaders = {"auto", "yes", "no"};
constexpr std::array<Names, 3> kDecimals = {"auto", ".", ","};
constexpr std::array<Names, 4> kScalings = {"auto", "none", "standardize", "robust"};
constexpr std::array<Names, 4> kTargetScalings = {"auto", "none", "standardize", "log1p"};
constexpr std::array<Names, 3> kIndexBases = {"auto", "0", "1"};
constexpr std::array<Names, 3> kOrientations = {"auto", "rows", "columns"};
// The names of a table, "auto" before them.
template <class Table>
constexpr auto auto_or(const Table& table) {
  auto names = names_of<1>(table);
  names[0] = "auto";
  return names;
}
constexpr auto kTasks = auto_or(kTaskTable);
constexpr auto kOutputs = auto_or(kOutputTable);
constexpr auto kLosses = auto_or(kLossTable);
constexpr auto kFloors = names_of(kFloorTable);
constexpr auto kOptimizers = names_of(kOptimizerTable);
constexpr auto kOrders = names_of(kBatchOrderTable);
constexpr auto kDTypes = names_of(kDTypeTable);
constexpr auto kTrainMetrics = names_of(kTrainMetricsTable);
constexpr auto kSchedules = names_of(kScheduleTable);
constexpr auto kMonitors = auto_or(kMonitorTable);
// kBetaText: text of the optimizers that have something, built by the compiler.
struct OptimizerText {
  std::array<char, 200> text{};
  std::size_t size = 0;

  constexpr void add(Names more) {
    for (const char c : more) text[size++] = c;
  }
  constexpr operator Names() const { return {text.data(), size}; }
};

template <class Has>
constexpr OptimizerText of_optimizers(Names start, Has has, Names end = "") {
  std::size_t left = 0;
  for (const OptimizerFacts& facts : kOptimizerTable) left += has(facts) ? 1 : 0;
  OptimizerText result;
  result.add(start);
  for (const OptimizerFacts& facts : kOptimizerTable) {
    if (!has(facts)) continue;
    result.add(facts.name);
    --left;
    result.add(left > 1 ? ", " : left == 1 ? " and " : "");
  }
  result.add(end);
  return result;
}

constexpr auto kRateText = of_optimizers(
    "base learning rate; auto = 0.001 for ", [](const OptimizerFacts& f) { return f.learning_rate == 0.001; },
    ", else 0.01");
constexpr auto kMomentumText = of_optimizers("of ", [](const OptimizerFacts& f) { return f.has_momentum; });
constexpr auto kBetaText = of_optimizers("of ", [](const OptimizerFacts& f) { return f.has_betas; });
constexpr auto kRhoText = of_optimizers("of ", [](const OptimizerFacts& f) { return f.has_rho; });
constexpr auto kEpsilonText = of_optimizers("of ", [](const OptimizerFacts& f) { return f.has_epsilon; });
constexpr auto kFirstDecayText = of_optimizers(
    "of ", [](const OptimizerFacts& f) { return f.has_weight_decay; }, ": weights only, never biases");
constexpr auto kDecayText = of_optimizers(
    "of ", [](const OptimizerFacts& f) { return f.has_weight_decay; },
    ": weights only, never biases; auto = 0.01 there");
static_assert(std::ranges::all_of(kOptimizerTable, [](const OptimizerFacts& f) {
  return f.weight_decay == (f.has_weight_decay ? 0.01 : 0.0);
}));

constexpr double kAny = std::numeric_limits<double>::infinity();

constexpr ConfigOption later(ConfigOption option) {
  option.came_later = true;
  return option;
}
constexpr ConfigOption reworded(Names first_doc, ConfigOption option) {
  option.first_doc = first_doc;
  return option;
}

#define GRADUS_FIELD(member) [](RunConfig& config) -> OptionField { return &config.member; }

constexpr ConfigOption kOptions[] = {
    {"data.source", "--data", "data set: a path or a name (see `gradus data list`)", GRADUS_FIELD(data.source)},
    {"data.data_dir", "--data-dir", "first folder to look for named sets", GRADUS_FIELD(data.data_dir)},
    {"data.test_path", "--test-data", "further file that becomes the test part", GRADUS_FIELD(data.test_path)},
    later({"data.valid_path", "--valid-data", "further file that becomes the validation part",
           GRADUS_FIELD(data.valid_path)}),
    {"data.label", "--label", "label column: name or number, empty = last column", GRADUS_FIELD(data.label)},
    {"data.weight", "--weight", "column of sample weights: name, or number among the features; empty = all equal",
     GRADUS_FIELD(data.weight)},
    {"data.task", "--task", "what to learn; auto decides from the labels", GRADUS_FIELD(data.task), -kAny, kAny,
     kTasks},
    {"data.header", "", "whether a text file starts with names", GRADUS_FIELD(data.header), -kAny, kAny, kHeaders},
    later({"data.delimiter", "", "text files: auto, tab, space (any white space) or the character between fields",
           GRADUS_FIELD(data.delimiter)}),
    later({"data.decimal", "", "text files: the decimal sign", GRADUS_FIELD(data.decimal), -kAny, kAny, kDecimals}),
    later({"data.thousands", "", "text files: the sign between groups of three digits (. , ' _ or space), or none",
           GRADUS_FIELD(data.thousands)}),
    later({"data.comment", "", "text files: how comment lines start; auto = #, none = there are none",
           GRADUS_FIELD(data.comment)}),
    later({"data.encoding", "", "text files: how characters are stored", GRADUS_FIELD(data.encoding), -kAny, kAny,
           kTextEncodings}),
    later({"data.categories", "--categories",
           "columns whose values are levels, whatever they look like: names, numbers or patterns such as code_*",
           GRADUS_FIELD(data.categories)}),
    later({"data.numbers", "--numbers", "columns whose values must be numbers", GRADUS_FIELD(data.numbers)}),
    later({"data.dates", "--dates", "columns whose values must be dates", GRADUS_FIELD(data.dates)}),
    later({"data.ignore", "--ignore", "columns that are left out", GRADUS_FIELD(data.ignore)}),
    later({"data.missing", "--missing",
           "what stands in a missing cell besides nothing; empty = NA, N/A, NaN, null, ? and -",
           GRADUS_FIELD(data.missing)}),
    later({"data.impute", "", "what missing numbers become: mean or median of the training part, or a number",
           GRADUS_FIELD(data.impute)}),
    later({"data.max_one_hot", "", "inputs of a category at most; rarer levels share one",
           GRADUS_FIELD(data.max_one_hot), 2, 100'000}),
    {"data.orientation", "", "samples in rows or columns (MAT, npy)", GRADUS_FIELD(data.orientation), -kAny, kAny,
     kOrientations},
    later(
        {"data.feature_array", "--feature-array",
         "npz, MAT: name of the array of (training) features, empty = by the usual names; with 'train' in it, 'valid' "
         "and 'test' name the other parts",
         GRADUS_FIELD(data.feature_array)}),
    later({"data.label_array", "--label-array",
           "npz, MAT: name of the array of labels; empty beside feature_array = a column of it (data.label)",
           GRADUS_FIELD(data.label_array)}),
    later({"data.index_base", "", "LibSVM files: index of the first feature; auto = 0 where that occurs, else 1",
           GRADUS_FIELD(data.index_base), -kAny, kAny, kIndexBases}),
    {"data.valid", "--valid", "validation rows, below 1 a fraction; auto = 0.2 where the source has no parts, else 0",
     GRADUS_FIELD(data.valid), 0},
    {"data.test", "--test", "test rows, below 1 a fraction; auto = what the source has", GRADUS_FIELD(data.test), 0},
    {"data.pool", "", "put all parts of the source together before the split", GRADUS_FIELD(data.pool)},
    reworded("divide every class in the same proportion",
             {"data.stratified", "--stratified",
              "divide every class in the same proportion; auto = for text tables where data.valid is auto",
              GRADUS_FIELD(data.stratified)}),
    {"data.shuffled", "", "split at random; false takes the last rows", GRADUS_FIELD(data.shuffled)},
    {"data.seed", "", "seed of the split and of generators", GRADUS_FIELD(data.seed)},
    {"data.scale", "--scale", "divisor of the features; auto = 255 for byte images, else 1", GRADUS_FIELD(data.scale),
     1e-300},
    reworded("subtract the training part's mean, divide by its standard deviation",
             {"data.standardize", "--standardize",
              "subtract the training part's mean, divide by its standard deviation; auto = for text tables",
              GRADUS_FIELD(data.standardize)}),
    later({"data.scaling", "--scaling",
           "of the features: none, standardize, or robust = subtract the median, divide by the interquartile range; "
           "auto = as data.standardize says, else robust for text tables",
           GRADUS_FIELD(data.scaling), -kAny, kAny, kScalings}),
    later(
        {"data.smooth_clip", "",
         "bound of scaled features x / sqrt(1 + (x / bound)^2), 0 = none; auto = 3 where data.scaling chose by itself",
         GRADUS_FIELD(data.smooth_clip), 0, 1e9}),
    later({"data.target_scaling", "",
           "targets of a regression: none, standardize, or log1p = standardize ln(1 + y); auto = standardize for text "
           "tables where data.standardize is auto too and the loss is mse, huber or quantile",
           GRADUS_FIELD(data.target_scaling), -kAny, kAny, kTargetScalings}),
    {"data.rows", "--rows", "rows to generate, 0 = the generator's default", GRADUS_FIELD(data.rows)},
    {"data.noise", "--noise", "noise of a generator; auto = its default", GRADUS_FIELD(data.noise), 0},
    reworded("refuse files that unpack to more bytes",
             {"data.max_bytes", "",
              "refuse files that unpack to more bytes; the default refuses too what unpacks to 100 times its size",
              GRADUS_FIELD(data.max_bytes), 1}),
    later({"data.max_classes", "", "refuse targets of more classes", GRADUS_FIELD(data.max_classes), 2, 1e6}),

    {"network.layers", "--layers",
     "all widths from inputs to outputs, e.g. 784,512,10; ends may be auto; empty = use hidden",
     GRADUS_FIELD(network.layers)},
    {"network.hidden", "--hidden", "widths of the hidden layers where layers is empty", GRADUS_FIELD(network.hidden), 1,
     1e7},
    {"network.activation", "--activation", "of the hidden layers: one for all or one each",
     GRADUS_FIELD(network.activation)},
    later({"network.normalization", "--normalization",
           "before the activation of the hidden layers: none or a kind of layer (batch_norm, ...); one for all or one "
           "each",
           GRADUS_FIELD(network.normalization)}),
    later(
        {"network.residual", "--residual",
         "true: the outputs of the hidden layer before are added, where it has the same width; one for all or one each",
         GRADUS_FIELD(network.residual)}),
    later({"network.norm_epsilon", "", "added to the variance of a normalisation", GRADUS_FIELD(network.norm_epsilon),
           1e-300}),
    later({"network.norm_momentum", "", "batch_norm: share of a batch in the running statistics",
           GRADUS_FIELD(network.norm_momentum), 0, 1}),
    {"network.output", "--output", "what the last layer's values become", GRADUS_FIELD(network.output), -kAny, kAny,
     kOutputs},
    {"network.loss", "--loss", "what training minimises; auto = the output's own", GRADUS_FIELD(network.loss), -kAny,
     kAny, kLosses},
    {"network.loss_floor_kind", "", "how the reported loss treats probabilities near 0",
     GRADUS_FIELD(network.loss_floor_kind), -kAny, kAny, kFloors},
    {"network.loss_floor", "", "floor of the reported loss (add, clip)", GRADUS_FIELD(network.loss_floor), 0, 0.5},
    {"network.gradient_through_floor", "", "differentiate the floored loss term by term",
     GRADUS_FIELD(network.gradient_through_floor)},
    {"network.huber_delta", "", "where Huber's loss turns linear", GRADUS_FIELD(network.huber_delta), 1e-300},
    later({"network.label_smoothing", "--label-smoothing",
           "share of the cross-entropies' targets spread over all answers", GRADUS_FIELD(network.label_smoothing), 0,
           0.999999}),
    later({"network.quantile", "--quantile",
           "what the quantile loss estimates: 0.5 the median, 0.9 what 9 of 10 stay under",
           GRADUS_FIELD(network.quantile), 1e-9, 0.999999999}),
    later({"network.focal_gamma", "", "how much the focal losses spare rows that are right already, 0 = not",
           GRADUS_FIELD(network.focal_gamma), 0}),
    {"network.init", "--init", "initial weights: one for all layers or one each; auto = he for ReLU-like, else glorot",
     GRADUS_FIELD(network.init)},
    {"network.bias_init", "", "initial biases: zeros, like_weights or a number", GRADUS_FIELD(network.bias_init)},
    {"network.l1", "--l1", "penalty l1 sum|W|: one for all layers or one each", GRADUS_FIELD(network.l1), 0},
    {"network.l2", "--l2", "penalty l2 sum W^2: one for all layers or one each", GRADUS_FIELD(network.l2), 0},
    {"network.dropout", "--dropout", "share of hidden outputs set to zero in training: one for all or one each",
     GRADUS_FIELD(network.dropout), 0, 0.999999},

    {"training.optimizer", "--optimizer", "update rule", GRADUS_FIELD(training.optimizer), -kAny, kAny, kOptimizers},
    reworded("base learning rate; auto = 0.001 for adam, adamw and rmsprop, else 0.01",
             {"training.learning_rate", "--lr", kRateText, GRADUS_FIELD(training.learning_rate), 0}),
    {"training.momentum", "--momentum", kMomentumText, GRADUS_FIELD(training.momentum), 0, 1},
    reworded("of adam and adamw", {"training.beta1", "", kBetaText, GRADUS_FIELD(training.beta1), 0, 0.9999999999}),
    reworded("of adam and adamw", {"training.beta2", "", kBetaText, GRADUS_FIELD(training.beta2), 0, 0.9999999999}),
    {"training.rho", "", kRhoText, GRADUS_FIELD(training.rho), 0, 1},
    reworded("of adam, adamw, rmsprop and adagrad",
             {"training.epsilon", "", kEpsilonText, GRADUS_FIELD(training.epsilon), 0}),
    reworded(kFirstDecayText,
             {"training.weight_decay", "--weight-decay", kDecayText, GRADUS_FIELD(training.weight_decay), 0}),
    {"training.batch_size", "--batch", "rows per step; auto = 8 below 1000 training rows, else 32",
     GRADUS_FIELD(training.batch_size), 1, 1e7},
    {"training.batch_order", "--batch-order", "file order, samples shuffled or batches shuffled every epoch",
     GRADUS_FIELD(training.batch_order), -kAny, kAny, kOrders},
    {"training.drop_last", "", "leave out an incomplete last batch", GRADUS_FIELD(training.drop_last)},
    {"training.epochs", "--epochs", "passes over the training part", GRADUS_FIELD(training.epochs), 0, 1e9},
    {"training.seed", "--seed", "of initialisation, batch order and dropout", GRADUS_FIELD(training.seed)},
    {"training.dtype", "--dtype",
     "type of parameters and arithmetic; mixed = f32 with the factors of products rounded to bfloat16",
     GRADUS_FIELD(training.dtype), -kAny, kAny, kDTypes},
    {"training.threads", "--threads", "0 = one per core where that is worth it; never changes a bit of the result",
     GRADUS_FIELD(training.threads), 0, 1024},
    {"training.clip_norm", "--clip-norm", "largest norm of the whole gradient, 0 = no limit",
     GRADUS_FIELD(training.clip_norm), 0},
    {"training.clip_value", "--clip-value", "largest size of a gradient element, 0 = no limit",
     GRADUS_FIELD(training.clip_value), 0},
    reworded("empty, balanced, or one weight per class",
             {"training.class_weights", "--class-weights",
              "empty, balanced, one weight per class, or NAME=WEIGHT for some classes and 1 for the others",
              GRADUS_FIELD(training.class_weights)}),
    later({"training.init_from", "--init-from",
           "model file or run folder to start from: its weights, columns and scaling; its layers must be the run's",
           GRADUS_FIELD(training.init_from)}),
    later({"training.folds", "--folds", "hold out each of so many folds once and train on the others, 0 = do not",
           GRADUS_FIELD(training.folds)}),
    later({"training.fold", "",
           "train this one of the folds, counted from 1, and test it; 0 = all, one after the other",
           GRADUS_FIELD(training.fold)}),
    {"training.train_metrics", "", "training part's metrics: running means, full evaluation, or mean of batch means",
     GRADUS_FIELD(training.train_metrics), -kAny, kAny, kTrainMetrics},
    {"training.top_k", "--top-k", "also report the share of labels among the k largest outputs, 0 = do not",
     GRADUS_FIELD(training.top_k), 0, 1e7},
    reworded("epochs between checkpoints, 0 = none at the end of epochs",
             {"training.checkpoint_epochs", "",
              "epochs between checkpoints, 0 = none at the end of epochs; auto = every five seconds instead, within "
              "epochs too",
              GRADUS_FIELD(training.checkpoint_epochs)}),
    {"training.checkpoint_steps", "--checkpoint-steps", "steps between checkpoints, 0 = only at the end of epochs",
     GRADUS_FIELD(training.checkpoint_steps)},

    {"schedule.kind", "--schedule", "how the learning rate changes", GRADUS_FIELD(schedule.kind), -kAny, kAny,
     kSchedules},
    {"schedule.step_epochs", "", "step: epochs between reductions", GRADUS_FIELD(schedule.step_epochs), 1e-9},
    {"schedule.factor", "", "step, plateau: factor of a reduction", GRADUS_FIELD(schedule.factor), 0, 1},
    {"schedule.decay", "", "exponential: factor per epoch", GRADUS_FIELD(schedule.decay), 0, 1},
    reworded("cosine: last rate; plateau: lowest rate",
             {"schedule.min_rate", "", "cosine: the rate at the end of the last epoch; plateau: lowest rate",
              GRADUS_FIELD(schedule.min_rate), 0}),
    {"schedule.c", "", "inverse: lr / (1 + c epoch / epochs), epochs counted from 0", GRADUS_FIELD(schedule.c), 0},
    {"schedule.by_step", "", "move with every step instead of every epoch", GRADUS_FIELD(schedule.by_step)},
    {"schedule.warmup_epochs", "--warmup", "epochs over which the rate first rises, with every kind",
     GRADUS_FIELD(schedule.warmup_epochs), 0},
    reworded(
        "share of the rate at which the warm-up starts",
        {"schedule.warmup_start", "",
         "share of the rate above which the warm-up starts: n steps rise from it in n equal parts, the last one to "
         "the full rate",
         GRADUS_FIELD(schedule.warmup_start), 0, 1}),
    {"schedule.patience", "", "plateau: epochs without progress before a reduction", GRADUS_FIELD(schedule.patience),
     1},
    {"schedule.min_delta", "", "plateau: progress smaller than this is none", GRADUS_FIELD(schedule.min_delta), 0},
    {"schedule.monitor", "", "plateau: what to watch; auto = valid_loss, or train_loss without validation part",
     GRADUS_FIELD(schedule.monitor), -kAny, kAny, kMonitors},

    {"early_stopping.patience", "--patience", "stop after so many epochs without progress, 0 = never",
     GRADUS_FIELD(early_stopping.patience)},
    reworded("progress smaller than this is none",
             {"early_stopping.min_delta", "", "smaller progress does not begin the patience anew",
              GRADUS_FIELD(early_stopping.min_delta), 0}),
    reworded("end with the weights of the best epoch",
             {"early_stopping.restore_best", "", "where there is a patience, end with the weights of the best epoch",
              GRADUS_FIELD(early_stopping.restore_best)}),
    {"early_stopping.monitor", "--monitor", "what decides the best epoch; auto as in schedule.monitor",
     GRADUS_FIELD(early_stopping.monitor), -kAny, kAny, kMonitors},

    {"report.page", "", "write report.html into the run folder at the end", GRADUS_FIELD(report.page)},
    {"report.statistics", "", "record activations and gradients by layer after every epoch, on at most 256 rows",
     GRADUS_FIELD(report.records.statistics)},
    {"report.analysis", "", "record mistakes, weights, calibration, boundary or residuals at the end",
     GRADUS_FIELD(report.records.analysis)},
    {"report.progress", "", "record where the run stands twice a second, for `gradus serve`",
     GRADUS_FIELD(report.records.progress)},
    {"report.tensorboard", "--tensorboard", "also write TensorBoard's event files into the run folder",
     GRADUS_FIELD(report.records.tensorboard)},
};

#undef GRADUS_FIELD

}  // namespace

std::span<const ConfigOption> config_options() {
  return kOptions;
}

}  // namespace gradus
