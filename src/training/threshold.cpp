// SPDX-License-Identifier: Apache-2.0
#include "training/threshold.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gradus {

ThresholdChoice choose_threshold(std::span<const double> probabilities, const std::vector<bool>& positive) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return probabilities[a] < probabilities[b]; });
  const auto positives = static_cast<double>(std::ranges::count(positive, true));
  const double negatives = static_cast<double>(positive.size()) - positives;
  // Below the threshold so far.
  double missed = 0.0;
  double right = 0.0;
  ThresholdChoice best;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (positive[order[i]] ? missed : right) += 1.0;
    const double here = probabilities[order[i]];
    if (i + 1 == order.size() || probabilities[order[i + 1]] == here) continue;
    const double threshold = here + (probabilities[order[i + 1]] - here) / 2.0;
    const double accuracy = ((positives - missed) / positives + right / negatives) / 2.0;
    const bool nearer = std::fabs(threshold - 0.5) < std::fabs(best.threshold - 0.5);
    if (accuracy > best.balanced_accuracy || (accuracy == best.balanced_accuracy && nearer))
      best = {threshold, accuracy};
  }
  return best;
}

}  // namespace gradus
