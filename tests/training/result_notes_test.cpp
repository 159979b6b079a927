// Each note on a result stands where it should, and a good result has none.
// SPDX-License-Identifier: Apache-2.0
#include "training/result_notes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/training/metrics.hpp"
#include "training/small_run.hpp"
#include "training/threshold.hpp"

namespace gradus {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> notes_of(const TrainingRun& run, const Dataset& dataset) {
  return result_notes(run, dataset, train(run, dataset));
}

// A learning rate and epochs that the clouds are learned with.
TrainingRun good_run() {
  TrainingRun run = test::make_small_run();
  run.epochs = 40;
  run.learning_rate = 0.2;
  run.spec.layers[0].dropout = 0.0;
  return run;
}

TEST(ResultNotes, a_good_result_has_none) {
  EXPECT_THAT(notes_of(good_run(), test::make_clouds(120)), IsEmpty());
}

Dataset noise_of_quantities() {
  Dataset dataset = test::make_clouds(60);
  dataset.task = Task::kRegression;
  dataset.table.labels.clear();
  dataset.class_names.clear();
  dataset.table.values = Matrix<double>(dataset.table.rows(), 1);
  RandomStream random(3, Purpose::kTest);
  for (double& value : dataset.table.values.span()) value = 5.0 + random.normal();
  return dataset;
}

TEST(ResultNotes, r2_below_0) {
  TrainingRun run = test::make_small_run();
  run.spec.layers[1].units = 1;
  run.spec.output = OutputKind::kLinear;
  run.spec.loss.kind = LossKind::kMeanSquaredError;
  run.epochs = 1;
  run.learning_rate = 1e-4;  // learns nothing: far from the mean of 5
  EXPECT_THAT(notes_of(run, noise_of_quantities()), Contains(HasSubstr("R2 of the validation part is -")));
}

TEST(ResultNotes, one_predicted_class_and_imbalance) {
  Dataset dataset = test::make_clouds(120);
  dataset.class_names = {"no", "yes"};
  // One row in ten, wherever it lies.
  for (std::size_t r = 0; r < dataset.table.rows(); ++r) dataset.table.labels[r] = r % 10 == 3 ? 1 : 0;
  TrainingRun run = good_run();
  run.spec.layers[1].units = 2;
  run.learning_rate = 1e-3;
  const std::vector<std::string> notes = notes_of(run, dataset);
  EXPECT_THAT(notes, Contains(HasSubstr("every row of the validation part is predicted as 'no'")));
  EXPECT_THAT(notes, Contains(HasSubstr("90 % of the training rows are 'no'")));
  EXPECT_THAT(notes, Contains(HasSubstr("balanced accuracy of the validation part is 0.500")));
  EXPECT_THAT(notes, Contains(HasSubstr("training.class_weights = balanced, or --threshold 0.")));
}

TEST(ResultNotes, a_validation_loss_that_rose) {
  Dataset dataset = test::make_clouds(30);
  for (const std::uint32_t row : dataset.valid) dataset.table.labels[row] = (dataset.table.labels[row] + 1) % 3;
  TrainingRun run = good_run();
  EXPECT_THAT(notes_of(run, dataset), Contains(HasSubstr("the validation loss was least after epoch")));
  run.early_stopping.patience = 3;
  EXPECT_THAT(notes_of(run, dataset), Not(Contains(HasSubstr("the validation loss was least"))));
}

TEST(ResultNotes, dead_and_saturated_units) {
  const Dataset dataset = test::make_clouds(60);
  for (const auto& [kind, word] :
       {std::pair(ActivationKind::kRelu, "dead"), std::pair(ActivationKind::kTanh, "saturated")}) {
    TrainingRun run = good_run();
    run.epochs = 0;
    run.spec.layers[0].activation = make_activation(kind);
    Network<float> network(run.spec);
    for (float& bias : network.biases(0)) bias = -50.0F;
    run.initial = network;
    EXPECT_THAT(notes_of(run, dataset), Contains(HasSubstr(std::string("100 % of the units of layer 1 are ") + word)));
  }
}

// By trying every cut.
TEST(Threshold, has_the_largest_balanced_accuracy) {
  RandomStream random(5, Purpose::kTest);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> scores;
    std::vector<bool> positive;
    for (int r = 0; r < 30; ++r) {
      positive.push_back(r % 7 == 0);
      scores.push_back(std::floor(20.0 * std::min(0.99, random.uniform() * (positive.back() ? 1.0 : 0.6))) / 20.0);
    }
    const auto balanced_accuracy = [&](double threshold) {
      Matrix<double> outputs(scores.size(), 2);
      std::vector<std::int32_t> labels;
      for (std::size_t r = 0; r < scores.size(); ++r) {
        outputs(r, 0) = 1.0 - scores[r], outputs(r, 1) = scores[r];
        labels.push_back(positive[r] ? 1 : 0);
      }
      const std::vector<double> thresholds = {threshold};
      return *classification_report(outputs.view(), labels, {}, thresholds).balanced_accuracy;
    };
    const ThresholdChoice choice = choose_threshold(scores, positive);
    EXPECT_NEAR(balanced_accuracy(choice.threshold), choice.balanced_accuracy, 1e-12);
    // Cuts that leave rows on both sides.
    const auto [least, most] = std::ranges::minmax(scores);
    for (int cut = 0; cut <= 40; ++cut) {
      if (cut / 40.0 <= least || cut / 40.0 > most) continue;
      EXPECT_LE(balanced_accuracy(cut / 40.0), choice.balanced_accuracy + 1e-12);
    }
  }
}

}  // namespace
}  // namespace gradus
