// Two classes from one sigmoid output, and decisions at other thresholds than one half.
// SPDX-License-Identifier: Apache-2.0
#include "training/two_classes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradus/training/run_config.hpp"
#include "gradus/training/trainer.hpp"
#include "support/refusal.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

using testing::HasSubstr;

Dataset clouds_of_two() {
  Dataset dataset = test::make_clouds();
  for (std::int32_t& label : dataset.table.labels) label = label > 0 ? 1 : 0;
  dataset.class_names = {"no", "yes"};
  return dataset;
}

RunConfig one_output() {
  RunConfig config;
  set_option(config, "network.layers", "auto,6,1", "test");
  set_option(config, "network.output", "sigmoid", "test");
  set_option(config, "training.epochs", "15", "test");
  return config;
}

TEST(TwoClasses, one_output_gives_both_probabilities_and_every_measure) {
  const Dataset dataset = clouds_of_two();
  RunConfig config = one_output();
  const RunRecord record = train(make_training_run(config, dataset), dataset);
  const Matrix<double> both = predict_rows(record.model, dataset.table.features, dataset.train, 1);
  ASSERT_EQ(both.cols(), 2U);
  std::size_t right = 0;
  for (std::size_t r = 0; r < both.rows(); ++r) {
    EXPECT_EQ(both(r, 0) + both(r, 1), 1.0);
    const std::int32_t said = both(r, 1) > 0.5 ? 1 : 0;
    right += said == dataset.table.labels[dataset.train[r]] ? 1 : 0;
  }
  const PartEvaluation evaluation = evaluate_model(record.model, dataset, dataset.train, {.top_k = 1}, 1);
  const double accuracy = static_cast<double>(right) / static_cast<double>(both.rows());
  EXPECT_GT(accuracy, 0.8);
  EXPECT_EQ(evaluation.metrics.accuracy, accuracy);
  EXPECT_EQ(evaluation.metrics.top_k, accuracy);
  EXPECT_EQ(evaluation.classification->accuracy, accuracy);
  EXPECT_EQ(evaluation.classification->confusion.size(), 2U);
  EXPECT_EQ(evaluation.classification->classes[0].auc, evaluation.classification->classes[1].auc);
}

TEST(TwoClasses, one_output_is_for_sigmoids_of_two_classes) {
  const auto refusal = [](const char* key, const char* value, const Dataset& dataset) {
    RunConfig config = one_output();
    set_option(config, key, value, "test");
    return test::refusal_of([&] { make_training_run(config, dataset); });
  };
  EXPECT_EQ(refusal("training.epochs", "3", clouds_of_two()), "");
  EXPECT_THAT(refusal("network.output", "softmax", clouds_of_two()), HasSubstr("network.output = sigmoid"));
  EXPECT_THAT(refusal("network.output", "linear", clouds_of_two()), HasSubstr("network.output = sigmoid"));
  EXPECT_THAT(refusal("training.epochs", "3", test::make_clouds()), HasSubstr("expected last width 3"));
}

TEST(TwoClasses, one_output_may_be_asked_for_by_its_loss) {
  for (const char* loss : {"binary_cross_entropy", "binary_focal"}) {
    RunConfig config;
    set_option(config, "network.layers", "auto,6,1", "test");
    set_option(config, "network.loss", loss, "test");
    EXPECT_EQ(make_training_run(config, clouds_of_two()).spec.num_outputs(), 1U) << loss;
  }
}

TEST(TwoClasses, a_threshold_moves_decisions_and_nothing_else) {
  const Dataset dataset = clouds_of_two();
  RunConfig config = one_output();
  const RunRecord record = train(make_training_run(config, dataset), dataset);
  const Matrix<double> both = predict_rows(record.model, dataset.table.features, dataset.train, 1);
  const PartEvaluation half = evaluate_model(record.model, dataset, dataset.train, {}, 1);
  for (const double threshold : {0.0, 0.2, 0.7, 1.0}) {
    const PartEvaluation moved = evaluate_model(record.model, dataset, dataset.train, {.thresholds = {threshold}}, 1);
    std::size_t said = 0;
    for (std::size_t r = 0; r < both.rows(); ++r) said += both(r, 1) >= threshold ? 1 : 0;
    const auto& confusion = moved.classification->confusion;
    EXPECT_EQ(confusion[0][1] + confusion[1][1], said) << threshold;
    EXPECT_EQ(moved.metrics.accuracy, moved.classification->accuracy);
    EXPECT_EQ(moved.metrics.loss, half.metrics.loss);
    EXPECT_EQ(moved.classification->classes[1].auc, half.classification->classes[1].auc);
  }
}

TEST(Thresholds, of_label_sets_are_one_for_all_or_one_each) {
  const Matrix<double> outputs = [] {
    Matrix<double> m(2, 2);
    m(0, 0) = 0.3, m(0, 1) = 0.6, m(1, 0) = 0.5, m(1, 1) = 0.2;
    return m;
  }();
  Matrix<double> targets(2, 2);
  targets(0, 0) = targets(0, 1) = targets(1, 0) = 1.0;
  const auto accuracy = [&](std::vector<double> thresholds) {
    return multi_label_report(outputs.view(), targets.view(), {}, thresholds).accuracy;
  };
  EXPECT_EQ(accuracy({}), 0.5);
  EXPECT_EQ(accuracy({0.3}), 1.0);
  EXPECT_EQ(accuracy({0.3, 0.7}), 0.5);
  EXPECT_EQ(accuracy({0.55}), 0.0);
}

TEST(Thresholds, that_do_not_suit_the_model_are_refused) {
  const auto refusal = [](const Model& model, const std::vector<double>& thresholds) {
    return test::refusal_of([&] { check_thresholds(model, thresholds); });
  };
  Model model;
  EXPECT_THAT(refusal(model, {0.5}), HasSubstr("one of quantities"));
  model.class_names = {"a", "b", "c"};
  EXPECT_THAT(refusal(model, {0.5}), HasSubstr("one of 3 classes"));
  model.task = Task::kMultiLabel;
  EXPECT_EQ(refusal(model, {0.5}), "");
  EXPECT_EQ(refusal(model, {0.5, 0.1, 1.0}), "");
  EXPECT_THAT(refusal(model, {0.5, 0.1}), HasSubstr("one for all labels or 3"));
  EXPECT_THAT(refusal(model, {1.5}), HasSubstr("found 1.5"));
  model.task = Task::kClassification;
  model.class_names = {"a", "b"};
  EXPECT_EQ(refusal(model, {0.5}), "");
  EXPECT_THAT(refusal(model, {0.5, 0.5}), HasSubstr("one, of the second class"));
}

}  // namespace
}  // namespace gradus
