// Schedulers as data: which trials compete with each other, at which epochs they are compared and how many go on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "gradus/search/study_config.hpp"

namespace gradus {

struct Rung {
  std::size_t epochs = 0;
  std::size_t keep = 0;  // of the trials that reach its end; unused for the last rung
};

/// Trials first, ..., first + count - 1. The last rung is the whole training.
struct Bracket {
  std::size_t first = 0;
  std::size_t count = 0;
  std::vector<Rung> rungs;
};

/// Brackets for `num_trials` trials of up to `epochs` epochs. `in_generations`: brackets wait for each other, so they
/// are kept small (search.generation).
///
/// none, median: one rung. halving: rungs at min_epochs * reduction^k, of n trials n / reduction go on (at least one).
/// hyperband (Li et al. 2018): brackets s = s_max, ..., 0 in turn, s_max = floor(log_reduction(epochs / min_epochs)),
/// each of ceil((s_max + 1) / (s + 1) * reduction^s) trials with s + 1 rungs.
std::vector<Bracket> make_brackets(const SearchOptions& options, std::size_t num_trials, std::size_t epochs,
                                   bool in_generations);

/// Epochs that all brackets train when nothing fails and nothing stops by itself, per repeat.
std::size_t planned_epochs(const std::vector<Bracket>& brackets);

}  // namespace gradus
