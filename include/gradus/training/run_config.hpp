// The configuration of a run as the user writes it. One table of options gives the keys, flags, defaults, ranges,
// documentation, parsing and printing of values; make_training_run() joins it with a data set. Files:
// gradus/config/config_file.hpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gradus/data/source.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus {

/// Values as written; an empty optional is "auto" and is filled in once the data is known.
struct RunConfig {
  struct Data {
    std::string source, data_dir, test_path, label, weight, task = "auto", header = "auto", orientation = "auto";
    std::string delimiter = "auto", decimal = "auto", thousands = "none", comment = "auto", encoding = "auto";
    std::optional<double> valid, test;
    bool pool = false, shuffled = true;
    std::optional<bool> standardize, stratified;
    std::optional<double> scale;
    std::uint64_t rows = 0, seed = 0, max_bytes = kDefaultMaxBytes, max_classes = kDefaultMaxClasses;
    std::optional<double> noise;
    std::string feature_array, label_array, index_base = "auto", valid_path, impute = "mean", target_scaling = "auto";
    std::string scaling = "auto";
    std::optional<double> smooth_clip;
    std::vector<std::string> categories, numbers, dates, ignore, missing;
    std::uint64_t max_one_hot = 100;
  } data;
  struct Net {
    std::vector<std::string> layers;
    std::vector<std::uint64_t> hidden = {64};
    std::vector<std::string> activation = {"relu"}, init = {"auto"}, normalization = {"none"}, residual = {"false"};
    double norm_epsilon = 1e-5, norm_momentum = 0.1;
    std::string bias_init = "zeros", output = "auto", loss = "auto", loss_floor_kind = "exact";
    double loss_floor = 0.0, huber_delta = 1.0, label_smoothing = 0.0, quantile = 0.5, focal_gamma = 2.0;
    bool gradient_through_floor = false;
    std::vector<double> l1 = {0.0}, l2 = {0.0}, dropout = {0.0};
  } network;
  struct Training {
    std::string optimizer = "adam", batch_order = "samples", dtype = "f32", train_metrics = "running";
    std::optional<double> learning_rate, weight_decay;
    std::optional<std::uint64_t> batch_size, checkpoint_epochs;
    double momentum = 0.9, beta1 = 0.9, beta2 = 0.999, rho = 0.9, epsilon = 1e-8;
    double clip_norm = 0.0, clip_value = 0.0;
    bool drop_last = false;
    std::uint64_t epochs = 30, seed = 0, threads = 0, top_k = 0, checkpoint_steps = 0;
    std::vector<std::string> class_weights;
    std::string init_from;
    std::uint64_t folds = 0, fold = 0;
  } training;
  struct Schedule {
    std::string kind = "constant", monitor = "auto";
    double step_epochs = 10.0, factor = 0.1, decay = 0.95, min_rate = 0.0, c = 4.0, min_delta = 1e-4;
    bool by_step = false;
    double warmup_epochs = 0.0, warmup_start = 0.0;
    std::uint64_t patience = 5;
  } schedule;
  struct Report {
    bool page = true;  // report.html, beside what RecordOptions says
    RecordOptions records;
  } report;
  struct EarlyStopping {
    std::string monitor = "auto";
    std::uint64_t patience = 0;
    double min_delta = 0.0;
    bool restore_best = true;
  } early_stopping;
  /// Keys that set_option() was given: they hold where text tables have defaults of their own. A field that differs
  /// from its default counts as stated too.
  std::vector<std::string> stated;
};

using OptionField = std::variant<std::string*, bool*, double*, std::uint64_t*, std::optional<bool>*,
                                 std::optional<double>*, std::optional<std::uint64_t>*, std::vector<std::string>*,
                                 std::vector<double>*, std::vector<std::uint64_t>*>;

/// One option: where it lives and everything that is known about it.
struct ConfigOption {
  std::string_view key;   // "training.epochs"
  std::string_view flag;  // "--epochs", or "" when only the key sets it
  std::string_view doc;
  OptionField (*field)(RunConfig&);
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
  std::span<const std::string_view> choices = {};
  /// Not in the first version: no part of config_identity() while it has its default.
  bool came_later = false;
  /// What `doc` said in the first version, where it says something else now.
  std::string_view first_doc = {};
};

/// All options, by section.
std::span<const ConfigOption> config_options();

/// Sets `key` from text ("20", "true", "relu,tanh"). `where` opens the error sentence. Throws InputError: unknown key
/// (with a suggestion), a value of another type or out of range.
void set_option(RunConfig& config, std::string_view key, std::string_view text, const std::string& where);
/// `RunConfig::stated`, each key once, in the order of config_options().
std::vector<std::string> stated_keys(const RunConfig& config);
/// The whole configuration as TOML with every default and its documentation.
std::string config_toml(const RunConfig& config);
/// What two runs must have in common to be the same run, as a text that is hashed: the configuration in the form that
/// the first version gave it, so that what was begun before an option came goes on.
std::string config_identity(const RunConfig& config);
/// The value of one option as set_option() takes it.
std::string option_text(const ConfigOption& option, const RunConfig& config);

SourceOptions source_options(const RunConfig& config);
/// Reads and splits the data that `config` names, filling in what was "auto" there. Relative paths are looked for in
/// `base_folder` first; empty: in the working directory alone.
Dataset read_data(RunConfig& config, const std::string& base_folder = {});
/// The two halves of read_data(): the rows as they are read, and their parts, preprocessing and scaling.
Dataset read_rows(const RunConfig& config, const std::string& base_folder = {});
Dataset prepare_data(RunConfig& config, Dataset dataset, const std::string& base_folder = {});
/// Fills in everything that is still "auto" and builds the run. Throws InputError naming the key. `base_folder` as in
/// read_data().
TrainingRun make_training_run(RunConfig& config, const Dataset& dataset, const std::string& base_folder = {});

}  // namespace gradus
