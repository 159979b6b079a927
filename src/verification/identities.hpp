// The identities that the textbook's functions must satisfy (study s3), measured over random points.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradus::verification {

/// The largest deviation over all points, in units in the last place of the numbers that are compared, beside the bound
/// that the rounding of the operations gives.
struct IdentityResult {
  std::string statement;
  double largest_ulps = 0.0;
  double bound_ulps = 0.0;
};

/// All identities over points that `seed` draws.
std::vector<IdentityResult> measure_identities(std::uint64_t seed);

}  // namespace gradus::verification
