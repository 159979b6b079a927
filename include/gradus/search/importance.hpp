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
  double error = 0.0;      // standard deviation of the share over resamplings of the trials
  std::size_t groups = 0;  // values, or intervals of values, that were compared
};

/// Main effects of a one-way analysis of variance over the complete trials: values of a list form groups, ranges are
/// cut into intervals with equal numbers of trials, "does not exist" is a group of its own. The share is omega squared,
/// (SSB - (k - 1) MSW) / (SST + MSW), which unlike SSB / SST is 0 on average for a parameter without effect; negative
/// values become 0. Shares that add up to more than 1, as chance may have it, are divided by their sum; what is left
/// below 1 belongs to interactions and chance. Largest first; empty below trials_for_importance() complete trials.
std::vector<ParameterImportance> parameter_importance(const Space& space, const std::vector<TrialRecord>& trials);

/// Complete trials that shares need: four for each of up to six intervals, and more where there are many parameters.
std::size_t trials_for_importance(const Space& space);
/// What no parameter explains by itself: interactions and chance.
double unexplained_share(const std::vector<ParameterImportance>& importance);

}  // namespace gradus
