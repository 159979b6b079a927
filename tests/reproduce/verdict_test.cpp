// The rule by which a published number and ours are compared.
// SPDX-License-Identifier: Apache-2.0
#include "reproduce/verdict.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "gradus/core/random.hpp"

namespace gradus::reproduce {
namespace {

Row row_of(Evidence evidence, const char* published) {
  Row row;
  row.evidence = evidence;
  if (published != nullptr) row.published = published;
  return row;
}

Verdict verdict_of(const Row& row, const std::vector<double>& values) {
  return judge(row, values).verdict;
}

TEST(Digits, count_the_leading_digits_that_agree) {
  RandomStream random(1, Purpose::kTest);
  for (int i = 0; i < 1000; ++i) {
    const double value = random.uniform(1.0, 10.0) * std::pow(10.0, random.uniform(-8.0, 8.0));
    EXPECT_EQ(agreeing_digits(value, value), 16.0);
    EXPECT_EQ(agreeing_digits(value, -value), 0.0);
    EXPECT_EQ(agreeing_digits(value, 0.0), 0.0);
    for (double digits = 1.0; digits < 13.0; ++digits) {
      const double moved = value * (1.0 + std::pow(10.0, -digits));
      EXPECT_NEAR(agreeing_digits(value, moved), digits, 0.05);
      EXPECT_EQ(agreeing_digits(value, moved), agreeing_digits(moved, value));
      EXPECT_EQ(agreeing_digits(-value, -moved), agreeing_digits(value, moved));
    }
  }
  EXPECT_EQ(agreeing_digits(0.0, -0.0), 16.0);
  EXPECT_EQ(agreeing_digits(1.0, std::nan("")), 0.0);
}

TEST(Digits, half_a_unit_of_what_was_printed) {
  EXPECT_DOUBLE_EQ(half_printed_unit("93.5900"), 5e-5);
  EXPECT_DOUBLE_EQ(half_printed_unit("93.59"), 5e-3);
  EXPECT_DOUBLE_EQ(half_printed_unit("535818"), 0.5);
  EXPECT_DOUBLE_EQ(half_printed_unit("2.60e-08"), 5e-11);
}

// What the interval promises: one more draw falls outside in one of a thousand cases.
TEST(PredictionInterval, holds_one_more_draw_in_999_of_1000_cases) {
  RandomStream random(2, Purpose::kTest);
  constexpr int kTries = 100000;
  for (const std::size_t runs : {2U, 5U, 9U}) {
    int outside = 0;
    for (int i = 0; i < kTries; ++i) {
      std::vector<double> values;
      for (std::size_t r = 0; r < runs; ++r) values.push_back(3.0 + 0.1 * random.normal());
      const auto [low, high] = prediction_interval(values);
      const double next = 3.0 + 0.1 * random.normal();
      outside += next < low || next > high ? 1 : 0;
    }
    // Five standard deviations of the binomial around 0.1 %.
    EXPECT_NEAR(outside, 0.001 * kTries, 5.0 * std::sqrt(0.001 * kTries)) << runs;
  }
}

TEST(PredictionInterval, follows_shift_and_scale_and_shrinks_with_more_runs) {
  const std::vector<double> values = {1.0, 2.0, 4.0, 3.5, 2.5};
  const auto [low, high] = prediction_interval(values);
  std::vector<double> moved;
  for (const double value : values) moved.push_back(10.0 + 3.0 * value);
  const auto [moved_low, moved_high] = prediction_interval(moved);
  EXPECT_NEAR(moved_low, 10.0 + 3.0 * low, 1e-12);
  EXPECT_NEAR(moved_high, 10.0 + 3.0 * high, 1e-12);
  for (std::size_t degrees = 1; degrees < 40; ++degrees) EXPECT_LE(student_t999(degrees + 1), student_t999(degrees));
  EXPECT_EQ(prediction_interval(std::vector<double>{7.0}), (std::array{7.0, 7.0}));
}

TEST(Verdict, exact_rows_need_their_digits) {
  Row row = row_of(Evidence::kExact, "0.6950673664685939");
  row.digits = 13.0;
  EXPECT_EQ(verdict_of(row, {0.6950673664685939}), Verdict::kExact);
  EXPECT_EQ(verdict_of(row, {0.6950673664685940}), Verdict::kExact);
  EXPECT_EQ(verdict_of(row, {0.6950673664690000}), Verdict::kOff);
  EXPECT_EQ(verdict_of(row, {}), Verdict::kOff) << "nothing measured";
  // The first run is the published one; others are its neighbours.
  EXPECT_EQ(verdict_of(row, {0.6950673664685939, 0.7}), Verdict::kExact);
  EXPECT_EQ(verdict_of(row, {0.7, 0.6950673664685939}), Verdict::kOff);
}

TEST(Verdict, chaotic_rows_without_their_digits_are_one_draw_among_twins) {
  const Row row = row_of(Evidence::kChaotic, "13.456949253401321");
  EXPECT_EQ(verdict_of(row, {13.456949253401321, 13.4, 13.5}), Verdict::kExact);
  EXPECT_EQ(verdict_of(row, {13.447, 13.453, 13.490, 13.46}), Verdict::kWithin);
  EXPECT_EQ(verdict_of(row, {15.447, 15.453, 15.490, 15.46}), Verdict::kOff);
  EXPECT_EQ(verdict_of(row, {13.447}), Verdict::kOff) << "no twins, no spread";
}

TEST(Verdict, statistical_rows_allow_half_a_printed_unit_and_no_more) {
  const Row row = row_of(Evidence::kStatistical, "2.3010");
  EXPECT_EQ(verdict_of(row, {2.30104, 2.30104}), Verdict::kWithin);
  EXPECT_EQ(verdict_of(row, {2.30106, 2.30106}), Verdict::kOff);
  EXPECT_EQ(verdict_of(row, {2.30, 2.301, 2.302, 2.303, 2.299}), Verdict::kWithin);
}

TEST(Verdict, what_was_not_published_is_measured_and_never_off) {
  for (const Evidence evidence : {Evidence::kExact, Evidence::kChaotic, Evidence::kStatistical, Evidence::kOrder}) {
    EXPECT_EQ(verdict_of(row_of(evidence, nullptr), {0.5, 0.6}), Verdict::kMeasured);
  }
}

TEST(Verdict, order_rows_compare_sizes_and_leave_zeros_out) {
  const Row row = row_of(Evidence::kOrder, "1e-9");
  EXPECT_EQ(verdict_of(row, {9e-9}), Verdict::kWithin);
  EXPECT_EQ(verdict_of(row, {-1.2e-10}), Verdict::kWithin);
  EXPECT_EQ(verdict_of(row, {1.1e-8}), Verdict::kOff);
  EXPECT_EQ(verdict_of(row, {0.0, 0.0, 5e-9}), Verdict::kWithin);
  EXPECT_EQ(verdict_of(row, {0.0}), Verdict::kOff);
}

TEST(Verdict, intervals_that_say_little_are_weak_and_end_where_values_do) {
  Row accuracy = row_of(Evidence::kStatistical, "90.0");
  accuracy.metric = "valid_accuracy";
  accuracy.scale = 100.0;
  EXPECT_EQ(verdict_of(accuracy, {90.1, 90.0, 89.9, 90.2, 89.8}), Verdict::kWithin);
  const Judgement wide = judge(accuracy, std::vector<double>{97.0, 85.0, 92.0, 88.0, 91.0});
  EXPECT_EQ(wide.verdict, Verdict::kWeak);
  EXPECT_EQ((*wide.spread)[1], 100.0);
  EXPECT_EQ(verdict_of(accuracy, {99.1, 99.0, 98.9, 99.2}), Verdict::kOff);
  Row loss = row_of(Evidence::kStatistical, "0.30");
  loss.metric = "0/train_loss";
  EXPECT_EQ(verdict_of(loss, {0.301, 0.305, 0.297, 0.303, 0.302}), Verdict::kWithin);
  const Judgement vague = judge(loss, std::vector<double>{0.35, 0.25, 0.30, 0.40});
  EXPECT_EQ(vague.verdict, Verdict::kWeak);
  EXPECT_EQ((*vague.spread)[0], 0.0);
  // Sizes that scatter by more than a factor of ten, or a published one that only their extremes reach.
  const Row order = row_of(Evidence::kOrder, "1e-9");
  EXPECT_EQ(verdict_of(order, {1e-9, 2e-9, 5e-10}), Verdict::kWithin);
  EXPECT_EQ(verdict_of(order, {1e-9, 1e-5, 2e-9}), Verdict::kWeak);
  EXPECT_EQ(verdict_of(order, {5e-9, 5e-8, 6e-8}), Verdict::kWeak);
}

TEST(Verdict, says_the_smallest_difference_that_would_be_off) {
  RandomStream random(9, Purpose::kTest);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> values;
    for (int r = 0; r < 6; ++r) values.push_back(2.0 + 0.05 * random.normal());
    const Judgement judgement = judge(row_of(Evidence::kStatistical, "2.0000"), values);
    const double edge = judgement.ours + *judgement.smallest_off;
    const Row inside = row_of(Evidence::kStatistical, std::to_string(edge - 2e-4).c_str());
    const Row outside = row_of(Evidence::kStatistical, std::to_string(edge + 2e-4).c_str());
    EXPECT_NE(verdict_of(inside, values), Verdict::kOff);
    EXPECT_EQ(verdict_of(outside, values), Verdict::kOff);
  }
}

TEST(Verdict, properties_must_hold_in_every_run) {
  Row row = row_of(Evidence::kProperty, nullptr);
  row.low = 0.9;
  row.high = 1.1;
  EXPECT_EQ(verdict_of(row, {0.95, 1.05}), Verdict::kWithin);
  EXPECT_EQ(verdict_of(row, {0.95, 1.15}), Verdict::kOff);
  EXPECT_EQ(verdict_of(row, {std::nan("")}), Verdict::kOff);
  EXPECT_FALSE(judge(row, std::vector<double>{1.0}).published);
}

}  // namespace
}  // namespace gradus::reproduce
