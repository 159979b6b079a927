// SPDX-License-Identifier: Apache-2.0
#include "training/result_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "training/layer_statistics.hpp"
#include "training/statistics_recorder.hpp"
#include "training/threshold.hpp"

namespace gradus {
namespace {

constexpr double kLargeShare = 0.8;  // of the training rows, in one class
constexpr double kRise = 1.1;        // of the validation loss over its least
constexpr double kManyUnits = 0.5;   // of a layer

using Sentences = std::vector<std::string>;

// The part that says most about new data.
std::pair<const char*, const PartEvaluation*> telling_part(const RunRecord& record) {
  if (record.test) return {"test", &*record.test};
  if (record.valid) return {"validation", &*record.valid};
  return {"training", &record.train};
}

void note_r2(const RunRecord& record, Sentences& notes) {
  const auto [name, part] = telling_part(record);
  if (!part->regression || part->regression->r2 >= 0.0) return;
  notes.push_back(
      fmt::format("R2 of the {} part is {:.3g}: always answering the mean would be better; try more epochs, "
                  "a smaller learning rate or data.target_scaling = standardize",
                  name, part->regression->r2));
}

void note_single_class(const RunRecord& record, Sentences& notes) {
  const auto [name, part] = telling_part(record);
  if (!part->classification || part->classification->confusion.empty()) return;
  const auto& confusion = part->classification->confusion;
  std::size_t occurring = 0;
  std::vector<std::size_t> predicted(confusion.size(), 0);
  for (const auto& row : confusion) {
    occurring += std::ranges::any_of(row, [](std::size_t count) { return count > 0; }) ? 1 : 0;
    for (std::size_t k = 0; k < row.size(); ++k) predicted[k] += row[k];
  }
  if (occurring < 2 || predicted.size() - static_cast<std::size_t>(std::ranges::count(predicted, 0U)) > 1) return;
  const auto only = static_cast<std::size_t>(std::ranges::max_element(predicted) - predicted.begin());
  notes.push_back(
      fmt::format("every row of the {} part is predicted as '{}'; try more epochs, another learning rate, "
                  "scaled features or training.class_weights = balanced",
                  name, record.model.class_names[only]));
}

// With two classes: the threshold that the validation part asks for.
std::string threshold_advice(const Dataset& dataset, const RunRecord& record) {
  if (record.model.class_names.size() != 2 || dataset.valid.empty()) return "";
  std::vector<bool> positive;
  for (const std::uint32_t row : dataset.valid) positive.push_back(dataset.table.labels[row] == 1);
  if (std::ranges::count(positive, true) == 0 || std::ranges::count(positive, false) == 0) return "";
  const Matrix<double> outputs = predict_rows(record.model, dataset.table.features, dataset.valid, 1);
  std::vector<double> scores;
  for (std::size_t r = 0; r < outputs.rows(); ++r) scores.push_back(outputs(r, 1));
  const ThresholdChoice choice = choose_threshold(scores, positive);
  constexpr double kWorthIt = 0.01;
  if (choice.balanced_accuracy < record.valid->classification->balanced_accuracy.value_or(0.0) + kWorthIt) return "";
  return fmt::format(
      ", or --threshold {:.3g} of `gradus predict` and `evaluate` (balanced accuracy {:.3f} on the "
      "validation part, where it was chosen)",
      choice.threshold, choice.balanced_accuracy);
}

void note_imbalance(const TrainingRun& run, const Dataset& dataset, const RunRecord& record, Sentences& notes) {
  const auto [name, part] = telling_part(record);
  if (dataset.task != Task::kClassification || !part->classification) return;
  std::vector<std::size_t> counts(dataset.class_names.size(), 0);
  for (const std::uint32_t row : dataset.train) ++counts[static_cast<std::size_t>(dataset.table.labels[row])];
  const auto largest = std::ranges::max_element(counts);
  const double share = static_cast<double>(*largest) / static_cast<double>(dataset.train.size());
  if (share < kLargeShare || share == 1.0) return;
  const char* weights = run.class_weights.empty() ? "training.class_weights = balanced" : "other class weights";
  notes.push_back(
      fmt::format("{:.3g} % of the training rows are '{}': who always says so has that accuracy; the balanced "
                  "accuracy of the {} part is {:.3f}; try {}{}",
                  100.0 * share, dataset.class_names[static_cast<std::size_t>(largest - counts.begin())], name,
                  part->classification->balanced_accuracy.value_or(0.0), weights, threshold_advice(dataset, record)));
}

void note_risen_loss(const RunRecord& record, Sentences& notes) {
  if (record.epochs.empty() || !record.epochs.back().valid || record.final_epoch != record.epochs.size()) return;
  const auto least = std::ranges::min_element(
      record.epochs, {}, [](const EpochRecord& epoch) { return epoch.valid ? epoch.valid->loss : 0.0; });
  const double last = record.epochs.back().valid->loss;
  if (!least->valid || least->valid->loss <= 0.0 || last < kRise * least->valid->loss) return;
  notes.push_back(
      fmt::format("the validation loss was least after epoch {} ({:.4g}) and ended at {:.4g}; "
                  "early_stopping.patience keeps the best weights, dropout and penalties hold it down",
                  least->epoch, least->valid->loss, last));
}

template <class T>
void note_units(const TrainingRun& run, const Dataset& dataset, const Network<T>& network, Sentences& notes) {
  const std::vector<LayerStatistics> layers = LayerProbe<T>(run, dataset).measure(network);
  for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
    const auto units = static_cast<double>(layers[l].units);
    for (const auto& [what, count] : {std::pair("dead", layers[l].dead), std::pair("saturated", layers[l].saturated)}) {
      const double share = static_cast<double>(count) / units;
      if (share < kManyUnits) continue;
      notes.push_back(
          fmt::format("{:.0f} % of the units of layer {} are {} on the rows that were looked at and learn "
                      "nothing; try a smaller learning rate, scaled features or another initialisation",
                      100.0 * share, l + 1, what));
    }
  }
}

}  // namespace

std::vector<std::string> result_notes(const TrainingRun& run, const Dataset& dataset, const RunRecord& record) {
  Sentences notes;
  note_r2(record, notes);
  note_single_class(record, notes);
  note_imbalance(run, dataset, record, notes);
  note_risen_loss(record, notes);
  if (record.parameters <= StatisticsRecorder::kMaxParameters) {
    std::visit([&](const auto& network) { note_units(run, dataset, network, notes); }, record.model.network);
  }
  return notes;
}

}  // namespace gradus
