// SPDX-License-Identifier: Apache-2.0
#include "gradus/core/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/golden/numpy_random_golden.hpp"

namespace gradus {
namespace {

using Block = std::array<std::uint64_t, 4>;

// kat_vectors of Random123 1.14, lines "philox4x64 10".
TEST(Philox, matches_the_known_answers_of_random123) {
  EXPECT_EQ(philox4x64({0, 0, 0, 0}, {0, 0}),
            (Block{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}));
  constexpr std::uint64_t kOnes = 0xffffffffffffffff;
  EXPECT_EQ(philox4x64({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Block{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}));
  EXPECT_EQ(philox4x64({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
                       {0x452821e638d01377, 0xbe5466cf34e90c6c}),
            (Block{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}));
}

TEST(Philox, matches_numpy) {
  for (const golden::NumpyPhiloxCase& golden : golden::kNumpyPhiloxCases) {
    Block counter = golden.counter;
    for (std::size_t i = 0; i < golden.raw.size(); ++i) {
      if (i % 4 == 0) {
        for (std::uint64_t& word : counter) {
          if (++word != 0) break;
        }
      }
      EXPECT_EQ(philox4x64(counter, golden.key)[i % 4], golden.raw[i]);
    }
  }
}

TEST(RandomStream, blocks_are_numbered_from_zero_under_seed_and_purpose) {
  RandomStream stream(42, Purpose::kInitialization, 3);
  for (std::uint64_t n = 0; n < 3; ++n) {
    for (const std::uint64_t word : philox4x64({n, 3, 0, 0}, {42, 1})) EXPECT_EQ(stream.next_u64(), word);
  }
}

TEST(RandomStream, streams_of_other_seed_purpose_or_index_differ) {
  const auto first = [](RandomStream stream) { return stream.next_u64(); };
  std::vector<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    for (const Purpose purpose : {Purpose::kInitialization, Purpose::kDropout, Purpose::kTest}) {
      for (std::uint64_t index = 0; index < 5; ++index) seen.push_back(first(RandomStream(seed, purpose, index)));
    }
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

TEST(RandomStream, uniform_and_normal_have_their_moments) {
  RandomStream stream(1, Purpose::kTest);
  constexpr int kCount = 200000;
  double sum = 0.0, squares = 0.0, normal_sum = 0.0, normal_squares = 0.0, fourth = 0.0;
  for (int i = 0; i < kCount; ++i) {
    const double u = stream.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    squares += u * u;
    const double z = stream.normal();
    normal_sum += z;
    normal_squares += z * z;
    fourth += z * z * z * z;
  }
  // Five standard errors of each mean.
  EXPECT_NEAR(sum / kCount, 0.5, 5 * std::sqrt(1.0 / 12 / kCount));
  EXPECT_NEAR(squares / kCount, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / kCount));
  EXPECT_NEAR(normal_sum / kCount, 0.0, 5 * std::sqrt(1.0 / kCount));
  EXPECT_NEAR(normal_squares / kCount, 1.0, 5 * std::sqrt(2.0 / kCount));
  EXPECT_NEAR(fourth / kCount, 3.0, 5 * std::sqrt(96.0 / kCount));
}

TEST(RandomStream, below_stays_below_and_is_even) {
  RandomStream stream(2, Purpose::kTest);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts[stream.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(stream.below(1), 0u);
  constexpr std::uint64_t kHuge = (std::uint64_t{1} << 63) + 1;  // rejects almost half of all draws
  for (int i = 0; i < 1000; ++i) EXPECT_LT(stream.below(kHuge), kHuge);
}

TEST(RandomStream, shuffle_permutes_and_repeats) {
  std::vector<std::uint32_t> a(1000);
  std::iota(a.begin(), a.end(), 0u);
  std::vector<std::uint32_t> b = a;
  const std::vector<std::uint32_t> sorted = a;
  RandomStream(9, Purpose::kSampleOrder, 1).shuffle(a);
  RandomStream(9, Purpose::kSampleOrder, 1).shuffle(b);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, sorted);
  std::sort(a.begin(), a.end());
  EXPECT_EQ(a, sorted);
  std::vector<std::uint32_t> empty;
  RandomStream(9, Purpose::kTest).shuffle(empty);
}

}  // namespace
}  // namespace gradus
