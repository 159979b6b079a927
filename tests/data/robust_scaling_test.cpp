// Medians, quartiles and the smooth clip. The quartiles are numpy 1.24's: numpy.quantile(values, [.25, .5, .75]).
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(RobustScaling, median_and_quartiles_are_numpys) {
  struct Case {
    std::vector<double> values;
    double median, spread;
  };
  const Case cases[] = {{{1, 2, 1, 2.5, -0.75, 3}, 1.5, 1.375},
                        {{7, 1}, 4, 3},
                        {{5, 3, 8, -2, 1.5, 6, 0.25}, 3, 4.625},
                        {{4, 4, 4, 4, 9}, 4, 2.5}};  // no quartile differs: half the range
  for (const Case& c : cases) {
    const Scaling scaling = robust_scaling(column_of(c.values), 1.0);
    EXPECT_DOUBLE_EQ(scaling.mean[0], c.median);
    EXPECT_DOUBLE_EQ(scaling.std[0], c.spread);
    const Scaling halves = robust_scaling(column_of(c.values), 2.0);
    EXPECT_DOUBLE_EQ(halves.mean[0], c.median / 2.0);
    EXPECT_DOUBLE_EQ(halves.std[0], c.spread / 2.0);
  }
}

TEST(RobustScaling, order_outliers_and_other_parts_do_not_matter) {
  const Scaling scaling = robust_scaling(column_of({1, 2, 3, 4, 5, 6, 7, 8, 9}), 1.0);
  EXPECT_EQ(robust_scaling(column_of({9, 2, 7, 4, 5, 6, 3, 8, 1}), 1.0), scaling);
  EXPECT_EQ(robust_scaling(column_of({-1e300, 2, 3, 4, 5, 6, 7, 8, 1e300}), 1.0), scaling);
  EXPECT_EQ(robust_scaling(column_of({1, 2, 3, 4, 5, 6, 7, 8, 9, 1e9, -5e8}, 2), 1.0), scaling);
}

TEST(RobustScaling, constants_and_the_ends_of_the_range_stay_finite) {
  for (const double value : {0.0, 0.1, -1e200, 1e-308}) {
    const Scaling scaling = robust_scaling(column_of({value, value, value}), 1.0);
    EXPECT_EQ(scaling.mean[0], value);
    EXPECT_EQ(scaling.std[0], 1.0);
  }
  const Scaling wide = robust_scaling(column_of({-1.7e308, -1.7e308, 1.7e308, 1.7e308}), 1.0);
  EXPECT_TRUE(std::isfinite(wide.mean[0]));
  EXPECT_TRUE(std::isfinite(wide.std[0]) && wide.std[0] > 1e307);
  Dataset none = column_of({1, 2});
  none.train.clear();
  EXPECT_THROW(robust_scaling(none, 1.0), InputError);
  EXPECT_THROW(robust_scaling(column_of({1, 2}), 0.0), InputError);
}

TEST(SmoothClip, is_odd_rising_and_bounded) {
  double last = -3.0;
  for (const double x : {-kInfinity, -1e300, -50.0, -3.0, -0.25, -1e-9, 0.0, 1e-9, 0.25, 3.0, 50.0, 1e300, kInfinity}) {
    const double y = smooth_clip(x, 3.0);
    EXPECT_GE(y, last);
    EXPECT_LE(std::abs(y), 3.0);
    EXPECT_EQ(y, -smooth_clip(-x, 3.0));
    last = y;
  }
  EXPECT_EQ(smooth_clip(1e-9, 3.0), 1e-9);
  EXPECT_DOUBLE_EQ(smooth_clip(3.0, 3.0), 3.0 / std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(smooth_clip(2.0, 3.0), 2.0 / std::sqrt(1.0 + 4.0 / 9.0));  // 1.664 (RealMLP's rare one-hot column)
  // The two branches meet: a bound that is reached within rounding.
  EXPECT_DOUBLE_EQ(smooth_clip(3.0 * 0.99e8, 3.0), 3.0);
}

TEST(SmoothClip, reaches_inputs_and_spares_indicators) {
  Dataset dataset = read_text("size,colour,y\n1,red,a\n2,blue,b\n,red,a\n900,blue,b\n4,red,a\n");
  apply_preprocessing(dataset, fit_preprocessing(dataset, {.impute = "median"}, dataset.notes));
  ASSERT_EQ(dataset.feature_names, (Names{"size", "size (missing)", "colour=blue", "colour=red"}));
  Scaling scaling = robust_scaling(dataset, 1.0);
  clip_smoothly(scaling, dataset, 3.0);
  EXPECT_EQ(scaling.clip, (std::vector<double>{3, 0, 0, 0}));
  EXPECT_EQ(scaling.mean[2], 0.0);
  EXPECT_EQ(scaling.std[2], 1.0);
  Matrix<double> inputs(5, 4);
  const std::vector<std::uint32_t> rows{0, 1, 2, 3, 4};
  gather_rows<double>(dataset.table.features, scaling, rows, inputs.view());
  EXPECT_EQ(inputs(2, 1), 1.0);
  EXPECT_EQ(inputs(0, 3), 1.0);
  EXPECT_GT(inputs(3, 0), 2.99);
  for (std::size_t r = 0; r < 5; ++r) EXPECT_EQ(inputs(r, 0), scaling(feature(dataset, r, 0), 0));
  EXPECT_THROW(clip_smoothly(scaling, dataset, 0.0), InputError);
  EXPECT_THROW(clip_smoothly(scaling, dataset, kInfinity), InputError);
}

/// Quantities of `values` as a regression's targets, all in the training part.
Dataset quantities(const std::vector<double>& values) {
  Dataset dataset = column_of(values);
  dataset.task = Task::kRegression;
  dataset.table.values = Matrix<double>(values.size(), 1);
  std::copy(values.begin(), values.end(), dataset.table.values.data());
  return dataset;
}

TEST(TargetScaling, logarithms_are_standardised_and_come_back) {
  const std::vector<double> values = {0, 1e-9, 0.5, 20, 3e5, 7e9, -0.75};
  Dataset dataset = quantities(values);
  const TargetScaling scaling = target_standardization(dataset, true);
  EXPECT_TRUE(scaling.log1p);
  scale_targets(dataset, scaling);
  double sum = 0.0, squares = 0.0;
  for (std::size_t r = 0; r < values.size(); ++r) {
    const double target = dataset.table.values(r, 0);
    EXPECT_NEAR(target, (std::log1p(values[r]) - scaling.mean[0]) / scaling.std[0], 1e-14);
    sum += target;
    squares += target * target;
    EXPECT_NEAR(unscaled_target(scaling, target, 0), values[r], 1e-14 * (1.0 + values[r]) * 10.0);
  }
  EXPECT_NEAR(sum, 0.0, 1e-13);
  EXPECT_NEAR(squares, 7.0, 1e-12);
}

TEST(TargetScaling, what_has_no_logarithm_is_refused_by_row) {
  for (const double value : {-1.0, -1.5, -1e300}) {
    try {
      target_standardization(quantities({3, value, 4}), true);
      ADD_FAILURE() << value;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("row 1 (from 0), target 0"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace gradus::test
