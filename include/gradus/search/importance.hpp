// How much of the spread of a study's results each parameter explains by itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gradus/search/space.hpp"
#include "gradus/search/trial.hpp"

namespace gradus {

struct ParameterImportance {
  std::string name;
  double share = 0.0;      // of the variance of the objective, in [0, 1]
  std::size_t groups = 0;  // values, or intervals of values, that were compared
};

/// Main effects of a one-way analysis of variance over the complete trials: values of a list form groups, ranges are
/// cut into intervals with equal numbers of trials, "does not exist" is a group of its own. The share is omega squared,
/// (SSB - (k - 1) MSW) / (SST + MSW), which unlike SSB / SST is 0 on average for a parameter without effect; negative
/// values become 0. Interactions belong to no parameter, so the sum may stay below 1. Largest first.
std::vector<ParameterImportance> parameter_importance(const Space& space, const std::vector<TrialRecord>& trials);

}  // namespace gradus
