// How stored features become network inputs: x' = clip((x / divisor - mean) / std). Data computes it, the model file
// keeps it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace gradus {

/// x / sqrt(1 + (x / bound)^2): x where it is small, never further from 0 than `bound` > 0 (Holzmueller et al. 2024,
/// arXiv 2407.04491). Takes infinities.
inline double smooth_clip(double x, double bound) {
  const double share = x / bound;
  if (std::abs(share) > 1e8) return std::copysign(bound, x);  // 1 + share^2 = share^2, and it could overflow
  return x / std::sqrt(1.0 + share * share);
}

/// `mean` and `std` are empty (no scaling) or have one entry per feature: the training part's mean and standard
/// deviation, or its median and interquartile range; a constant feature has std 1. All arithmetic is in double and
/// rounded once to the training type, so that f32 and f64 runs see the same inputs.
struct Scaling {
  double divisor = 1.0;  // finite, not 0
  std::vector<double> mean;
  std::vector<double> std;        // above 0
  std::vector<double> clip = {};  // bounds of smooth_clip(), 0: none; empty: none at all, else one per feature
  bool operator==(const Scaling&) const = default;

  /// The input that the stored value `x` of feature `column` becomes.
  [[nodiscard]] double operator()(double x, std::size_t column) const {
    return of_divided(divisor == 1.0 ? x : x / divisor, column);
  }
  /// The same of a value that was divided already.
  [[nodiscard]] double of_divided(double divided, std::size_t column) const {
    const double scaled = mean.empty() ? divided : (divided - mean[column]) / std[column];
    return clip.empty() || clip[column] == 0.0 ? scaled : smooth_clip(scaled, clip[column]);
  }
};

/// How quantities become targets of a network: y' = (y - mean) / std, or y' = (ln(1 + y) - mean) / std. Empty: they are
/// targets as they are. K entries otherwise.
struct TargetScaling {
  std::vector<double> mean;
  std::vector<double> std;  // above 0
  bool log1p = false;       // quantities are above -1
  bool operator==(const TargetScaling&) const = default;

  [[nodiscard]] bool empty() const { return mean.empty(); }
};

}  // namespace gradus
