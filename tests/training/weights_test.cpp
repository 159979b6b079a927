// What sample and class weights do to training and to measures: a row counts as often as its weight says, whatever the
// batch.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradus/core/error.hpp"
#include "gradus/engine/engine.hpp"
#include "network/textbook.hpp"
#include "support/random_network.hpp"
#include "training/class_weights.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

using test::make_clouds;
using test::make_small_run;

// Two features that say nothing of the class, of which 1 row in 20 is positive.
Dataset pure_noise(std::uint64_t seed) {
  constexpr std::size_t kNoiseRows = 4000;
  RandomStream random(seed, Purpose::kTest);
  Dataset dataset;
  dataset.name = "noise";
  dataset.class_names = {"no", "yes"};
  Matrix<double> features(kNoiseRows, 2);
  for (double& value : features.span()) value = random.normal();
  for (std::size_t r = 0; r < kNoiseRows; ++r) {
    dataset.table.labels.push_back(r % 20 == 0 ? 1 : 0);
    dataset.train.push_back(static_cast<std::uint32_t>(r));
  }
  dataset.table.features = std::move(features);
  return dataset;
}

double mean_probability(std::size_t batch, std::uint64_t seed) {
  const Dataset dataset = pure_noise(seed);
  TrainingRun run;
  run.spec.num_inputs = 2;
  run.spec.layers.resize(1);
  run.spec.layers[0].units = 2;
  run.dtype = DType::kF64;
  run.seed = seed;
  run.threads = 1;
  run.batches.batch_size = batch;
  run.monitor = run.schedule_monitor = parse_monitor("train_loss");
  // About as much of the way for every batch size; the noise of small batches is averaged away by a small rate.
  run.learning_rate = std::min(1.0, 0.0005 * static_cast<double>(batch));
  run.epochs = batch >= 4000 ? 60 : 6;
  run.class_weights = balanced_class_weights(dataset);
  const RunRecord record = train(run, dataset);
  const Matrix<double> outputs = predict_rows(record.model, dataset.table.features, dataset.train, 1);
  double sum = 0.0;
  for (std::size_t r = 0; r < outputs.rows(); ++r) sum += outputs(r, 1);
  return sum / static_cast<double>(outputs.rows());
}

// Divided by its own weights, a batch of one row has none: .05 instead of .5, and .43 at 32 rows.
TEST(Weights, balance_classes_at_every_batch_size) {
  for (const std::size_t batch : {1, 2, 8, 32, 256, 4000}) {
    double mean = 0.0;
    for (const std::uint64_t seed : {1, 2, 3, 4}) mean += mean_probability(batch, seed) / 4.0;
    RecordProperty("batch_" + std::to_string(batch), std::to_string(mean));
    EXPECT_NEAR(mean, 0.5, 0.02) << "batch " << batch;
  }
}

TEST(Weights, a_weight_of_two_in_a_batch_is_the_row_twice) {
  for (const bool f64 : {true, false}) {
    Dataset dataset = make_clouds(16);
    TrainingRun run = make_small_run();
    run.spec.layers[0].dropout = 0.0;
    run.dtype = f64 ? DType::kF64 : DType::kF32;
    run.epochs = 1;
    run.batches = {.batch_size = 16, .order = BatchOrder::kFile};
    run.sample_weights.assign(dataset.table.rows(), 1.0);
    run.sample_weights[3] = run.sample_weights[5] = 2.0;
    Dataset repeated = dataset;
    repeated.train.push_back(3);
    repeated.train.push_back(5);
    TrainingRun plain = run;
    plain.sample_weights.clear();
    plain.batches.batch_size = 18;
    const double tolerance = f64 ? 1e-13 : 1e-5;
    EXPECT_NEAR(train(run, dataset).valid->metrics.loss, train(plain, repeated).valid->metrics.loss, tolerance);
  }
}

TEST(Weights, engine_and_textbook_share_the_mean_weight) {
  auto problem =
      test::make_problem<double>({9, 40, 33, 5}, ActivationKind::kTanh, LossKind::kSoftmaxCrossEntropy, 11, 7);
  for (std::size_t b = 0; b < 11; ++b) problem.weights.push_back(0.25 * static_cast<double>(b));
  BatchTargets<double> targets = problem.targets();
  Engine<double> engine(problem.network, {.max_batch = 11, .threads = 1, .optimizer = {}});
  const auto gradients_at = [&](double mean) {
    targets.mean_weight = mean;
    test::copy_rows(problem.inputs, engine.inputs(11));
    Parameters<double> gradients;
    engine.gradients(targets, gradients);
    const auto pass = textbook::forward<double>(problem.network, problem.inputs.view());
    const auto expected = textbook::backward<double>(problem.network, pass, targets);
    for (std::size_t l = 0; l < 3; ++l) {
      for (std::size_t i = 0; i < gradients.weights(l).size(); ++i) {
        EXPECT_NEAR(gradients.weights(l).data()[i], expected.parameters.weights(l).data()[i], 1e-15);
      }
    }
    return gradients;
  };
  const Parameters<double> own = gradients_at(0.0);  // 13.75 / 11 = 1.25
  const Parameters<double> twice = gradients_at(2.0 * 1.25);
  for (std::size_t i = 0; i < own.weights(0).size(); ++i) {
    EXPECT_NEAR(own.weights(0).data()[i], 2.0 * twice.weights(0).data()[i], 1e-15);
  }
}

std::string refusal(const TrainingRun& run, const Dataset& dataset) {
  try {
    run.validate(dataset);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Weights, that_leave_nothing_to_learn_or_measure_are_refused) {
  const Dataset dataset = make_clouds();
  TrainingRun run = make_small_run();
  EXPECT_EQ(refusal(run, dataset), "");
  run.sample_weights.assign(dataset.table.rows(), 0.0);
  EXPECT_THAT(refusal(run, dataset), testing::HasSubstr("a weight above 0 in the training part, found none"));
  for (const std::uint32_t row : dataset.train) run.sample_weights[row] = 1.0;
  EXPECT_THAT(refusal(run, dataset), testing::HasSubstr("a weight above 0 in the validation part, found none"));
  for (const std::uint32_t row : dataset.valid) run.sample_weights[row] = 0.5;
  EXPECT_EQ(refusal(run, dataset), "");
  for (const std::uint32_t row : dataset.train) run.sample_weights[row] = dataset.table.labels[row] == 1 ? 1.0 : 0.0;
  EXPECT_THAT(refusal(run, dataset), testing::HasSubstr("found 'b' alone"));
  run.sample_weights.clear();
  run.class_weights = {0.0, 0.0, 2.0};
  EXPECT_THAT(refusal(run, dataset), testing::HasSubstr("found 'c' alone"));
  run.class_weights = {0.0, 1.0, 2.0};
  EXPECT_EQ(refusal(run, dataset), "");
}

// Epochs, and so monitors and early stopping, are measured with the sample weights; the end without and with them.
TEST(Weights, count_in_what_epochs_and_evaluations_measure) {
  Dataset dataset = make_clouds();
  for (std::size_t r = 0; r < dataset.table.rows(); ++r)
    dataset.table.weights.push_back(1.0 + static_cast<double>(r % 3));
  Dataset repeated = dataset;
  repeated.table.weights.clear();
  repeated.valid.clear();
  for (const std::uint32_t row : dataset.valid) {
    for (std::uint32_t n = 0; n <= row % 3; ++n) repeated.valid.push_back(row);
  }
  TrainingRun run = make_small_run();
  run.dtype = DType::kF64;
  run.top_k = 2;
  run.monitor = run.schedule_monitor = parse_monitor("valid_f1");
  run.sample_weights = dataset.table.weights;
  const RunRecord weighted = train(run, dataset);
  const RunRecord by_rows = train(run, repeated);
  ASSERT_EQ(weighted.weights_sha256, by_rows.weights_sha256);
  for (std::size_t e = 0; e < weighted.epochs.size(); ++e) {
    const PartMetrics& ours = *weighted.epochs[e].valid;
    const PartMetrics& theirs = *by_rows.epochs[e].valid;
    EXPECT_NEAR(ours.loss, theirs.loss, 1e-14);
    EXPECT_NEAR(*ours.accuracy, *theirs.accuracy, 1e-14);
    EXPECT_NEAR(*ours.top_k, *theirs.top_k, 1e-14);
    EXPECT_NEAR(ours.watched.at(Measure::kF1), theirs.watched.at(Measure::kF1), 1e-14);
  }
  ASSERT_NE(weighted.valid->weighted, nullptr);
  EXPECT_EQ(by_rows.valid->weighted, nullptr);
  EXPECT_NEAR(weighted.valid->weighted->metrics.loss, by_rows.valid->metrics.loss, 1e-14);
  EXPECT_NEAR(*weighted.valid->weighted->metrics.accuracy, *by_rows.valid->metrics.accuracy, 1e-14);
  EXPECT_NEAR(weighted.valid->weighted->classification->macro_f1, by_rows.valid->classification->macro_f1, 1e-14);
  EXPECT_EQ(weighted.valid->weighted->classification->rows, dataset.valid.size());
  EXPECT_NE(weighted.valid->metrics.loss, weighted.valid->weighted->metrics.loss);
}

}  // namespace
}  // namespace gradus
