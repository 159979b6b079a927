// SPDX-License-Identifier: Apache-2.0
#include "training/folds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gradus/core/error.hpp"
#include "gradus/core/random.hpp"

namespace gradus {
namespace {

using Rows = std::vector<std::uint32_t>;  // places among the training rows

constexpr std::uint64_t kFoldStream = 1;  // beside the split's own

// The training rows, class after class where there are classes.
std::vector<Rows> groups_of(const Dataset& dataset) {
  const bool classes = dataset.task == Task::kClassification;
  std::vector<Rows> groups(classes ? dataset.num_outputs() : 1);
  for (std::size_t i = 0; i < dataset.train.size(); ++i) {
    groups[classes ? static_cast<std::size_t>(dataset.table.labels[dataset.train[i]]) : 0].push_back(
        static_cast<std::uint32_t>(i));
  }
  return groups;
}

void check_folds(const RunConfig& config, const Dataset& dataset) {
  const auto require = [](bool holds, const char* key, const std::string& expected, const std::string& found,
                          const char* advice) {
    if (!holds) throw InputError({.where = key, .expected = expected, .found = found, .advice = advice});
  };
  const std::uint64_t folds = config.training.folds;
  const std::uint64_t fold = config.training.fold;
  require(folds >= 2, "training.folds", "at least 2 folds", std::to_string(folds), "each is held out once");
  require(fold >= 1 && fold <= folds, "training.fold", fmt::format("a fold from 1 to {}", folds), std::to_string(fold),
          "all of them are trained by `gradus train` alone");
  const std::string other = !config.data.test_path.empty()         ? "the test file " + config.data.test_path
                            : !config.data.valid_path.empty()      ? "the validation file " + config.data.valid_path
                            : config.data.test.value_or(0.0) > 0.0 ? "rows for data.test"
                                                                   : "";
  require(other.empty(), "training.folds", "no other test or validation part beside the folds", other, "leave it out");
  require(dataset.valid.empty() && dataset.test.empty(), "training.folds", "data without parts",
          "a test or validation part of the source", "set data.pool to put all rows together");
  require(folds <= dataset.train.size(), "training.folds", fmt::format("at most the {} rows", dataset.train.size()),
          std::to_string(folds), "");
}

void note_small_classes(const RunConfig& config, Dataset& dataset) {
  if (dataset.task != Task::kClassification) return;
  const std::vector<Rows> groups = groups_of(dataset);
  for (std::size_t k = 0; k < groups.size(); ++k) {
    if (groups[k].empty() || groups[k].size() >= config.training.folds) continue;
    dataset.notes.push_back(fmt::format("class '{}' has {} rows, fewer than the {} folds", dataset.class_names[k],
                                        groups[k].size(), config.training.folds));
  }
}

}  // namespace

std::vector<std::size_t> assign_folds(const Dataset& dataset, std::size_t folds, bool shuffled, std::uint64_t seed) {
  std::vector<std::size_t> fold_of(dataset.train.size());
  RandomStream random(seed, Purpose::kSplit, kFoldStream);
  const bool blocks = !shuffled && dataset.task != Task::kClassification;
  std::size_t dealt = 0;
  for (Rows& group : groups_of(dataset)) {
    if (shuffled) random.shuffle(group);
    for (const std::uint32_t place : group) {
      fold_of[place] = blocks ? dealt * folds / fold_of.size() : dealt % folds;
      ++dealt;
    }
  }
  return fold_of;
}

void hold_out_fold(RunConfig& config, Dataset& dataset) {
  check_folds(config, dataset);
  note_small_classes(config, dataset);
  const std::vector<std::size_t> fold_of =
      assign_folds(dataset, config.training.folds, config.data.shuffled, config.data.seed);
  std::vector<std::uint32_t> kept;
  for (std::size_t i = 0; i < fold_of.size(); ++i) {
    (fold_of[i] + 1 == config.training.fold ? dataset.test : kept).push_back(dataset.train[i]);
  }
  dataset.train = std::move(kept);
  // As in a run without folds: the validation part comes out of what is trained on.
  if (!config.data.valid) config.data.valid = 0.2;
}

}  // namespace gradus
