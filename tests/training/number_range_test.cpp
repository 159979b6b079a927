// SPDX-License-Identifier: Apache-2.0
#include "training/number_range.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradus/core/error.hpp"
#include "gradus/data/source.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string error_of(const TrainingRun& run, const Dataset& dataset) {
  try {
    run.validate(dataset);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// The clouds with `value` as feature 1 of `row`.
Dataset clouds_with(double value, std::size_t row = 5) {
  Dataset dataset = test::make_clouds();
  std::get<Matrix<double>>(dataset.table.features)(row, 1) = value;
  return dataset;
}

TEST(NumberRange, features_that_f32_cannot_hold_are_named) {
  TrainingRun run = test::make_small_run();
  Dataset dataset = clouds_with(1e39);
  EXPECT_THAT(error_of(run, dataset),
              AllOf(HasSubstr("clouds: row 5 (from 0), column 1 (from 0)"), HasSubstr("f32"), HasSubstr("found 1e+39"),
                    HasSubstr("set training.dtype to f64, or data.standardize to true")));
  dataset.feature_names = {"a", "price"};
  EXPECT_THAT(error_of(run, dataset), HasSubstr("column 'price'"));
  for (const double value : {-1e39, 3.5e38, 1e300, -1.7e308})
    EXPECT_THAT(error_of(run, clouds_with(value)), HasSubstr("f32"));
  EXPECT_THAT(error_of(run, clouds_with(1e39, 40)), HasSubstr("row 40")) << "of the validation part";
  run.dtype = DType::kMixed;
  EXPECT_THAT(error_of(run, dataset), HasSubstr("f32"));
  run.dtype = DType::kF64;
  EXPECT_EQ(error_of(run, dataset), "");
}

TEST(NumberRange, what_fits_is_accepted) {
  TrainingRun run = test::make_small_run();
  for (const double value : {3.4e38, -3.4e38, 1e-300, 0.0}) EXPECT_EQ(error_of(run, clouds_with(value)), "") << value;
  run.scaling.divisor = 1e10;
  EXPECT_EQ(error_of(run, clouds_with(1e39)), "");
  run.scaling.divisor = -1e-10;
  EXPECT_THAT(error_of(run, clouds_with(1e30)), HasSubstr("found 1e+30"));
}

TEST(NumberRange, standardised_features_fit_whatever_their_size) {
  TrainingRun run = test::make_small_run();
  const Dataset dataset = clouds_with(1e39);
  run.scaling = standardization(dataset, 1.0);
  EXPECT_EQ(error_of(run, dataset), "");
  // But not where only a validation row is large.
  const Dataset late = clouds_with(1e39, 40);
  run.scaling = standardization(late, 1.0);
  EXPECT_THAT(error_of(run, late), AllOf(HasSubstr("row 40"), HasSubstr("; set training.dtype to f64"),
                                         testing::Not(HasSubstr("data.standardize"))));
}

TEST(NumberRange, differences_beyond_f64_are_named_too) {
  TrainingRun run = test::make_small_run();
  run.dtype = DType::kF64;
  const Dataset dataset = clouds_with(1.7e308);
  run.scaling.mean = {0.0, -1.7e308};
  run.scaling.std = {1.0, 1.0};
  EXPECT_THAT(error_of(run, dataset), AllOf(HasSubstr("f64"), HasSubstr("found 1.7e+308")));
}

TEST(NumberRange, targets_are_checked_as_features_are) {
  Dataset dataset = test::make_clouds();
  dataset.task = Task::kRegression;
  dataset.class_names.clear();
  dataset.table.labels.clear();
  dataset.table.values = Matrix<double>(dataset.table.rows(), 1);
  dataset.table.values(3, 0) = -1e39;
  dataset.target_name = "price";
  TrainingRun run = test::make_small_run();
  run.spec.layers[1].units = 1;
  run.spec.output = OutputKind::kLinear;
  run.spec.loss.kind = LossKind::kMeanSquaredError;
  EXPECT_THAT(error_of(run, dataset), AllOf(HasSubstr("row 3 (from 0), target 'price'"), HasSubstr("found -1e+39")));
  run.dtype = DType::kF64;
  EXPECT_EQ(error_of(run, dataset), "");
}

TEST(LargeBatch, is_one_batch_of_all_rows) {
  const Dataset dataset = test::make_clouds(37);
  for (const DType dtype : {DType::kF32, DType::kF64, DType::kMixed}) {
    TrainingRun run = test::make_small_run();
    run.dtype = dtype;
    run.batches.batch_size = 37;
    const std::string expected = train(run, dataset).weights_sha256;
    for (const std::size_t batch : {std::size_t{38}, std::size_t{1000}, std::size_t{10000000}}) {
      run.batches.batch_size = batch;
      EXPECT_EQ(train(run, dataset).weights_sha256, expected) << batch;
    }
  }
}

}  // namespace
}  // namespace gradus
