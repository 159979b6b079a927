// The running error analysis against real rounding: the same networks in float and in double. Bounds hold for every
// kind of layer and every activation, and are not wasteful.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "verification/random_problem.hpp"

namespace gradus::verification {
namespace {

constexpr std::uint64_t kCases = 60;
constexpr double kLargestRatio = 3.0;  // a bound allows kSigmas
constexpr double kSmallestMean = 0.05;

Matrix<float> in_float(const Matrix<double>& from) {
  Matrix<float> to(from.rows(), from.cols());
  for (std::size_t i = 0; i < to.size(); ++i) to.data()[i] = static_cast<float>(from.data()[i]);
  return to;
}

void round_to_float(std::span<double> values) {
  for (double& value : values) value = static_cast<float>(value);
}

// Numbers that are floats, so that both passes start from the same.
Problem float_problem(const test::CaseOptions& options, std::uint64_t seed) {
  Problem problem = test::make_problem_from(test::make_random_case(options, seed));
  for_each_block(problem.network.parameters, [](const ParameterBlock&, std::span<double> v) { round_to_float(v); });
  round_to_float(problem.x.span());
  round_to_float(problem.values.span());
  return problem;
}

textbook::Gradients<float> float_gradient(const Problem& problem) {
  const auto network = network_cast<float>(problem.network);
  const Matrix<float> x = in_float(problem.x);
  const Matrix<float> values = in_float(problem.values);
  const BatchTargets<float> targets{
      problem.labels, problem.labels.empty() ? values.view() : MatrixView<const float>(), {}};
  return textbook::backward(network, textbook::forward(network, x.view()), targets);
}

/// Actual error of each group over its predicted standard deviation: the largest and their mean.
struct Ratios {
  double largest = 0.0;
  double sum = 0.0;
  std::size_t count = 0;
};

void add_ratios(const Problem& problem, Ratios& ratios) {
  const auto single = float_gradient(problem);
  const Tangent gradient = textbook_gradient(problem);
  const RoundingError rounding = rounding_error(problem, kFloatArithmetic, ForwardErrors::kCounted);
  for (const Group& group : independent_groups(problem)) {
    const std::span<const float> rounded =
        group.is_inputs() ? single.inputs.span() : single.parameters.values(group.layer, *group.role);
    std::vector<double> difference(gradient.values(group).begin(), gradient.values(group).end());
    for (std::size_t i = 0; i < difference.size(); ++i) difference[i] -= double(rounded[i]);
    const double predicted = norm(rounding.gradient.values(group));
    if (predicted == 0.0) {
      EXPECT_EQ(norm(difference), 0.0);
      continue;
    }
    const double ratio = norm(difference) / predicted;
    ratios.largest = std::max(ratios.largest, ratio);
    ratios.sum += ratio;
    ++ratios.count;
  }
}

TEST(Rounding, bounds_hold_for_float_and_are_not_wasteful_for_every_kind_of_layer) {
  for (const LayerKind kind : kAllLayerKinds) {
    Ratios ratios;
    for (std::uint64_t seed = 0; seed < kCases; ++seed) {
      const test::Task task = test::kAllTasks[seed % std::size(test::kAllTasks)];
      if (task == test::Task::kSigmoidFloored) continue;
      add_ratios(float_problem({.task = task, .activation = ActivationKind::kTanh, .depth = 3, .kind = kind}, seed),
                 ratios);
    }
    EXPECT_LT(ratios.largest, kLargestRatio) << layer_kind_name(kind);
    EXPECT_GT(ratios.sum / static_cast<double>(ratios.count), kSmallestMean) << layer_kind_name(kind);
    std::printf("%s: largest %.2f, mean %.2f standard deviations\n", std::string(layer_kind_name(kind)).c_str(),
                ratios.largest, ratios.sum / static_cast<double>(ratios.count));
  }
}

TEST(Rounding, bounds_hold_for_float_and_are_not_wasteful_for_every_activation) {
  for (const ActivationKind activation : kAllActivations) {
    Ratios ratios;
    for (std::uint64_t seed = 0; seed < kCases; ++seed) {
      add_ratios(float_problem({.activation = activation, .depth = 3}, 900 + seed), ratios);
    }
    EXPECT_LT(ratios.largest, kLargestRatio) << activation_name(activation);
    EXPECT_GT(ratios.sum / static_cast<double>(ratios.count), kSmallestMean) << activation_name(activation);
    std::printf("%s: largest %.2f, mean %.2f standard deviations\n", std::string(activation_name(activation)).c_str(),
                ratios.largest, ratios.sum / static_cast<double>(ratios.count));
  }
}

TEST(Rounding, bounds_hold_for_float_for_every_loss) {
  for (const test::Task task : test::kAllTasks) {
    Ratios ratios;
    for (std::uint64_t seed = 0; seed < kCases; ++seed) {
      add_ratios(float_problem({.task = task, .activation = ActivationKind::kTanh, .depth = 2}, 1700 + seed), ratios);
    }
    EXPECT_LT(ratios.largest, kLargestRatio) << static_cast<int>(task);
    EXPECT_GT(ratios.largest, kSmallestMean) << static_cast<int>(task);
    std::printf("task %d: largest %.2f, mean %.2f standard deviations\n", static_cast<int>(task), ratios.largest,
                ratios.sum / static_cast<double>(ratios.count));
  }
}

Problem regression(NetworkSpec spec, std::size_t rows, std::uint64_t seed) {
  spec.output = OutputKind::kLinear;
  spec.loss.kind = LossKind::kMeanSquaredError;
  Problem problem;
  problem.network = Network<double>(spec);
  RandomStream random(seed, Purpose::kTest);
  for_each_block(problem.network.parameters, [&random](const ParameterBlock&, std::span<double> values) {
    for (double& value : values) value = static_cast<float>(random.uniform(0.5, 1.5));
  });
  problem.x = Matrix<double>(rows, spec.num_inputs);
  for (double& x : problem.x.span()) x = static_cast<float>(random.normal());
  problem.values = Matrix<double>(rows, spec.num_outputs());
  for (double& y : problem.values.span()) y = static_cast<float>(random.normal());
  return problem;
}

// The mean's rounding is as large as a thousandth of the spread.
TEST(Rounding, counts_the_mean_that_normalisation_subtracts) {
  Ratios ratios;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    Problem problem =
        regression({.num_inputs = 3, .layers = {{.units = 3, .kind = LayerKind::kBatchNorm}, {.units = 1}}}, 6, seed);
    for (double& x : problem.x.span()) x = static_cast<float>(x + 10000.0);
    add_ratios(problem, ratios);
  }
  EXPECT_LT(ratios.largest, kLargestRatio);
  EXPECT_GT(ratios.largest, 0.3);
}

// Nothing flows back but through the addition, and p - y, which is nearly 0, carries all of the error.
TEST(Rounding, follows_what_flows_back_through_a_residual) {
  Ratios ratios;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    Problem problem = regression(
        {.num_inputs = 3,
         .layers = {{.units = 4}, {.units = 4}, {.units = 4, .kind = LayerKind::kResidual, .source = 0}, {.units = 2}}},
        5, seed);
    for (double& w : problem.network.weights(1).span()) w = 0.0;
    const auto outputs = forward_pass(problem).outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i) problem.values.data()[i] = static_cast<float>(outputs.data()[i]);
    add_ratios(problem, ratios);
  }
  EXPECT_LT(ratios.largest, kLargestRatio);
  EXPECT_GT(ratios.largest, 0.3);
}

}  // namespace
}  // namespace gradus::verification
