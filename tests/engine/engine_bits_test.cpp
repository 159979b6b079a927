// One weight hash for every thread count and every target: the bits rule, over optimizers, activations, losses, types.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "gradus/engine/engine.hpp"
#include "support/random_network.hpp"
#include "support/targets.hpp"

namespace gradus {
namespace {

using test::available_targets;

template <class T>
std::string hash_after_training(const test::Problem<T>& problem, const EngineOptions& options,
                                const StepOptions& step) {
  Engine<T> engine(problem.network, options);
  EXPECT_EQ(options.target, engine.target());
  StepOptions next = step;
  for (std::size_t batch = 0; batch < 6; ++batch) {
    const std::size_t rows = batch == 5 ? problem.inputs.rows() - 4 : problem.inputs.rows();  // an odd last batch
    const MatrixView<T> x = engine.inputs(rows);
    for (std::size_t b = 0; b < rows; ++b) {
      for (std::size_t i = 0; i < x.cols(); ++i) x(b, i) = problem.inputs((b + batch) % problem.inputs.rows(), i);
    }
    BatchTargets<T> targets = problem.targets();
    if (!targets.labels.empty()) targets.labels = targets.labels.first(rows);
    if (!targets.values.empty()) targets.values = targets.values.row_range(0, rows);
    next.step = batch + 1;
    engine.train_step(targets, next);
    // What a checkpoint and the end of a run do to an engine: in half of the cases that are compared.
    if (batch != 2 || !options.far_cores.value_or(false)) continue;
    engine.release_gradients();
    Parameters<T> slot;
    for (std::size_t s = 0; s < engine.num_slots(); ++s) {
      engine.store_slot(s, slot);
      engine.load_slot(s, slot);
    }
  }
  Network<T> trained = problem.network;
  engine.store_parameters(trained);
  return weights_sha256(trained);
}

template <class T>
void expect_one_hash(const test::Problem<T>& problem, EngineOptions options, const StepOptions& step,
                     const std::vector<unsigned>& thread_counts = {1, 2, 3, 8}) {
  options.max_batch = problem.inputs.rows();
  options.shares_small_work = true;
  std::string first;
  for (const std::string& target : available_targets()) {
    for (const unsigned threads : thread_counts) {
      options.target = target;
      options.threads = threads;
      for (const bool far_cores : {false, true}) {
        if (far_cores && threads == 1) continue;
        options.far_cores = far_cores;
        const std::string hash = hash_after_training(problem, options, step);
        if (first.empty()) first = hash;
        EXPECT_EQ(hash, first) << target << " with " << threads << " threads, far: " << far_cores;
      }
    }
  }
  EXPECT_NE(first, weights_sha256(problem.network)) << "training changed nothing";
}

TEST(EngineBits, same_hash_for_all_threads_and_targets_over_optimizers) {
  for (const OptimizerKind kind : kAllOptimizers) {
    SCOPED_TRACE(optimizer_name(kind));
    EngineOptions options;
    options.optimizer.kind = kind;
    options.optimizer.weight_decay = 0.01;
    const std::vector<std::size_t> widths = {19, 130, 67, 5};
    expect_one_hash(test::make_problem<float>(widths, ActivationKind::kRelu, LossKind::kSoftmaxCrossEntropy, 13, 3),
                    options, {.learning_rate = 0.05});
    expect_one_hash(test::make_problem<double>(widths, ActivationKind::kRelu, LossKind::kSoftmaxCrossEntropy, 13, 3),
                    options, {.learning_rate = 0.05});
  }
}

TEST(EngineBits, same_hash_for_all_threads_and_targets_over_activations_and_losses) {
  for (const ActivationKind activation : kAllActivations) {
    for (const LossKind loss : kAllLosses) {
      SCOPED_TRACE(testing::Message() << activation_name(activation) << " " << loss_name(loss));
      // The schedule is the same for all of them; the other test has every number of threads.
      expect_one_hash(test::make_problem<float>({6, 65, 70, 3}, activation, loss, 9, 11), {}, {.learning_rate = 0.1},
                      {1, 3});
      expect_one_hash(test::make_problem<double>({6, 33, 70, 3}, activation, loss, 9, 11), {}, {.learning_rate = 0.1},
                      {1, 3});
    }
  }
}

TEST(EngineBits, same_hash_for_all_threads_and_targets_over_batch_sizes) {
  const std::vector<std::size_t> widths = {19, 130, 67, 5};
  for (const std::size_t rows : {8, 16, 32, 64, 100}) {
    SCOPED_TRACE(rows);
    const auto floats =
        test::make_problem<float>(widths, ActivationKind::kTanh, LossKind::kSoftmaxCrossEntropy, rows, 3);
    const auto doubles =
        test::make_problem<double>(widths, ActivationKind::kTanh, LossKind::kSoftmaxCrossEntropy, rows, 3);
    expect_one_hash(floats, {}, {.learning_rate = 0.05});
    expect_one_hash(doubles, {}, {.learning_rate = 0.05});
  }
}

TEST(EngineBits, same_hash_with_a_narrow_layer_between_wide_ones) {
  for (const std::size_t rows : {7, 32, 100}) {
    SCOPED_TRACE(rows);
    auto problem =
        test::make_problem<float>({19, 130, 5, 130, 4}, ActivationKind::kElu, LossKind::kSoftmaxCrossEntropy, rows, 3);
    expect_one_hash(problem, {}, {.learning_rate = 0.05});
    expect_one_hash(problem, {.mixed = true}, {.learning_rate = 0.05});
    problem.network.spec.layers[0].dropout = 0.3;
    problem.network.spec.layers[1].dropout = 0.2;
    expect_one_hash(problem, {.optimizer = {.kind = OptimizerKind::kAdam}, .dropout_seed = 9},
                    {.learning_rate = 0.05, .clip_norm = 0.01});
  }
}

TEST(EngineBits, same_hash_with_dropout_penalties_and_clipping) {
  auto problem =
      test::make_problem<float>({12, 140, 90, 70}, ActivationKind::kTanh, LossKind::kSoftmaxCrossEntropy, 17, 5);
  for (auto& layer : problem.network.spec.layers) layer.l1 = 1e-4, layer.l2 = 1e-3;
  problem.network.spec.layers[0].dropout = 0.3;
  problem.network.spec.layers[1].dropout = 0.5;
  expect_one_hash(problem, {.dropout_seed = 9}, {.learning_rate = 0.1});
  expect_one_hash(problem, {.dropout_seed = 9}, {.learning_rate = 0.1, .clip_norm = 0.01});
  expect_one_hash(problem, {.dropout_seed = 9}, {.learning_rate = 0.1, .clip_value = 1e-3});
}

}  // namespace
}  // namespace gradus
