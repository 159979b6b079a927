// The threshold of two classes that suits a part best.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace gradus {

struct ThresholdChoice {
  double threshold = 0.5;          // the second class is predicted from here on
  double balanced_accuracy = 0.0;  // with it, on the rows that it was chosen on
};

/// The threshold with the largest balanced accuracy (recall of both classes, averaged) over N probabilities of the
/// second class: halfway between two neighbouring ones; of equals the one nearest to one half. Both classes have
/// rows.
ThresholdChoice choose_threshold(std::span<const double> probabilities, const std::vector<bool>& positive);

}  // namespace gradus
