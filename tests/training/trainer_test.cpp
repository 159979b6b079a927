// SPDX-License-Identifier: Apache-2.0
#include "gradus/training/trainer.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "gradus/engine/engine.hpp"
#include "training/small_run.hpp"

namespace gradus {
namespace {

using test::make_clouds;
using test::make_small_run;

TEST(Trainer, learns_the_clouds) {
  TrainingRun run = make_small_run();
  run.epochs = 60;
  run.optimizer.kind = OptimizerKind::kAdam;
  const RunRecord record = train(run, make_clouds(200));
  EXPECT_GE(record.valid->metrics.accuracy.value(), 0.9);
  EXPECT_EQ(record.epochs.size(), 60U);
  EXPECT_EQ(record.parameters, 2U * 6 + 6 + 6 * 3 + 3);
  EXPECT_EQ(record.valid->classification->rows, 12U);
}

TEST(Trainer, observation_and_threads_change_no_bit) {
  const Dataset dataset = make_clouds();
  TrainingRun run = make_small_run();
  const RunRecord alone = train(run, dataset);
  test::Recorder recorder;
  TrainingObserver* observers[] = {&recorder};
  run.checkpoint_steps = 1;
  run.train_metrics = TrainMetrics::kFull;
  run.top_k = 2;
  EXPECT_EQ(train(run, dataset, {.observers = observers}).weights_sha256, alone.weights_sha256);
  run.threads = 2;
  EXPECT_EQ(train(run, dataset).weights_sha256, alone.weights_sha256);
  run.seed = 12;
  EXPECT_NE(train(run, dataset).weights_sha256, alone.weights_sha256);
}

TEST(Trainer, running_and_batch_mean_metrics_differ_by_their_weights) {
  const Dataset dataset = make_clouds(10);  // a batch of 8 and one of 2
  TrainingRun run = make_small_run();
  run.spec.layers[0].dropout = 0.0;
  run.epochs = 1;
  run.learning_rate = 0.0;  // nothing moves: the sums can be taken again
  run.batches.order = BatchOrder::kFile;
  const double running = train(run, dataset).epochs[0].train.loss;
  run.train_metrics = TrainMetrics::kFull;
  EXPECT_NEAR(train(run, dataset).epochs[0].train.loss, running, 1e-6);
  run.train_metrics = TrainMetrics::kBatchMean;
  const double batch_mean = train(run, dataset).epochs[0].train.loss;

  Network<float> network(run.spec);
  initialize(network, run.seed);
  Model model;
  model.network = network;
  const std::vector<std::uint32_t> first = {0, 1, 2, 3, 4, 5, 6, 7};
  const std::vector<std::uint32_t> second = {8, 9};
  const double loss1 = evaluate_model(model, dataset, first).metrics.loss;
  const double loss2 = evaluate_model(model, dataset, second).metrics.loss;
  EXPECT_NEAR(running, (8 * loss1 + 2 * loss2) / 10, 1e-6);
  EXPECT_NEAR(batch_mean, (loss1 + loss2) / 2, 1e-6);
}

TEST(Trainer, balanced_weights_count_every_class_the_same) {
  Dataset dataset = make_clouds(30);
  dataset.train.erase(dataset.train.begin() + 20, dataset.train.end());
  std::erase_if(dataset.train, [&](std::uint32_t r) { return dataset.table.labels[r] == 2 && r > 5; });
  const std::vector<double> weights = balanced_class_weights(dataset);
  std::vector<double> totals(3, 0.0);
  for (const std::uint32_t row : dataset.train) {
    const auto label = static_cast<std::size_t>(dataset.table.labels[row]);
    totals[label] += weights[label];
  }
  EXPECT_NEAR(totals[0], totals[1], 1e-12);
  EXPECT_NEAR(totals[0], totals[2], 1e-12);
  TrainingRun run = make_small_run();
  run.class_weights = weights;
  EXPECT_NE(train(run, dataset).weights_sha256, train(make_small_run(), dataset).weights_sha256);
}

TEST(Trainer, sample_weight_zero_leaves_a_row_out) {
  const Dataset dataset = make_clouds(16);
  TrainingRun run = make_small_run();
  run.spec.layers[0].dropout = 0.0;
  run.dtype = DType::kF64;
  run.epochs = 1;
  run.batches = {.batch_size = 16, .order = BatchOrder::kFile};
  run.sample_weights.assign(dataset.table.rows(), 1.0);
  for (std::size_t r = 8; r < 16; ++r) run.sample_weights[r] = 0.0;
  Dataset half = dataset;
  half.train.resize(8);
  TrainingRun plain = run;
  plain.sample_weights.clear();
  const RunRecord weighted = train(run, dataset);
  const RunRecord shorter = train(plain, half);
  EXPECT_NEAR(weighted.valid->metrics.loss, shorter.valid->metrics.loss, 1e-14);
  EXPECT_NEAR(weighted.epochs[0].train.loss, shorter.epochs[0].train.loss, 1e-14);
}

// What a run that must fail while it trains says.
std::string failure_of(const TrainingRun& run, const Dataset& dataset) {
  try {
    train(run, dataset);
  } catch (const RunError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Trainer, stops_where_numbers_stop_being_finite_and_names_the_place) {
  const Dataset dataset = make_clouds(200);
  TrainingRun run = make_small_run();
  run.spec.layers[0].activation = make_activation(ActivationKind::kIdentity);
  run.spec.layers[0].dropout = 0.0;
  run.learning_rate = 1e30;
  run.epochs = 50;
  const std::string message = failure_of(run, dataset);
  EXPECT_NE(message.find("epoch 1, batch "), std::string::npos) << message;
  EXPECT_NE(message.find("layer "), std::string::npos) << message;
  EXPECT_NE(message.find("learning_rate"), std::string::npos) << message;
}

// With inputs of 1e30 a variance is infinite in f32, while every output, gradient and parameter stays finite.
TEST(Trainer, stops_where_a_running_statistic_stops_being_finite) {
  Dataset dataset = make_clouds();
  std::get<Matrix<double>>(dataset.table.features).span()[0] = 1e30;
  TrainingRun run = make_small_run();
  run.spec.layers.insert(run.spec.layers.begin(), {.units = 2, .kind = LayerKind::kBatchNorm});
  const std::string message = failure_of(run, dataset);
  EXPECT_NE(message.find("epoch 1, batch "), std::string::npos) << message;
  EXPECT_NE(message.find("layer 1 (running_variance)"), std::string::npos) << message;
  run.dtype = DType::kF64;
  EXPECT_NO_THROW(train(run, dataset));
}

// One input, one unit, rate .1.
TrainingRun one_unit_run(OutputKind output, LossKind loss) {
  TrainingRun run;
  run.spec.num_inputs = 1;
  run.spec.layers.resize(1);
  run.spec.layers[0].units = 1;
  run.spec.output = output;
  run.spec.loss.kind = loss;
  run.monitor = run.schedule_monitor = parse_monitor("train_loss");
  run.learning_rate = 0.1;
  return run;
}

TEST(Trainer, regression_reports_r2) {
  Dataset dataset;
  dataset.name = "line";
  dataset.task = Task::kRegression;
  Matrix<double> x(64, 1);
  dataset.table.values = Matrix<double>(64, 1);
  for (std::size_t r = 0; r < 64; ++r) {
    x(r, 0) = static_cast<double>(r) / 32.0 - 1.0;
    dataset.table.values(r, 0) = 3.0 * x(r, 0) + 0.5;
    dataset.train.push_back(static_cast<std::uint32_t>(r));
  }
  dataset.table.features = std::move(x);
  TrainingRun run = one_unit_run(OutputKind::kLinear, LossKind::kMeanSquaredError);
  run.epochs = 50;
  const RunRecord record = train(run, dataset);
  EXPECT_FALSE(record.epochs[0].train.accuracy.has_value());
  EXPECT_GT(record.train.regression->r2, 0.9999);
}

// Counts with the mean exp(0.8 x - 0.3): a Poisson regression finds both numbers, and refuses a count below 0.
TEST(Trainer, poisson_regression_finds_the_rates_of_counts) {
  Dataset dataset;
  dataset.task = Task::kRegression;
  RandomStream random(5, Purpose::kTest);
  Matrix<double> x(2000, 1);
  dataset.table.values = Matrix<double>(2000, 1);
  for (std::size_t r = 0; r < x.rows(); ++r) {
    x(r, 0) = random.uniform(-1.0, 1.0);
    double product = random.uniform();  // Knuth: so many factors stay above exp(-mean)
    for (const double end = std::exp(-std::exp(0.8 * x(r, 0) - 0.3)); product > end; product *= random.uniform()) {
      dataset.table.values(r, 0) += 1.0;
    }
    dataset.train.push_back(static_cast<std::uint32_t>(r));
  }
  dataset.table.features = std::move(x);
  TrainingRun run = one_unit_run(OutputKind::kExp, LossKind::kPoisson);
  run.dtype = DType::kF64;
  run.epochs = 20;
  const RunRecord record = train(run, dataset);
  const auto& network = std::get<Network<double>>(record.model.network);
  EXPECT_NEAR(network.weights(0)(0, 0), 0.8, 0.12);
  EXPECT_NEAR(network.biases(0)[0], -0.3, 0.12);
  dataset.table.values(3, 0) = -2.0;
  try {
    run.validate(dataset);
    FAIL() << "a negative count was taken";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "target of row 4: expected 0 or more with the loss poisson, found -2; choose another loss");
  }
}

TEST(Trainer, options_that_contradict_the_data_are_refused) {
  const Dataset dataset = make_clouds();
  const auto refused = [&dataset](const auto& change) {
    TrainingRun run = make_small_run();
    change(run);
    EXPECT_THROW(run.validate(dataset), InputError);
  };
  refused([](TrainingRun& run) { run.spec.num_inputs = 3; });
  refused([](TrainingRun& run) { run.spec.layers.back().units = 4; });
  refused([](TrainingRun& run) { run.batches = {.batch_size = 64, .drop_last = true}; });
  refused([](TrainingRun& run) { run.class_weights = {1.0, 1.0}; });
  refused([](TrainingRun& run) { run.sample_weights = {1.0}; });
  refused([](TrainingRun& run) { run.top_k = 4; });
  refused([](TrainingRun& run) { run.monitor = parse_monitor("valid_top_k"); });
  Dataset without_valid = dataset;
  without_valid.valid.clear();
  EXPECT_THROW(make_small_run().validate(without_valid), InputError);
}

TEST(Model, foreign_labels_are_renumbered_by_name) {
  Model model;
  model.class_names = {"a", "b", "c"};
  Dataset dataset = make_clouds();
  dataset.class_names = {"c", "a", "b"};
  const std::vector<std::int32_t> before = dataset.table.labels;
  align_classes(model, dataset);
  EXPECT_EQ(dataset.table.labels[0], (before[0] + 2) % 3);
  dataset.class_names = {"a", "z"};
  EXPECT_THROW(align_classes(model, dataset), InputError);
}

}  // namespace
}  // namespace gradus
