// The training part's mean and standard deviation, and the divisor of byte images.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <span>

#include "data/indicators.hpp"
#include "gradus/data/source.hpp"

namespace gradus {
namespace {

// Squares of deviations whose sum is smaller have lost digits to the lower end of double's range.
constexpr double kSmallestSum = 1e-280;

/// Mean and standard deviation of column `c` where sums or squares leave the range of double: those of the values
/// divided by a power of two, by which they are multiplied again. Left as they are where a value is not finite.
template <class M>
void rescaled_moments(const M& matrix, std::span<const std::uint32_t> train, std::size_t c, Scaling& scaling) {
  double largest = 0.0;
  for (const std::uint32_t row : train) {
    largest = std::max(largest, std::abs(static_cast<double>(matrix(row, c)) / scaling.divisor));
  }
  if (!std::isfinite(largest) || largest == 0.0) return;
  const int exponent = std::ilogb(largest) + 1;
  const auto value = [&](std::uint32_t row) {
    return std::scalbn(static_cast<double>(matrix(row, c)) / scaling.divisor, -exponent);
  };
  const auto rows = static_cast<double>(train.size());
  double mean = 0.0;
  double squares = 0.0;
  for (const std::uint32_t row : train) mean += value(row);
  mean /= rows;
  for (const std::uint32_t row : train) squares += (value(row) - mean) * (value(row) - mean);
  scaling.mean[c] = std::scalbn(mean, exponent);
  scaling.std[c] = std::scalbn(std::sqrt(squares / rows), exponent);
}

}  // namespace

// Two passes in double, rows in the part's order: one fixed order of additions, and no cancellation.
Scaling standardization(const Dataset& dataset, double divisor) {
  data::check_can_scale(dataset, divisor);
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
    const double squares = scaling.std[c];
    scaling.std[c] = std::sqrt(squares / rows);
    if (!std::isfinite(squares) || squares < kSmallestSum) {
      visit_features(dataset.table.features,
                     [&](const auto& matrix) { rescaled_moments(matrix, dataset.train, c, scaling); });
    }
    // A constant feature has no deviation but the rounding of its mean.
    if (!(scaling.std[c] > 1e-14 * std::abs(scaling.mean[c]))) scaling.std[c] = 1.0;
  }
  data::leave_indicators(scaling, dataset.preprocessing);
  return scaling;
}

double default_divisor(const Dataset& dataset) {
  const bool bytes = view_as<std::uint8_t>(dataset.table.features).has_value();
  return bytes && dataset.image ? 255.0 : 1.0;
}

}  // namespace gradus
