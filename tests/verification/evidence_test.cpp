// Vacuity, finite differences, the comparison with engines, the optimizers' rules and the pool of work: each where its
// answer is known, right and wrong.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <stdexcept>

#include "verification/engine_check.hpp"
#include "verification/optimizer_rule.hpp"
#include "verification/random_problem.hpp"
#include "verification/vacuity.hpp"

namespace gradus::verification {
namespace {

Problem silu_problem(LayerKind kind, std::uint64_t seed) {
  return test::make_problem_from(
      test::make_random_case({.activation = ActivationKind::kSilu, .depth = 3, .kind = kind}, seed));
}

TEST(FiniteDifferences, agree_through_every_kind_of_layer_and_notice_a_ten_millionth) {
  for (const LayerKind kind : kAllLayerKinds) {
    const Subject subject(silu_problem(kind, 2));
    std::vector<DifferenceEvidence> evidence;
    Work work;
    measure_differences(subject, {}, evidence, work);
    work.run(1, {});
    const Tangent gradient = textbook_gradient(subject.problem);
    ASSERT_EQ(evidence.size(), all_groups(subject.problem).size());
    for (const DifferenceEvidence& one : evidence) {
      EXPECT_TRUE(judge_differences(one, gradient).holds) << layer_kind_name(kind) << ", " << group_name(one.group);
      Tangent wrong = gradient;
      for (double& g : wrong.values(one.group)) g += 1e-7;
      EXPECT_FALSE(judge_differences(one, wrong).holds) << layer_kind_name(kind) << ", " << group_name(one.group);
    }
  }
}

std::vector<Claim> vacuity_of(const Subject& subject, const Tangent& gradient) {
  std::vector<Claim> claims;
  judge_vacuity(subject, gradient, claims);
  return claims;
}

TEST(Vacuity, is_claimed_for_every_group_of_parameters_and_holds) {
  for (const LayerKind kind : kAllLayerKinds) {
    const Subject subject(silu_problem(kind, 3));
    const std::vector<Claim> claims = vacuity_of(subject, textbook_gradient(subject.problem));
    EXPECT_EQ(claims.size(), subject.problem.network.parameters.blocks().size());
    for (const Claim& claim : claims) EXPECT_TRUE(claim.holds) << claim.claim << ", " << claim.subject;
  }
}

TEST(Vacuity, of_biases_that_do_nothing_is_zero_by_construction_and_fails_when_it_is_not) {
  const Subject subject(silu_problem(LayerKind::kBatchNorm, 4));
  Tangent gradient = textbook_gradient(subject.problem);
  const auto biases = [&] { return vacuity_of(subject, gradient).at(1); };
  EXPECT_EQ(biases().claim, "zero by construction");
  EXPECT_EQ(biases().subject, "layer 1 biases");
  EXPECT_TRUE(biases().holds);
  gradient.values({0, BlockRole::kBias})[0] += 1e-9;
  EXPECT_FALSE(biases().holds);
  gradient.values({0, BlockRole::kBias})[0] = std::nan("");
  EXPECT_FALSE(biases().holds);
}

TEST(Vacuity, names_the_layer_whose_factors_are_zero) {
  for (const LayerKind kind : {LayerKind::kDense, LayerKind::kBatchNorm}) {
    Problem problem = silu_problem(kind, 5);
    const std::size_t next = 1;
    for (const BlockRole role : {BlockRole::kWeight, BlockRole::kScale}) {
      for (double& w : problem.network.parameters.values(next, role)) w = 0.0;
    }
    const Subject subject(problem);
    Certificate certificate;
    describe_gradient(subject, textbook_gradient(problem), certificate);
    EXPECT_NE(certificate.groups[0].explanation.find("of layer 2 are 0: nothing flows back"), std::string::npos)
        << certificate.groups[0].explanation;
  }
}

// An engine that would be the textbook in float.
EngineComparison comparison_of(const Problem& problem) {
  EngineComparison comparison{"f32", "test", problem, {}, {}, {}};
  const auto right = textbook::backward(problem.network, forward_pass(problem), problem.targets(), problem.masks);
  comparison.textbook = Tangent(right.parameters, problem.num_layers());
  comparison.engine = comparison.textbook;
  comparison.rounding = rounding_error(problem, kFloatArithmetic, ForwardErrors::kCounted);
  return comparison;
}

TEST(EngineClaims, allow_rounding_in_every_group_and_nothing_more) {
  for (const LayerKind kind : kAllLayerKinds) {
    const EngineComparison comparison = comparison_of(silu_problem(kind, 6));
    EXPECT_TRUE(judge_engine(comparison, comparison.engine).holds);
    for (const Group& group : comparison.engine.groups()) {
      const double deviation = norm(comparison.rounding.gradient.values(group));
      ASSERT_GT(deviation, 0.0) << group_name(group);
      Tangent wrong = comparison.engine;
      double& first = wrong.values(group)[0];
      const double before = first;
      first = before + 0.9 * kSigmas * deviation;
      EXPECT_TRUE(judge_engine(comparison, wrong).holds) << group_name(group);
      first = before + 1.1 * kSigmas * deviation;
      const Claim claim = judge_engine(comparison, wrong);
      EXPECT_FALSE(claim.holds) << group_name(group);
      EXPECT_NE(claim.method.find(group_name(group)), std::string::npos) << claim.method;
    }
  }
}

TEST(EngineMasks, are_rows_of_the_dropout_stream_for_the_layers_that_have_it) {
  NetworkSpec spec{.num_inputs = 2, .layers = {{.units = 5, .dropout = 0.5}, {.units = 4}, {.units = 2}}};
  EXPECT_TRUE(engine_masks({.num_inputs = 2, .layers = {{.units = 2}}}, 1, 1, 3, false).empty());
  const auto masks = engine_masks(spec, 1, 1, 3, false);
  ASSERT_EQ(masks.size(), 3U);
  EXPECT_EQ(masks[0].rows(), 3U);
  EXPECT_TRUE(masks[1].empty());
  for (const double factor : masks[0].span()) EXPECT_TRUE(factor == 0.0 || factor == 2.0) << factor;
  spec.layers[0].dropout = 0.3;
  const auto in_float = engine_masks(spec, 1, 1, 3, true);
  for (const double factor : in_float[0].span()) {
    EXPECT_TRUE(factor == 0.0 || factor == static_cast<float>(1.0 / 0.7)) << factor;
  }
}

double step_of(OptimizerKind kind, const RuleInput& input, std::uint64_t step) {
  OptimizerOptions options{.kind = kind};
  options.epsilon = 0.0;
  return reference_step(make_constants(options, false), {.learning_rate = 0.1, .step = step}, input) - input.w;
}

TEST(OptimizerRules, take_the_first_steps_of_their_papers) {
  for (const double g : {-3.0, 0.5}) {
    const double sign = g > 0.0 ? 1.0 : -1.0;
    const RuleInput input{.w = 2.0, .g = g};
    EXPECT_NEAR(step_of(OptimizerKind::kSgd, input, 1), -0.1 * g, 1e-15);
    EXPECT_NEAR(step_of(OptimizerKind::kMomentum, input, 1), -0.1 * g, 1e-15);
    EXPECT_NEAR(step_of(OptimizerKind::kNesterov, input, 1), -0.19 * g, 1e-15);
    // The corrections make Adam's first step as long as the rate, whatever the gradient's size.
    EXPECT_NEAR(step_of(OptimizerKind::kAdam, input, 1), -0.1 * sign, 1e-14);
    EXPECT_NEAR(step_of(OptimizerKind::kRmsProp, input, 1), -0.1 * sign / std::sqrt(0.1), 1e-14);
    EXPECT_NEAR(step_of(OptimizerKind::kAdagrad, input, 1), -0.1 * sign, 1e-15);
  }
}

TEST(OptimizerRules, decay_weights_alone_and_keep_what_they_have_gathered) {
  OptimizerOptions options{.kind = OptimizerKind::kAdamW, .weight_decay = 0.5};
  const RuleConstants constants = make_constants(options, false);
  const StepOptions step{.learning_rate = 0.1, .step = 1};
  const RuleInput weight{.w = 2.0, .g = 1.0, .decays = true};
  RuleInput bias = weight;
  bias.decays = false;
  EXPECT_NEAR(reference_step(constants, step, bias) - reference_step(constants, step, weight), 0.1 * 0.5 * 2.0, 1e-15);
  EXPECT_NEAR(step_of(OptimizerKind::kMomentum, {.g = 1.0, .slots = {4.0}}, 9), -0.1 * (0.9 * 4.0 + 1.0), 1e-15);
  EXPECT_NEAR(step_of(OptimizerKind::kAdagrad, {.g = 3.0, .slots = {16.0}}, 9), -0.1 * 3.0 / 5.0, 1e-15);
}

TEST(OptimizerRules, round_the_constants_that_an_engine_in_float_multiplies_by) {
  const RuleConstants constants = make_constants({.beta1 = 0.9}, true);
  EXPECT_EQ(constants.rounded.beta1, static_cast<double>(0.9F));
  EXPECT_EQ(constants.given.beta1, 0.9);
  EXPECT_EQ(clip_factor(5.0, 0.0), 1.0);
  EXPECT_EQ(clip_factor(5.0, 10.0), 1.0);
  EXPECT_EQ(clip_factor(5.0, 2.0), 0.4);
}

TEST(WorkPool, runs_every_piece_once_on_any_number_of_threads_and_reports_all_of_it) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    Work work;
    std::vector<std::atomic<int>> runs(40);
    for (std::size_t i = 0; i < runs.size(); ++i) work.add("piece", static_cast<double>(i), [&runs, i] { ++runs[i]; });
    double last = 0.0;
    work.run(threads, [&last](double done, std::string_view) {
      EXPECT_GE(done, last);
      last = done;
    });
    for (const auto& count : runs) EXPECT_EQ(count, 1);
    EXPECT_DOUBLE_EQ(last, 1.0);
    work.run(threads, {});
    for (const auto& count : runs) EXPECT_EQ(count, 1) << "a pool forgets what it has run";
  }
}

TEST(WorkPool, passes_the_first_failure_on_and_stops) {
  Work work;
  std::atomic<int> runs{0};
  work.add("first", 2.0, [] { throw std::runtime_error("broken"); });
  for (int i = 0; i < 10; ++i) work.add("later", 1.0, [&runs] { ++runs; });
  EXPECT_THROW(work.run(1, {}), std::runtime_error);
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace gradus::verification
