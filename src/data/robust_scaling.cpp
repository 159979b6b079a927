// The training part's median and interquartile range, and the bounds of a smooth clip.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "data/indicators.hpp"
#include "gradus/core/error.hpp"
#include "gradus/data/source.hpp"

namespace gradus {
namespace {

/// The value at `share` of sorted values, linear between neighbours (numpy.quantile's default). Leaves `values` in
/// another order.
double quantile_of(std::vector<double>& values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  const double fraction = place - static_cast<double>(below);
  if (fraction == 0.0) return *at;
  const double next = *std::min_element(at + 1, values.end());
  return (1.0 - fraction) * *at + fraction * next;
}

/// What the deviations from the median are divided by: the interquartile range; half the range where that is 0; 1 for
/// a constant column.
double spread_of(std::vector<double>& values) {
  const double quarters = quantile_of(values, 0.75) - quantile_of(values, 0.25);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double spread = quarters > 0.0 ? quarters : 0.5 * *high - 0.5 * *low;
  if (!(spread > 0.0)) return 1.0;
  return std::min(spread, std::numeric_limits<double>::max());
}

}  // namespace

Scaling robust_scaling(const Dataset& dataset, double divisor) {
  data::check_can_scale(dataset, divisor);
  const std::size_t cols = dataset.num_features();
  Scaling scaling;
  scaling.divisor = divisor;
  std::vector<double> values(dataset.train.size());
  visit_features(dataset.table.features, [&](const auto& matrix) {
    for (std::size_t c = 0; c < cols; ++c) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<double>(matrix(dataset.train[i], c)) / divisor;
      }
      scaling.mean.push_back(quantile_of(values, 0.5));
      scaling.std.push_back(spread_of(values));
    }
  });
  data::leave_indicators(scaling, dataset.preprocessing);
  return scaling;
}

void clip_smoothly(Scaling& scaling, const Dataset& dataset, double bound) {
  if (!(bound > 0.0) || !std::isfinite(bound)) {
    throw InputError(ErrorParts{"data.smooth_clip", "a bound above 0", std::to_string(bound), "0 means none"});
  }
  scaling.clip.assign(scaling.mean.size(), bound);
  const std::vector<bool> indicator = dataset.preprocessing.is_indicator();
  for (std::size_t i = 0; i < indicator.size(); ++i) {
    if (indicator[i]) scaling.clip[i] = 0.0;
  }
}

}  // namespace gradus
