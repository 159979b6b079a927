// Products of bfloat16 pairs: every target against the plain one, bit for bit, and the plain one against what bfloat16
// means.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/core/random.hpp"
#include "kernels/kernel_table.hpp"

namespace gradus::kernels {
namespace {

constexpr Target kTargetsOfPairs[] = {Target::kAvx512, Target::kAvx2, Target::kNeon};
constexpr std::size_t kWidthOfUnit = kUnit<float>;

template <class T>
bool equal_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

// Magnitudes over many powers of two, so that sums cancel and round; here and there 0 or next to the smallest factor.
std::vector<float> random_numbers(std::size_t size, RandomStream& random) {
  std::vector<float> numbers(size);
  for (float& x : numbers) {
    const double kind = random.uniform(0.0, 1.0);
    const double scale = kind < 0.9 ? std::exp2(std::floor(random.uniform(-12.0, 4.0))) : 0x1p-55;
    x = kind < 0.05 ? 0.0F : static_cast<float>(random.uniform(-1.0, 1.0) * scale);
  }
  return numbers;
}

std::vector<BfloatPair> random_pairs(std::size_t size, RandomStream& random) {
  std::vector<BfloatPair> pairs((size + kWidthOfUnit - 1) / kWidthOfUnit * kWidthOfUnit);
  const std::vector<float> numbers = random_numbers(2 * pairs.size(), random);
  pair_kernels(Target::kPlain)
      .pair_up({numbers.data(), 2 * pairs.size(), 1, 2 * pairs.size(), pairs.data(), nullptr, false});
  return pairs;
}

float factor(float x) {
  BfloatPair pair[kWidthOfUnit / 2];
  std::vector<float> row(kWidthOfUnit);
  row[0] = x;
  pair_kernels(Target::kPlain).pair_up({row.data(), kWidthOfUnit, 1, kWidthOfUnit, pair, nullptr, false});
  return std::bit_cast<float>(pair[0] & 0xffff0000U);
}

TEST(BfloatPairs, factors_are_the_nearest_numbers_of_eight_bits) {
  EXPECT_EQ(factor(1.0F), 1.0F);
  EXPECT_EQ(factor(-3.140625F), -3.140625F);              // 201 / 64: eight bits
  EXPECT_EQ(factor(1.0F + 0x1p-8F), 1.0F);                // a tie goes to the even neighbour
  EXPECT_EQ(factor(1.0F + 3 * 0x1p-8F), 1.0F + 0x1p-6F);  // and so does this one
  EXPECT_EQ(factor(1.0F + 0x1.01p-8F), 1.0F + 0x1p-7F);
  EXPECT_EQ(factor(kSmallestFactor), kSmallestFactor);
  EXPECT_EQ(factor(std::nextafter(kSmallestFactor, 0.0F)), 0.0F);
  EXPECT_EQ(factor(std::numeric_limits<float>::max()), std::numeric_limits<float>::infinity());
  EXPECT_EQ(factor(-std::numeric_limits<float>::infinity()), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(factor(std::bit_cast<float>(0x7f800001U))));
  RandomStream random(1, Purpose::kTest);
  for (int i = 0; i < 10000; ++i) {
    const auto x = static_cast<float>(random.uniform(-4.0, 4.0));
    const double ulp = std::exp2(std::ilogb(x) - 7);
    EXPECT_LE(std::fabs(double(factor(x)) - x), ulp / 2) << x;
  }
}

TEST(BfloatPairs, pairing_has_the_plain_targets_bits) {
  RandomStream random(2, Purpose::kTest);
  for (const Target target : kTargetsOfPairs) {
    if (!target_available(target)) continue;
    for (const std::size_t units : {1, 2, 3, 4, 7}) {
      for (const std::size_t rows : {1, 2, 5, 8}) {
        const std::size_t width = units * kWidthOfUnit, ldx = width + 5;
        std::vector<float> x = random_numbers(rows * ldx, random);
        x[0] = std::numeric_limits<float>::quiet_NaN();
        x[1] = std::numeric_limits<float>::infinity();
        x[2] = std::bit_cast<float>(0x7f800001U);
        x[3] = std::numeric_limits<float>::denorm_min();
        x[4] = std::numeric_limits<float>::max();
        for (const bool along_columns : {false, true}) {
          for (const bool along_rows : {false, true}) {
            AlignedBuffer<BfloatPair> expected[2], found[2];
            for (auto* sides : {&expected, &found}) {
              (*sides)[0] = AlignedBuffer<BfloatPair>(rows * width / 2 + 3);
              (*sides)[1] = AlignedBuffer<BfloatPair>((rows + 1) / 2 * width + 3);
              for (AlignedBuffer<BfloatPair>& side : *sides) std::ranges::fill(side.span(), 77U);
              pair_kernels(sides == &found ? target : Target::kPlain)
                  .pair_up({x.data(), ldx, rows, width, along_columns ? (*sides)[0].data() : nullptr,
                            along_rows ? (*sides)[1].data() : nullptr, rows % 2 == 0});
            }
            EXPECT_TRUE(std::ranges::equal(expected[0].span(), found[0].span()))
                << target_name(target) << " " << units << " " << rows;
            EXPECT_TRUE(std::ranges::equal(expected[1].span(), found[1].span()))
                << target_name(target) << " " << units << " " << rows;
          }
        }
      }
    }
  }
}

TEST(BfloatPairs, forward_has_the_plain_targets_bits) {
  RandomStream random(3, Purpose::kTest);
  for (const Target target : kTargetsOfPairs) {
    if (!target_available(target)) continue;
    for (const std::size_t units : {1, 2, 3, 4}) {
      for (const std::size_t rows : {1, 2, 5, 8, 13, 25}) {
        for (const std::size_t depth : {1, 3, 16, 65}) {
          const std::size_t width = units * kWidthOfUnit, ldx = depth + 3;
          const std::vector<BfloatPair> x = random_pairs(rows * ldx, random),
                                        w = random_pairs(2 * depth * width, random);
          const std::vector<float> bias = random_numbers(width, random), start = random_numbers(rows * width, random);
          std::vector<std::uint32_t> every_second;
          for (std::uint32_t k = 0; k < depth; ++k) every_second.push_back(2 * k);
          for (const bool accumulate : {false, true}) {
            const std::vector<float> before = random_numbers(rows * width, random);
            std::vector<float> expected = before, found = before;
            const InputRun<BfloatPair> runs[] = {{x.data(), ldx, depth / 3},
                                                 {x.data() + depth / 3, ldx, depth - depth / 3}};
            ForwardArgs<float, BfloatPair> args{.runs = runs,
                                                .num_runs = 2,
                                                .rows = rows,
                                                .row_of_k = rows % 2 == 0 ? every_second.data() : nullptr,
                                                .w = w.data(),
                                                .units = units,
                                                .bias = bias.data(),
                                                .start = accumulate ? start.data() : nullptr,
                                                .positive = rows % 5 == 0 ? start.data() : nullptr,
                                                .out = nullptr,
                                                .relu = rows % 2 == 0,
                                                .streams = false};
            args.out = expected.data();
            pair_kernels(Target::kPlain).forward(args);
            args.out = found.data();
            pair_kernels(target).forward(args);
            EXPECT_TRUE(equal_bits(expected, found))
                << target_name(target) << " units " << units << " rows " << rows << " depth " << depth;
            EXPECT_FALSE(equal_bits(before, found)) << "nothing was written";
          }
        }
      }
    }
  }
}

TEST(BfloatPairs, weight_gradient_has_the_plain_targets_bits) {
  RandomStream random(4, Purpose::kTest);
  for (const Target target : kTargetsOfPairs) {
    if (!target_available(target)) continue;
    for (const std::size_t units : {1, 2, 3, 4}) {
      for (const std::size_t rows : {0, 1, 4, 9}) {
        for (const std::size_t depth : {1, 6, 13, 30}) {
          const std::size_t width = units * kWidthOfUnit, ldx = depth + 2;
          const std::vector<BfloatPair> x = random_pairs(rows * ldx, random), dz = random_pairs(rows * width, random);
          for (const GradientUse use : {GradientUse::kStore, GradientUse::kSgdUpdate}) {
            const std::vector<float> start = random_numbers(depth * width, random);
            std::vector<float> w[2] = {start, start}, g[2] = {start, start};
            for (int side = 0; side < 2; ++side) {
              pair_kernels(side == 0 ? Target::kPlain : target)
                  .weight_gradient({.x = x.data(),
                                    .ldx = ldx,
                                    .rows = rows,
                                    .depth = depth,
                                    .row_of_k = nullptr,
                                    .dz = dz.data(),
                                    .units = units,
                                    .w = w[side].data(),
                                    .gradient = g[side].data(),
                                    .use = use,
                                    .accumulate = use == GradientUse::kStore && depth % 2 == 1,
                                    .learning_rate = 0.1F,
                                    .l1 = depth == 6 ? 0.01F : 0.0F,
                                    .l2_twice = depth == 6 ? 0.02F : 0.0F});
            }
            EXPECT_TRUE(equal_bits(w[0], w[1])) << target_name(target) << " rows " << rows << " depth " << depth;
            EXPECT_TRUE(equal_bits(g[0], g[1])) << target_name(target) << " rows " << rows << " depth " << depth;
          }
        }
      }
    }
  }
}

TEST(BfloatPairs, transpose_swaps_rows_and_columns) {
  RandomStream random(5, Purpose::kTest);
  for (const Target target : {Target::kAvx512, Target::kAvx2, Target::kNeon, Target::kPlain}) {
    if (!target_available(target)) continue;
    for (const std::size_t ni : {1, 15, 16, 32}) {
      for (const std::size_t no : {1, 5, 16, 24}) {
        const std::vector<BfloatPair> src = random_pairs(ni * 24, random);
        std::vector<BfloatPair> dst((no + kWidthOfUnit) * 48);
        pair_kernels(target).transpose(src.data(), 24, ni, no, dst.data(), 48);
        for (std::size_t o = 0; o < no; ++o) {
          for (std::size_t i = 0; i < (ni + 15) / 16 * 16; ++i) {
            EXPECT_EQ(dst[o * 48 + i], i < ni ? src[i * 24 + o] : 0U) << target_name(target) << " " << i << " " << o;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace gradus::kernels
