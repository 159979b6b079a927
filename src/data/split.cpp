// Division of the training rows into train, valid and test.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"
#include "gradus/data/source.hpp"

namespace gradus {
namespace {

using Rows = std::vector<std::uint32_t>;

std::size_t amount_of(double amount, std::size_t num_rows, const char* key) {
  if (!(amount >= 0.0) || (amount >= 1.0 && std::nearbyint(amount) != amount)) {
    throw InputError(ErrorParts{key, "a fraction below 1 or a whole number of rows", fmt::format("{}", amount), ""});
  }
  const double rows = amount < 1.0 ? std::floor(amount * static_cast<double>(num_rows) + 0.5) : amount;
  return rows < static_cast<double>(num_rows) ? static_cast<std::size_t>(rows) : num_rows;
}

/// The last `valid` + `test` rows of `rows` go to those parts, in this order.
void cut(Rows& rows, std::size_t valid, std::size_t test, Rows& to_valid, Rows& to_test) {
  const auto first_valid = rows.end() - static_cast<std::ptrdiff_t>(valid + test);
  const auto first_test = rows.end() - static_cast<std::ptrdiff_t>(test);
  to_valid.insert(to_valid.end(), first_valid, first_test);
  to_test.insert(to_test.end(), first_test, rows.end());
  rows.erase(first_valid, rows.end());
}

/// `total` divided over classes in proportion to their sizes, largest remainders first, never more than a class has.
std::vector<std::size_t> proportional(const std::vector<Rows>& classes, std::size_t total, std::size_t num_rows) {
  std::vector<std::size_t> counts(classes.size());
  std::vector<double> remainders(classes.size());
  std::size_t given = 0;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const double share =
        static_cast<double>(total) * static_cast<double>(classes[k].size()) / static_cast<double>(num_rows);
    counts[k] = static_cast<std::size_t>(share);
    remainders[k] = share - static_cast<double>(counts[k]);
    given += counts[k];
  }
  std::vector<std::size_t> order(classes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; given < total; i = (i + 1) % order.size()) {
    if (counts[order[i]] >= classes[order[i]].size()) continue;
    ++counts[order[i]];
    ++given;
  }
  return counts;
}

void split_stratified(Dataset& dataset, std::size_t valid, std::size_t test, const SplitOptions& options,
                      RandomStream& random) {
  if (dataset.table.labels.empty()) {
    throw InputError(ErrorParts{"data.stratified", "a classification task", "another", "turn it off"});
  }
  std::vector<Rows> classes(dataset.num_outputs());
  for (const std::uint32_t row : dataset.train) {
    classes[static_cast<std::size_t>(dataset.table.labels[row])].push_back(row);
  }
  const std::size_t num_rows = dataset.train.size();
  const std::vector<std::size_t> held_out = proportional(classes, valid + test, num_rows);
  std::vector<Rows> held(classes.size());
  dataset.train.clear();
  Rows unused;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    if (options.shuffled) random.shuffle(classes[k]);
    cut(classes[k], held_out[k], 0, held[k], unused);
    dataset.train.insert(dataset.train.end(), classes[k].begin(), classes[k].end());
  }
  const std::vector<std::size_t> tests = proportional(held, test, valid + test);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    cut(held[k], held[k].size() - tests[k], tests[k], dataset.valid, dataset.test);
  }
}

/// A network cannot learn what it never sees.
void note_classes_without_training(Dataset& dataset) {
  if (dataset.task != Task::kClassification) return;
  std::vector<bool> seen(dataset.class_names.size());
  for (const std::uint32_t row : dataset.train) seen[static_cast<std::size_t>(dataset.table.labels[row])] = true;
  for (const Rows* part : {&dataset.valid, &dataset.test}) {
    for (const std::uint32_t row : *part) {
      const auto label = static_cast<std::size_t>(dataset.table.labels[row]);
      if (seen[label]) continue;
      seen[label] = true;
      dataset.notes.push_back(fmt::format("{}: class '{}' has no training row: the split took all it has", dataset.name,
                                          dataset.class_names[label]));
    }
  }
}

}  // namespace

void split(Dataset& dataset, const SplitOptions& options) {
  const std::size_t num_rows = dataset.train.size();
  const std::size_t valid = dataset.valid.empty() ? amount_of(options.valid, num_rows, "data.valid") : 0;
  const std::size_t test = dataset.test.empty() ? amount_of(options.test, num_rows, "data.test") : 0;
  if (valid + test == 0) return;
  if (valid + test >= num_rows) {
    throw InputError(ErrorParts{"data.valid, data.test", fmt::format("fewer than the {} training rows", num_rows),
                                std::to_string(valid + test), "leave rows to train on"});
  }
  RandomStream random(options.seed, Purpose::kSplit);
  if (options.stratified) {
    split_stratified(dataset, valid, test, options, random);
  } else {
    if (options.shuffled) random.shuffle(dataset.train);
    cut(dataset.train, valid, test, dataset.valid, dataset.test);
  }
  note_classes_without_training(dataset);
  // File order within each part: which rows are where is what the seed decides, nothing else.
  for (Rows* part : {&dataset.train, &dataset.valid, &dataset.test}) std::sort(part->begin(), part->end());
}

}  // namespace gradus
