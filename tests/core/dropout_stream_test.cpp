// The dropout stream: fixed by its place, in any pieces, with the share that was asked for.
// SPDX-License-Identifier: Apache-2.0
#include "core/dropout_stream.hpp"
#include <cmath>

#include <gtest/gtest.h>

#include <vector>

namespace gradus {
namespace {

template <class T>
std::vector<T> factors_of(double probability, const DropoutPlace& place, std::size_t count) {
  std::vector<T> factors(count);
  DropoutRow<T>(probability, place).next(factors);
  return factors;
}

TEST(DropoutStream, is_the_formula_of_its_header) {
  const DropoutPlace place{.seed = 5, .step = 3, .num_layers = 4, .layer = 2, .row = 9};
  RandomStream stream(5, Purpose::kDropout, ((3U * 4U + 2U) << 24U) + 9U);
  std::vector<float> expected;
  for (int i = 0; i < 8; ++i) {
    const std::uint64_t bits = stream.next_u64();
    expected.push_back((bits >> 32U) < 0x40000000U ? 0.0F : static_cast<float>(1.0 / 0.75));
    expected.push_back((bits & 0xffffffffU) < 0x40000000U ? 0.0F : static_cast<float>(1.0 / 0.75));
  }
  EXPECT_EQ(factors_of<float>(0.25, place, 16), expected);
}

TEST(DropoutStream, may_be_asked_for_in_blocks_of_even_size) {
  const DropoutPlace place{.seed = 1, .step = 7, .num_layers = 3, .layer = 1, .row = 2};
  const std::vector<double> whole = factors_of<double>(0.4, place, 23);
  std::vector<double> pieces(23);
  DropoutRow<double> row(0.4, place);
  row.next(std::span(pieces).first(8));
  row.next(std::span(pieces).subspan(8, 2));
  row.next(std::span(pieces).subspan(10, 13));
  EXPECT_EQ(pieces, whole);
}

TEST(DropoutStream, differs_between_steps_layers_rows_and_seeds) {
  const DropoutPlace place{.seed = 1, .step = 1, .num_layers = 3, .layer = 1, .row = 1};
  const auto here = factors_of<double>(0.5, place, 64);
  for (std::size_t part = 0; part < 4; ++part) {
    DropoutPlace other = place;
    if (part == 0) ++other.seed;
    if (part == 1) ++other.step;
    if (part == 2) ++other.layer;
    if (part == 3) ++other.row;
    EXPECT_NE(factors_of<double>(0.5, other, 64), here) << part;
  }
}

TEST(DropoutStream, drops_the_share_that_was_asked_for_and_keeps_the_mean) {
  for (const double probability : {0.1, 0.5, 0.9}) {
    constexpr std::size_t kUnits = 100000;
    const auto factors = factors_of<double>(probability, {.seed = 3, .step = 1, .num_layers = 1}, kUnits);
    double sum = 0.0;
    for (const double factor : factors) sum += factor;
    // The standard deviation of the mean is sqrt(p / (1 - p) / n).
    EXPECT_NEAR(sum / kUnits, 1.0, 5.0 * std::sqrt(probability / (1.0 - probability) / kUnits)) << probability;
  }
}

}  // namespace
}  // namespace gradus
