// What the pictures of a report are made of.
// SPDX-License-Identifier: Apache-2.0
#include "training/analysis.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "training/small_run.hpp"

namespace gradus {
namespace {

// One layer, softmax, with these weights (I x O).
Model make_linear_model(std::size_t inputs, std::size_t outputs, const std::vector<float>& weights) {
  NetworkSpec spec;
  spec.num_inputs = inputs;
  spec.layers.push_back({.units = outputs});
  Network<float> network(spec);
  std::copy(weights.begin(), weights.end(), network.weights(0).data());
  Model model;
  model.network = std::move(network);
  return model;
}

TEST(Roc, is_the_curve_of_scikit_learn) {
  // sklearn.metrics.roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
  const std::vector<double> scores = {0.1, 0.4, 0.35, 0.8};
  const auto curve = make_roc(scores, {false, false, true, true});
  ASSERT_TRUE(curve);
  EXPECT_EQ(curve->false_positive, (std::vector<double>{0, 0, 0.5, 0.5, 1}));
  EXPECT_EQ(curve->true_positive, (std::vector<double>{0, 0.5, 0.5, 1, 1}));
  EXPECT_EQ(curve->auc, 0.75);
}

TEST(Roc, equal_scores_are_one_threshold_and_long_curves_are_thinned) {
  const std::vector<double> same(6, 0.5);
  const auto curve = make_roc(same, {true, false, true, false, false, false});
  EXPECT_EQ(curve->false_positive, (std::vector<double>{0, 1}));
  EXPECT_EQ(curve->auc, 0.5);
  EXPECT_FALSE(make_roc(same, std::vector<bool>(6, true)));
  std::vector<double> many(5000);
  std::vector<bool> positive(5000);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i] = static_cast<double>(i * 7919 % 5000);
    positive[i] = i % 3 == 0;
  }
  const auto thin = make_roc(many, positive);
  EXPECT_EQ(thin->false_positive.size(), 101U);
  EXPECT_EQ(thin->false_positive.back(), 1.0);
  EXPECT_EQ(thin->true_positive.back(), 1.0);
}

TEST(Calibration, compares_confidence_with_accuracy_in_ten_bins) {
  Matrix<double> outputs(4, 2);
  const double winning[] = {0.95, 0.91, 0.55, 1.0};
  for (std::size_t r = 0; r < 4; ++r) {
    outputs(r, 0) = winning[r];
    outputs(r, 1) = 1.0 - winning[r];
  }
  const std::vector<std::int32_t> labels = {0, 1, 0, 0};
  const std::vector<CalibrationBin> bins = make_calibration(outputs.view(), labels);
  ASSERT_EQ(bins.size(), 10U);
  EXPECT_EQ(bins[5].count, 1U);
  EXPECT_EQ(bins[5].accuracy, 1.0);
  EXPECT_EQ(bins[9].count, 3U);
  EXPECT_NEAR(bins[9].confidence, (0.95 + 0.91 + 1.0) / 3, 1e-15);
  EXPECT_NEAR(bins[9].accuracy, 2.0 / 3, 1e-15);
  EXPECT_EQ(bins[0].count, 0U);
}

TEST(Boundary, has_rows_from_the_lowest_y_and_columns_from_the_lowest_x) {
  Dataset dataset = test::make_clouds();
  dataset.class_names = {"a", "b"};
  for (std::int32_t& label : dataset.table.labels) label %= 2;
  // Class 1 where y > 0, whatever x is; then the same for x.
  for (const bool by_y : {true, false}) {
    const Model model = make_linear_model(2, 2, by_y ? std::vector<float>{0, 0, 0, 4} : std::vector<float>{0, 4, 0, 0});
    const BoundaryPicture picture = make_boundary(model, dataset, dataset.valid);
    ASSERT_EQ(picture.classes.size(), picture.columns * picture.rows);
    for (std::size_t row = 0; row < picture.rows; ++row) {
      for (std::size_t column = 0; column < picture.columns; ++column) {
        const double share = (static_cast<double>(by_y ? row : column) + 0.5) / static_cast<double>(picture.rows);
        const double low = by_y ? picture.y_low : picture.x_low;
        const double high = by_y ? picture.y_high : picture.x_high;
        const double value = low + share * (high - low);
        const std::size_t cell = row * picture.columns + column;
        ASSERT_EQ(picture.classes[cell], value > 0.0 ? 1 : 0);
        const double probability = 1.0 / (1.0 + std::exp(-4.0 * std::fabs(value)));
        ASSERT_NEAR(static_cast<std::uint8_t>(picture.probabilities[cell]), 255.0 * probability, 0.51);
      }
    }
    EXPECT_EQ(picture.x.size(), dataset.valid.size());
    EXPECT_LT(picture.x_low, *std::min_element(picture.x.begin(), picture.x.end()));
    EXPECT_GT(picture.y_high, *std::max_element(picture.y.begin(), picture.y.end()));
  }
}

// Five pictures of 1 x 2 bytes; class 1 where the second pixel is brighter.
Dataset make_pictures() {
  Dataset dataset;
  Matrix<std::uint8_t> pixels(5, 2);
  const std::uint8_t bright[5][2] = {{255, 0}, {10, 20}, {0, 200}, {30, 10}, {0, 255}};
  for (std::size_t r = 0; r < 5; ++r) std::copy_n(bright[r], 2, pixels.row(r).data());
  dataset.table.features = std::move(pixels);
  dataset.table.labels = {0, 1, 0, 1, 0};  // the last three are labelled wrongly
  dataset.test = {0, 1, 2, 3, 4};
  dataset.train = {0};
  dataset.class_names = {"left", "right"};
  dataset.image = ImageShape{1, 2};
  return dataset;
}

TEST(Mistakes, are_the_least_probable_labels_first) {
  Model model = make_linear_model(2, 2, {4, 0, 0, 4});
  model.scaling.divisor = 255.0;
  const Analysis analysis = analyse(model, make_pictures());
  EXPECT_EQ(analysis.part, "test");
  ASSERT_TRUE(analysis.mistakes);
  ASSERT_EQ(analysis.mistakes->size(), 3U);
  EXPECT_EQ((*analysis.mistakes)[0].row, 4U);
  EXPECT_EQ((*analysis.mistakes)[1].row, 2U);
  EXPECT_EQ((*analysis.mistakes)[2].row, 3U);
  const Mistake& worst = (*analysis.mistakes)[0];
  EXPECT_EQ(worst.predicted, 1U);
  EXPECT_NEAR(worst.label_probability, 1.0 / (1.0 + std::exp(4.0)), 1e-6);
  EXPECT_NEAR(worst.probability + worst.label_probability, 1.0, 1e-6);
  EXPECT_EQ(worst.pixels, std::string("\0\xff", 2));
}

TEST(WeightPictures, are_signed_bytes_of_the_largest_units) {
  const Analysis analysis = analyse(make_linear_model(2, 2, {1, 0.5, -2, 4}), make_pictures());
  ASSERT_EQ(analysis.weights.size(), 2U);
  EXPECT_EQ(analysis.weights[0].unit, 1U);  // (0.5, 4)
  EXPECT_EQ(analysis.weights[0].largest, 4.0);
  EXPECT_EQ(analysis.weights[0].pixels, std::string("\x10\x7f", 2));
  EXPECT_EQ(analysis.weights[1].pixels, std::string("\x40\x81", 2));  // (1, -2): 63.5 -> 64, -127
}

TEST(Analysis, of_a_regression_has_residuals_and_nothing_of_classes) {
  Dataset dataset = test::make_clouds();
  dataset.task = Task::kRegression;
  dataset.table.values = Matrix<double>(dataset.table.rows(), 1);
  for (std::size_t r = 0; r < dataset.table.rows(); ++r) dataset.table.values(r, 0) = static_cast<double>(r);
  dataset.table.labels.clear();
  dataset.class_names.clear();
  NetworkSpec spec;
  spec.num_inputs = 2;
  spec.layers.push_back({.units = 1});
  spec.output = OutputKind::kLinear;
  spec.loss.kind = LossKind::kMeanSquaredError;
  Model model;
  model.network = Network<float>(spec);
  const auto object = nlohmann::json::parse(analysis_json(analyse(model, dataset)));
  EXPECT_EQ(object["part"], "valid");
  EXPECT_EQ(object["residuals"][0]["actual"].size(), dataset.valid.size());
  EXPECT_EQ(object["residuals"][0]["actual"][0], static_cast<double>(dataset.valid[0]));
  EXPECT_EQ(object["residuals"][0]["predicted"][0], 0.0);
  EXPECT_EQ(object["residuals"][0]["output"], 0);
  dataset.target_name = "price";
  // Scaled targets: both sides in their own unit, once.
  dataset.target_scaling = {.mean = {100.0}, .std = {2.0}};
  model.target_scaling = dataset.target_scaling;
  const auto scaled = nlohmann::json::parse(analysis_json(analyse(model, dataset)));
  EXPECT_EQ(scaled["residuals"][0]["actual"][0], 100.0 + 2.0 * static_cast<double>(dataset.valid[0]));
  EXPECT_EQ(scaled["residuals"][0]["predicted"][0], 100.0);
  EXPECT_EQ(nlohmann::json::parse(analysis_json(analyse(model, dataset)))["residuals"][0]["output"], "price");
  for (const char* key : {"mistakes", "weights", "boundary", "calibration", "roc"}) EXPECT_FALSE(object.contains(key));
}

}  // namespace
}  // namespace gradus
