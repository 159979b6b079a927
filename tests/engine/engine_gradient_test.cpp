// The engine's gradients, outputs and losses against the textbook, over activations, losses, odd shapes and threads.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/engine/engine.hpp"
#include "network/textbook.hpp"
#include "support/random_network.hpp"

namespace gradus {
namespace {

using test::make_problem;
using test::Problem;

// Norm-wise relative difference of two arrays.
template <class T>
double relative_difference(std::span<const T> a, std::span<const T> b) {
  double difference = 0.0, norm = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += std::pow(double(a[i]) - double(b[i]), 2);
    norm += std::pow(double(b[i]), 2);
  }
  return std::sqrt(difference) / std::max(std::sqrt(norm), 1e-300);
}

// Rounding bound: a chain of n fused operations errs by at most n eps relative to the sum of magnitudes; both sides run
// chains of the same order, so only the elementary functions (a few ULP each, L layers) and their spread differ.
template <class T>
constexpr double kBound = 200 * std::numeric_limits<T>::epsilon();

template <class T>
void expect_engine_matches_textbook(const Problem<T>& problem, unsigned threads) {
  EngineOptions options;
  options.max_batch = problem.inputs.rows();
  options.threads = threads;
  options.shares_small_work = true;
  Engine<T> engine(problem.network, options);
  test::copy_rows(problem.inputs, engine.inputs(problem.inputs.rows()));
  Parameters<T> gradients;
  const BatchStats stats = engine.gradients(problem.targets(), gradients);

  const auto pass = textbook::forward<T>(problem.network, problem.inputs.view());
  const auto expected = textbook::backward<T>(problem.network, pass, problem.targets());
  for (std::size_t l = 0; l < problem.network.spec.layers.size(); ++l) {
    double norm = 0.0;
    for (const T g : expected.parameters.weights(l).span()) norm += std::fabs(double(g));
    ASSERT_GT(norm, 0.0) << "the textbook's gradient of layer " << l << " is zero: the comparison would be vacuous";
    EXPECT_LT(relative_difference<T>(gradients.weights(l).span(), expected.parameters.weights(l).span()), kBound<T>)
        << "weights of layer " << l << ", threads " << threads;
    EXPECT_LT(relative_difference<T>(gradients.biases(l), expected.parameters.biases(l)), kBound<T>)
        << "biases of layer " << l << ", threads " << threads;
  }
  double loss = 0.0;
  const BatchTargets<T> targets = problem.targets();
  for (std::size_t b = 0; b < pass.outputs.rows(); ++b) {
    const T weight = problem.weights.empty() ? T{1} : problem.weights[b];
    loss += double(weight * textbook::loss_row<T>(problem.network.spec.loss, pass.z.back().row(b), pass.outputs.row(b),
                                                  targets, b));
  }
  EXPECT_NEAR(stats.loss_sum, loss, kBound<T> * std::fabs(loss));
}

class EngineGradient : public testing::TestWithParam<unsigned> {};

TEST_P(EngineGradient, matches_textbook_for_every_activation_and_loss) {
  std::uint64_t seed = 1;
  for (const ActivationKind activation : kAllActivations) {
    for (const LossKind loss : kAllLosses) {
      SCOPED_TRACE(testing::Message() << activation_name(activation) << " " << loss_name(loss));
      expect_engine_matches_textbook(make_problem<double>({5, 37, 70, 3}, activation, loss, 7, ++seed), GetParam());
      expect_engine_matches_textbook(make_problem<float>({5, 70, 37, 3}, activation, loss, 7, ++seed), GetParam());
    }
  }
}

TEST_P(EngineGradient, matches_textbook_with_smoothed_targets) {
  std::uint64_t seed = 500;
  for (const LossKind loss : kAllLosses) {
    if (!loss_facts(loss).has_smoothing) continue;
    for (const FloorKind floor : {FloorKind::kExact, FloorKind::kAdd}) {
      SCOPED_TRACE(testing::Message() << loss_name(loss) << " " << floor_name(floor));
      auto problem = make_problem<double>({5, 37, 70, 3}, ActivationKind::kTanh, loss, 7, ++seed);
      problem.network.spec.loss.label_smoothing = 0.2;
      problem.network.spec.loss.floor_kind = floor;
      problem.network.spec.loss.floor = floor == FloorKind::kAdd ? 1e-3 : 0.0;
      expect_engine_matches_textbook(problem, GetParam());
      // Narrow: what trains in columns without smoothing.
      auto narrow = make_problem<float>({5, 4, 3}, ActivationKind::kTanh, loss, 40, ++seed);
      narrow.network.spec.loss = problem.network.spec.loss;
      expect_engine_matches_textbook(narrow, GetParam());
    }
  }
}

TEST_P(EngineGradient, matches_textbook_for_odd_shapes) {
  std::uint64_t seed = 1000;
  for (const std::size_t width : {1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 129}) {
    for (const std::size_t rows : {1, 3, 12, 13, 16, 25, 32}) {
      SCOPED_TRACE(testing::Message() << "width " << width << " rows " << rows);
      const auto loss = LossKind::kSoftmaxCrossEntropy;
      expect_engine_matches_textbook(
          make_problem<float>({width, width, 2 * width + 1, 4}, ActivationKind::kTanh, loss, rows, ++seed), GetParam());
      expect_engine_matches_textbook(
          make_problem<double>({3, 2 * width, width, 70}, ActivationKind::kSigmoid, loss, rows, ++seed), GetParam());
    }
  }
}

TEST_P(EngineGradient, matches_textbook_with_penalties_and_sample_weights) {
  for (const LossKind loss : {LossKind::kSoftmaxCrossEntropy, LossKind::kMeanSquaredError}) {
    auto problem = make_problem<double>({9, 40, 33, 5}, ActivationKind::kRelu, loss, 11, 77);
    for (auto& layer : problem.network.spec.layers) layer.l1 = 1e-3, layer.l2 = 2e-3;
    for (std::size_t b = 0; b < 11; ++b) problem.weights.push_back(0.25 * double(b));
    expect_engine_matches_textbook(problem, GetParam());
  }
}

template <class T>
void expect_textbooks_bits(std::size_t rows, unsigned threads) {
  const auto problem = make_problem<T>({50, 130, 145, 40}, ActivationKind::kRelu, LossKind::kMeanSquaredError, rows, 5);
  for (const bool far_cores : {false, true}) {
    SCOPED_TRACE(testing::Message() << rows << " rows, " << sizeof(T) << " bytes, far " << far_cores);
    Engine<T> engine(
        problem.network,
        {.max_batch = rows, .threads = threads, .shares_small_work = true, .far_cores = far_cores, .optimizer = {}});
    test::copy_rows(problem.inputs, engine.inputs(rows));
    Parameters<T> gradients;
    engine.gradients(problem.targets(), gradients);
    const auto pass = textbook::forward<T>(problem.network, problem.inputs.view());
    const auto expected = textbook::backward<T>(problem.network, pass, problem.targets());
    for (std::size_t l = 0; l < problem.network.spec.layers.size(); ++l) {
      EXPECT_TRUE(std::ranges::equal(gradients.weights(l).span(), expected.parameters.weights(l).span()))
          << "layer " << l;
      EXPECT_TRUE(std::ranges::equal(gradients.biases(l), expected.parameters.biases(l))) << "layer " << l;
    }
  }
}

// Every way to an input gradient: few rows, rows in the lanes of vectors, transposed weights.
TEST_P(EngineGradient, relu_network_has_the_textbooks_bits) {
  for (const std::size_t rows : {1, 8, 9, 12, 16, 24, 32, 40, 48, 64, 80}) {
    expect_textbooks_bits<float>(rows, GetParam());
    expect_textbooks_bits<double>(rows, GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, EngineGradient, testing::Values(1U, 2U, 3U, 8U));

}  // namespace
}  // namespace gradus
