// The training part's mean and standard deviation, and the divisor of byte images.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "gradus/core/error.hpp"
#include "gradus/data/source.hpp"

namespace gradus {

// Two passes in double, rows in the part's order: one fixed order of additions, and no cancellation.
Scaling standardization(const Dataset& dataset, double divisor) {
  if (dataset.train.empty()) throw InputError(ErrorParts{dataset.source, "training rows to standardise", "none", ""});
  if (!std::isfinite(divisor) || divisor == 0.0) {
    throw InputError(ErrorParts{"data.scale", "a divisor that is finite and not zero", std::to_string(divisor), ""});
  }
  const std::size_t cols = dataset.num_features();
  const auto rows = static_cast<double>(dataset.train.size());
  Scaling scaling;
  scaling.divisor = divisor;
  scaling.mean.assign(cols, 0.0);
  scaling.std.assign(cols, 0.0);
  const auto accumulate = [&](const auto& matrix) {
    for (const std::uint32_t row : dataset.train) {
      const auto x = matrix.row(row);
      for (std::size_t c = 0; c < cols; ++c) scaling.mean[c] += static_cast<double>(x[c]) / divisor;
    }
    for (double& mean : scaling.mean) mean /= rows;
    for (const std::uint32_t row : dataset.train) {
      const auto x = matrix.row(row);
      for (std::size_t c = 0; c < cols; ++c) {
        const double deviation = static_cast<double>(x[c]) / divisor - scaling.mean[c];
        scaling.std[c] += deviation * deviation;
      }
    }
  };
  visit_features(dataset.table.features, accumulate);
  for (std::size_t c = 0; c < cols; ++c) {
    scaling.std[c] = std::sqrt(scaling.std[c] / rows);
    // A constant feature has no deviation but the rounding of its mean.
    if (!(scaling.std[c] > 1e-14 * std::abs(scaling.mean[c]))) scaling.std[c] = 1.0;
  }
  return scaling;
}

double default_divisor(const Dataset& dataset) {
  const bool bytes = view_as<std::uint8_t>(dataset.table.features).has_value();
  return bytes && dataset.image ? 255.0 : 1.0;
}

}  // namespace gradus
