// SPDX-License-Identifier: Apache-2.0
#include "training/class_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/suggest.hpp"
#include "gradus/core/error.hpp"
#include "training/option_text.hpp"

namespace gradus {
namespace {

constexpr const char* kClassWeightsKey = "training.class_weights";
constexpr std::size_t kMostListed = 12;

[[noreturn]] void reject(const std::string& expected, const std::string& found, const std::string& advice) {
  throw InputError({.where = kClassWeightsKey, .expected = expected, .found = found, .advice = advice});
}

// "setosa, versicolor, virginica", the first of many.
std::string class_list(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t k = 0; k < names.size() && k < kMostListed; ++k) list += (k > 0 ? ", " : "") + names[k];
  return names.size() > kMostListed ? list + ", ..." : list;
}

std::size_t class_called(const std::string& name, const std::vector<std::string>& names) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string_view nearest = nearest_name(name, known);
  reject("a class of the data (" + class_list(names) + ")", "'" + name + "'",
         nearest.empty() ? "" : "did you mean '" + std::string(nearest) + "'?");
}

std::vector<double> weights_by_name(const std::vector<std::string>& texts, const Dataset& dataset) {
  std::vector<double> weights(dataset.num_outputs(), 1.0);
  std::set<std::size_t> named;
  for (const std::string& text : texts) {
    // The last one: names may have equals signs of their own.
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos) {
      reject("NAME=WEIGHT for every weight or for none", "'" + text + "'", "");
    }
    const std::string name = text.substr(0, equals);
    const std::size_t index = class_called(name, dataset.class_names);
    if (!named.insert(index).second) reject("one weight for a class", "two for '" + name + "'", "");
    weights[index] = parse_number(text.substr(equals + 1), fmt::format("{}, class '{}'", kClassWeightsKey, name));
  }
  return weights;
}

}  // namespace

std::vector<double> parse_class_weights(const std::vector<std::string>& texts, const Dataset& dataset) {
  if (texts.size() == 1 && texts[0] == "balanced") return balanced_class_weights(dataset);
  const auto has_name = [](const std::string& text) { return text.find('=') != std::string::npos; };
  if (std::ranges::any_of(texts, has_name)) {
    if (dataset.task != Task::kClassification) reject("a classification for weights of classes", "another task", "");
    return weights_by_name(texts, dataset);
  }
  std::vector<double> weights;
  weights.reserve(texts.size());
  for (const std::string& text : texts) weights.push_back(parse_number(text, kClassWeightsKey));
  return weights;
}

std::vector<double> make_row_weights(const TrainingRun& run, const Dataset& dataset) {
  std::vector<double> weights = run.sample_weights;
  if (run.class_weights.empty()) return weights;
  if (weights.empty()) weights.assign(dataset.table.rows(), 1.0);
  for (std::size_t r = 0; r < weights.size(); ++r) {
    weights[r] *= run.class_weights[static_cast<std::size_t>(dataset.table.labels[r])];
  }
  return weights;
}

double mean_weight(std::span<const double> weights, std::span<const std::uint32_t> rows) {
  if (weights.empty() || rows.empty()) return 0.0;
  double sum = 0.0;
  for (const std::uint32_t row : rows) sum += weights[row];
  return sum / static_cast<double>(rows.size());
}

void require_useful_weights(const TrainingRun& run, const Dataset& dataset) {
  const std::vector<double> weights = make_row_weights(run, dataset);
  if (weights.empty()) return;
  const auto refuse = [&](const std::string& expected, const std::string& found) {
    throw InputError({.where = run.sample_weights.empty() ? kClassWeightsKey : "sample weights",
                      .expected = expected,
                      .found = found,
                      .advice = "check the column of weights (data.weight) and training.class_weights"});
  };
  if (mean_weight(weights, dataset.train) == 0.0) refuse("a weight above 0 in the training part", "none");
  for (const auto& [name, rows] : {std::pair("validation", &dataset.valid), std::pair("test", &dataset.test)}) {
    if (run.sample_weights.empty() || rows->empty() || mean_weight(run.sample_weights, *rows) > 0.0) continue;
    refuse(fmt::format("a weight above 0 in the {} part", name), "none");
  }
  if (dataset.task != Task::kClassification) return;
  std::set<std::int32_t> present;
  std::set<std::int32_t> weighted;
  for (const std::uint32_t row : dataset.train) {
    present.insert(dataset.table.labels[row]);
    if (weights[row] > 0.0) weighted.insert(dataset.table.labels[row]);
  }
  if (present.size() > 1 && weighted.size() == 1) {
    const auto only = static_cast<std::size_t>(*weighted.begin());
    refuse("rows of two classes at least with a weight above 0",
           "'" + (only < dataset.class_names.size() ? dataset.class_names[only] : std::to_string(only)) + "' alone");
  }
}

}  // namespace gradus
