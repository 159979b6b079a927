// SPDX-License-Identifier: Apache-2.0
#include "data/leaks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

#include "data/level_codes.hpp"

namespace gradus::data {
namespace {

constexpr double kShare = 0.95;
constexpr std::size_t kFewestRowsToTell = 20;

/// What cells and labels say together, row by row.
using Pairs = std::map<std::pair<double, std::int32_t>, std::size_t>;

/// Rows whose value is the usual one of their class, and whose class is the usual one of their value.
std::size_t rows_one_to_one(const Pairs& pairs) {
  std::map<double, std::pair<std::size_t, std::int32_t>> class_of;
  std::map<std::int32_t, std::pair<std::size_t, double>> value_of;
  for (const auto& [pair, count] : pairs) {
    const auto& [value, label] = pair;
    if (count > class_of[value].first) class_of[value] = {count, label};
    if (count > value_of[label].first) value_of[label] = {count, value};
  }
  if (value_of.size() < 2) return 0;
  std::size_t rows = 0;
  for (const auto& [pair, count] : pairs) {
    const bool usual = class_of[pair.first].second == pair.second && value_of[pair.second].second == pair.first;
    rows += usual ? count : 0;
  }
  return rows;
}

/// Training rows in which the column, whose value in a row `value` gives, repeats the label.
template <class Value>
std::size_t rows_repeating(const Dataset& dataset, const Value& value) {
  if (dataset.task == Task::kClassification) {
    // A column of many more values than classes is no copy of the label.
    const std::size_t most = 2 * dataset.num_outputs() * dataset.num_outputs() + 100;
    Pairs pairs;
    for (const std::uint32_t row : dataset.train) {
      if (!std::isnan(value(row))) ++pairs[{value(row), dataset.table.labels[row]}];
      if (pairs.size() > most) return 0;
    }
    return rows_one_to_one(pairs);
  }
  std::size_t best = 0;
  for (std::size_t k = 0; k < dataset.table.values.cols(); ++k) {
    best = std::max(best, static_cast<std::size_t>(std::count_if(
                              dataset.train.begin(), dataset.train.end(),
                              [&](std::uint32_t row) { return value(row) == dataset.table.values(row, k); })));
  }
  return best;
}

/// Two different values at least: a constant target is repeated by any constant.
bool targets_differ(const Dataset& dataset) {
  if (dataset.task == Task::kClassification) return true;
  const auto& values = dataset.table.values;
  return std::any_of(dataset.train.begin(), dataset.train.end(),
                     [&](std::uint32_t row) { return values(row, 0) != values(dataset.train.front(), 0); });
}

}  // namespace

void note_leaks(const Dataset& dataset, std::vector<std::string>& notes) {
  const bool has_targets = !dataset.table.labels.empty() || !dataset.table.values.empty();
  if (dataset.columns.empty() || !has_targets || dataset.train.size() < kFewestRowsToTell || !targets_differ(dataset))
    return;
  std::size_t number_at = 0;
  std::size_t code_at = 0;
  for (const Column& column : stored_columns(dataset.columns)) {
    std::size_t rows = 0;
    if (column.kind == ColumnKind::kCategory) {
      const std::size_t at = code_at++;
      if (dataset.task != Task::kClassification) continue;
      rows = rows_repeating(dataset, [&](std::uint32_t row) {
        const std::int32_t code = dataset.table.codes(row, at);
        return code == kMissingCode ? std::nan("") : static_cast<double>(code);
      });
    } else {
      const std::size_t at = number_at++;
      visit_features(dataset.table.features, [&](const auto& numbers) {
        rows = rows_repeating(dataset, [&](std::uint32_t row) { return static_cast<double>(numbers(row, at)); });
      });
    }
    const double share = static_cast<double>(rows) / static_cast<double>(dataset.train.size());
    if (share < kShare) continue;
    notes.push_back(fmt::format(
        "{}: column '{}' repeats the label in {:.0f}% of the rows; leave it out with data.ignore unless it is "
        "known where the label is not",
        dataset.name, column.name, std::floor(100.0 * share)));
  }
}

}  // namespace gradus::data
