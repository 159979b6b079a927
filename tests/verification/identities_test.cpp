// The identities of study s3 as properties over random points, each with its bound in units in the last place.
// SPDX-License-Identifier: Apache-2.0
#include "verification/identities.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/scalar_math.hpp"
#include "gradus/core/random.hpp"

namespace gradus::verification {
namespace {

TEST(Identities, hold_to_the_rounding_of_their_operations) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const std::vector<IdentityResult> results = measure_identities(seed);
    EXPECT_EQ(results.size(), 12U);
    std::set<std::string> statements;
    for (const IdentityResult& result : results) {
      EXPECT_LE(result.largest_ulps, result.bound_ulps) << result.statement;
      EXPECT_TRUE(statements.insert(result.statement).second) << result.statement;
    }
  }
}

TEST(Identities, bounds_are_near_what_is_measured) {
  // A bound that nothing comes near would notice no fault.
  std::size_t near = 0;
  for (const IdentityResult& result : measure_identities(1)) {
    near += result.largest_ulps >= 0.15 * result.bound_ulps ? 1 : 0;
    EXPECT_LE(result.bound_ulps, 8.0) << result.statement;
  }
  EXPECT_GE(near, 5U);
}

TEST(Identities, sigmoids_of_opposite_points_add_to_one) {
  RandomStream random(8, Purpose::kTest);
  for (int i = 0; i < 20000; ++i) {
    const double x = random.uniform(-20.0, 20.0);
    EXPECT_NEAR(math::sigmoid(x) + math::sigmoid(-x), 1.0, 0x1p-52);
  }
}

}  // namespace
}  // namespace gradus::verification
