// SPDX-License-Identifier: Apache-2.0
#include "training/table_defaults.hpp"

#include <algorithm>

#include "training/option_text.hpp"

namespace gradus {
namespace {

/// What suits a training part of at most so many rows.
struct BySize {
  std::size_t most_rows;
  std::string_view batch_size;
  std::string_view epochs;
};
constexpr BySize kBySize[] = {
    {1024, "64", "100"},
    {8192, "128", "60"},
    {30'000, "256", "30"},
    {static_cast<std::size_t>(-1), "512", "30"},
};

bool is_stated(const RunConfig& config, const ConfigOption& option) {
  return std::find(config.stated.begin(), config.stated.end(), option.key) != config.stated.end() ||
         differs_from_default(option, config);
}

void fill(RunConfig& config, std::string_view key, std::string_view text) {
  const ConfigOption& option = *find_option(key);
  if (!is_stated(config, option)) store_text(option, config, text, "the defaults of tables");
}

}  // namespace

bool has_table_defaults(const RunConfig& config, const Dataset& dataset) {
  const bool is_table = !dataset.columns.empty() || !dataset.preprocessing.steps.empty();
  return is_table && !config.data.standardize;
}

void apply_table_defaults(RunConfig& config, const Dataset& dataset) {
  if (!has_table_defaults(config, dataset)) return;
  const BySize& size = *std::find_if(std::begin(kBySize), std::end(kBySize),
                                     [&](const BySize& s) { return dataset.train.size() <= s.most_rows; });
  // The columns of a text table are of any size, and some of their values are far out.
  if (config.data.scaling == "auto") {
    config.data.scaling = "robust";
    if (!config.data.smooth_clip) config.data.smooth_clip = 3.0;
  }
  fill(config, "network.hidden", "256,256");
  fill(config, "network.activation", "mish");
  fill(config, "network.dropout", dataset.task == Task::kRegression ? "0.1" : "0.2");
  fill(config, "training.epochs", size.epochs);
  fill(config, "training.batch_size", size.batch_size);
  fill(config, "schedule.kind", "cosine");
  fill(config, "early_stopping.patience", "16");
  // Another optimizer has its own rate, and perhaps no decay.
  if (is_stated(config, *find_option("training.optimizer"))) return;
  fill(config, "training.optimizer", "adamw");
  fill(config, "training.learning_rate", "0.004");
  fill(config, "training.weight_decay", "0.02");
}

}  // namespace gradus
