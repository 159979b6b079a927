// k-fold evaluation: every row is held out once, from a model that the other rows trained.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gradus/training/run_config.hpp"

namespace gradus {

/// The configuration asks for all folds, one after the other, not for one of them.
inline bool is_folded(const RunConfig& config) {
  return config.training.folds > 0 && config.training.fold == 0;
}

/// For each training row of `dataset` its fold, from 0 to folds - 1. Classes are divided in the same proportion; sizes
/// differ by one at most. Without shuffling, quantities and sets of labels are held out in blocks of the file's order.
std::vector<std::size_t> assign_folds(const Dataset& dataset, std::size_t folds, bool shuffled, std::uint64_t seed);

/// Makes the rows of fold training.fold the test part of a data set that has none yet, and notes classes that some fold
/// must do without. Throws InputError: fewer than 2 folds, more than rows, another test or validation part.
void hold_out_fold(RunConfig& config, Dataset& dataset);

}  // namespace gradus
