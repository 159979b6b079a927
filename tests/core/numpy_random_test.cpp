// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/numpy_random.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "core/golden/numpy_random_golden.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace {

class NumpyRandom : public testing::TestWithParam<golden::NumpyRandomCase> {};

TEST_P(NumpyRandom, doubles_match_numpy_bit_for_bit) {
  const golden::NumpyRandomCase& golden = GetParam();
  NumpyRandomState sample(golden.seed), uniform(golden.seed), normal(golden.seed), shifted(golden.seed);
  for (const double value : golden.random_sample) EXPECT_EQ(sample.random_sample(), value);
  for (const double value : golden.uniform) EXPECT_EQ(uniform.uniform(-0.25, 0.75), value);
  for (const double value : golden.normal) EXPECT_EQ(normal.normal(), value);
  for (const double value : golden.normal_shifted) EXPECT_EQ(shifted.normal(0.5, 0.25), value);
}

TEST_P(NumpyRandom, integers_match_numpy) {
  const golden::NumpyRandomCase& golden = GetParam();
  NumpyRandomState stream(golden.seed);
  std::size_t i = 0;
  for (const auto& [low, high] : golden::kRandintRanges) {
    for (int repeat = 0; repeat < 4; ++repeat) EXPECT_EQ(stream.randint(low, high), golden.randint[i++]);
  }
  EXPECT_EQ(NumpyRandomState(golden.seed).permutation(20), golden.permutation);
  std::vector<std::int64_t> values(13);
  std::iota(values.begin(), values.end(), std::int64_t{10});
  NumpyRandomState(golden.seed).shuffle(values);
  EXPECT_EQ(values, golden.shuffled);
}

TEST_P(NumpyRandom, cached_normal_survives_other_draws_and_a_snapshot) {
  const golden::NumpyRandomCase& golden = GetParam();
  NumpyRandomState first(golden.seed);
  first.normal();
  NumpyRandomState stream(first.snapshot());
  EXPECT_EQ(stream.random_sample(), golden.mixed[0]);
  EXPECT_EQ(stream.normal(), golden.mixed[1]);
  EXPECT_EQ(stream.uniform(2, 3), golden.mixed[2]);
  EXPECT_EQ(stream.normal(), golden.mixed[3]);
  NumpyRandomState late(golden.seed);
  for (int i = 0; i < 10000; ++i) late.random_sample();
  EXPECT_EQ(late.normal(), golden.late_normal[0]);
  EXPECT_EQ(late.normal(), golden.late_normal[1]);
}

INSTANTIATE_TEST_SUITE_P(seeds, NumpyRandom, testing::ValuesIn(golden::kNumpyRandomCases),
                         [](const auto& test) { return "seed_" + std::to_string(test.param.seed); });

TEST(NumpyRandomState, rejects_empty_ranges) {
  NumpyRandomState stream(1);
  EXPECT_THROW(stream.randint(3, 3), InputError);
  EXPECT_THROW(stream.permutation(-1), InputError);
  EXPECT_TRUE(stream.permutation(0).empty());
}

}  // namespace
}  // namespace gradus
