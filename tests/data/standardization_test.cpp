// Means and deviations at the ends of double's range.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "data/text_fixtures.hpp"

namespace gradus::test {
namespace {

std::vector<double> times(std::vector<double> values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

const std::vector<double> kOrdinary = {1, 2, 1, 2.5, -0.75, 3};

TEST(Standardization, ordinary_columns_have_the_two_passes_of_ever) {
  double mean = 0.0;
  for (const double x : kOrdinary) mean += x;
  mean /= 6.0;
  double squares = 0.0;
  for (const double x : kOrdinary) squares += (x - mean) * (x - mean);
  for (const double size : {1.0, 0x1p400, 0x1p-400}) {
    const Scaling scaling = standardization(column_of(times(kOrdinary, size)), 1.0);
    EXPECT_EQ(scaling.mean[0], mean * size);
    EXPECT_EQ(scaling.std[0], std::sqrt(squares / 6.0) * size);
  }
}

TEST(Standardization, columns_of_any_size_have_their_deviation) {
  const Scaling ordinary = standardization(column_of(kOrdinary), 1.0);
  for (const double size : {1e200, 1e160, 5e307, 1e-200, 1e-160, 1e-290}) {
    const Scaling scaling = standardization(column_of(times(kOrdinary, size)), 1.0);
    EXPECT_NEAR(scaling.mean[0] / size, ordinary.mean[0], 1e-14) << size;
    EXPECT_NEAR(scaling.std[0] / size, ordinary.std[0], 1e-14) << size;
  }
  // The sum overflows, the mean does not.
  const Scaling top = standardization(column_of({1.7e308, 1.6e308, 1.7e308, 1.6e308}), 1.0);
  EXPECT_NEAR(top.mean[0] / 1e308, 1.65, 1e-14);
  EXPECT_NEAR(top.std[0] / 1e308, 0.05, 1e-14);
  // So does the difference of two values.
  const Scaling both = standardization(column_of({1.7e308, -1.7e308}), 1.0);
  EXPECT_EQ(both.mean[0], 0.0);
  EXPECT_NEAR(both.std[0] / 1e308, 1.7, 1e-14);
}

TEST(Standardization, constant_columns_of_any_size_stay) {
  for (const double value : {0.0, 0.1, 1e200, 1.7e308, 1e-200, 1e-308}) {
    const Scaling scaling = standardization(column_of({value, value, value, value, value, value, value}), 1.0);
    EXPECT_EQ(scaling.std[0], 1.0) << value;
    EXPECT_NEAR(scaling.mean[0], value, 1e-14 * value);
  }
}

}  // namespace
}  // namespace gradus::test
