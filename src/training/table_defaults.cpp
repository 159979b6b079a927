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
  static const RunConfig defaults;
  return std::find(config.stated.begin(), config.stated.end(), option.key) != config.stated.end() ||
         option_text(option, config) != option_text(option, defaults);
}

class Filler {
 public:
  explicit Filler(RunConfig& config) : given_(config), config_(config) {}

  [[nodiscard]] bool is_stated(std::string_view key) const { return gradus::is_stated(given_, *find_option(key)); }
  void fill(std::string_view key, std::string_view text) {
    if (!is_stated(key)) store_text(*find_option(key), config_, text, "the defaults of tables");
  }

 private:
  const RunConfig given_;  // before anything was filled in
  RunConfig& config_;
};

}  // namespace

bool has_table_defaults(const RunConfig& config, const Dataset& dataset) {
  const bool is_table = !dataset.columns.empty() || !dataset.preprocessing.steps.empty();
  return is_table && !config.data.standardize;
}

void apply_table_defaults(RunConfig& config, const Dataset& dataset) {
  if (!has_table_defaults(config, dataset)) return;
  const BySize& size = *std::find_if(std::begin(kBySize), std::end(kBySize),
                                     [&](const BySize& s) { return dataset.train.size() <= s.most_rows; });
  Filler filler(config);
  filler.fill("network.hidden", "256,256");
  filler.fill("network.activation", "mish");
  filler.fill("network.dropout", dataset.task == Task::kRegression ? "0.1" : "0.2");
  filler.fill("training.epochs", size.epochs);
  filler.fill("training.batch_size", size.batch_size);
  filler.fill("schedule.kind", "cosine");
  filler.fill("early_stopping.patience", "16");
  // Another optimizer has its own rate, and perhaps no decay.
  if (filler.is_stated("training.optimizer")) return;
  filler.fill("training.optimizer", "adamw");
  filler.fill("training.learning_rate", "0.004");
  filler.fill("training.weight_decay", "0.02");
}

}  // namespace gradus
