// How stored features become network inputs: x' = (x / divisor - mean) / std. Data computes it, the model file keeps
// it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace gradus {

/// `mean` and `std` are empty (no standardisation) or have one entry per feature; a constant feature has std 1.
/// All arithmetic is in double and rounded once to the training type, so that f32 and f64 runs see the same inputs.
struct Scaling {
  double divisor = 1.0;  // finite, not 0
  std::vector<double> mean;
  std::vector<double> std;  // above 0
  bool operator==(const Scaling&) const = default;
};

/// How quantities become targets of a network: y' = (y - mean) / std. Empty: they are targets as they are. K entries
/// otherwise.
struct TargetScaling {
  std::vector<double> mean;
  std::vector<double> std;  // above 0
  bool operator==(const TargetScaling&) const = default;

  [[nodiscard]] bool empty() const { return mean.empty(); }
};

}  // namespace gradus
