// Problems and parts of them: a tail is the same function of what it holds, directions have the size of what they move,
// and what batch normalisation takes away is known beforehand.
// SPDX-License-Identifier: Apache-2.0
#include "verification/problem.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "verification/kinks.hpp"
#include "verification/random_problem.hpp"

namespace gradus::verification {
namespace {

// Blocks of every kind in turn, then mixtures.
Problem any_problem(std::uint64_t seed) {
  test::CaseOptions options{.activation = kAllActivations[seed % kAllActivations.size()], .depth = 4};
  options.kind = std::nullopt;
  if (seed < kAllLayerKinds.size()) options.kind = kAllLayerKinds[seed];
  options.penalties = seed % 2 == 0;
  options.dropout = seed % 3 == 0;
  return test::make_problem_from(test::make_random_case(options, 300 + seed));
}

TEST(Tails, have_the_value_the_gradient_and_the_slopes_of_the_whole) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Problem problem = any_problem(seed);
    const auto pass = forward_pass(problem);
    const Tangent gradient = textbook_gradient(problem);
    const double value = value_along(problem, no_motion(problem), 0.0);
    RandomStream random(seed, Purpose::kTest, 2);
    for (std::size_t l = 0; l < problem.num_layers(); ++l) {
      const Problem part = tail(problem, pass, l);
      const double penalty = textbook::penalty(problem.network) - textbook::penalty(part.network);
      EXPECT_NEAR(value_along(part, no_motion(part), 0.0) + penalty, value, 1e-14 * std::fabs(value));
      const Tangent own = textbook_gradient(part);
      const std::vector<Group> groups = all_groups(part);
      for (const Group& group : groups) {
        EXPECT_TRUE(std::ranges::equal(own.values(group), gradient.values(group))) << seed << " " << group_name(group);
        const Tangent direction = random_direction(part, {&group, 1}, random);
        const double scale = dot_norm(direction, gradient) + 0.1;  // some are zero by construction
        const double slope = exact_slope(part, direction);
        EXPECT_NEAR(slope, dot(direction, gradient), 1e-12 * scale) << seed << " " << group_name(group);
        // The whole along the same numbers.
        Tangent same = no_motion(problem);
        std::ranges::copy(direction.values(group), set_group(problem, group, same).begin());
        EXPECT_NEAR(exact_slope(problem, same), slope, 1e-12 * scale) << seed << " " << group_name(group);
      }
    }
  }
}

TEST(Tails, of_tails_are_tails_of_the_whole) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Problem problem = any_problem(seed);
    const Problem near = tail(problem, forward_pass(problem), 1);
    const std::size_t last = problem.num_layers() - 1;
    const Problem a = tail(near, forward_pass(near), last);
    const Problem b = tail(problem, forward_pass(problem), last);
    EXPECT_TRUE(same_numbers(textbook_gradient(a), textbook_gradient(b))) << seed;
  }
}

TEST(Tails, hold_no_parameters_of_earlier_layers) {
  const Problem problem = any_problem(0);
  const Problem part = tail(problem, forward_pass(problem), 2);
  EXPECT_TRUE(part.network.weights(0).empty());
  EXPECT_TRUE(part.network.weights(1).empty());
  EXPECT_TRUE(std::ranges::equal(part.network.weights(2).span(), problem.network.weights(2).span()));
}

TEST(Directions, move_every_group_by_its_own_size) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const Problem problem = any_problem(seed);
    RandomStream random(seed, Purpose::kTest, 3);
    const std::vector<Group> groups = all_groups(problem);
    const Tangent direction = random_direction(problem, groups, random);
    EXPECT_EQ(direction.groups(), groups);
    for (const Group& group : groups) {
      double size = std::sqrt(static_cast<double>(group_size(problem, group)));
      if (group == Group{0, std::nullopt}) size = norm(problem.x.span());
      if (!group.is_inputs()) size = norm(problem.network.parameters.values(group.layer, *group.role));
      EXPECT_NEAR(norm(direction.values(group)), size, 1e-12 * size) << group_name(group);
    }
  }
}

TEST(FirstRows, are_a_batch_of_their_own) {
  const Problem problem = any_problem(1);
  ASSERT_GE(problem.x.rows(), 4U);
  const Problem few = first_rows(problem, 3);
  EXPECT_EQ(few.x.rows(), 3U);
  EXPECT_EQ(few.labels.size(), 3U);
  EXPECT_TRUE(std::ranges::equal(few.x.row(2), problem.x.row(2)));
  // Their statistics are their own: the outputs differ from those among all rows.
  EXPECT_FALSE(std::ranges::equal(forward_pass(few).outputs.row(0), forward_pass(problem).outputs.row(0)));
  EXPECT_EQ(first_rows(problem, 100).x.rows(), problem.x.rows());
}

// "dense relu", "norm", "+ 1" (residual of layer 1), each 3 wide, then a dense layer of outputs.
Problem layers_of(const std::vector<std::string>& names) {
  NetworkSpec spec{.num_inputs = 3, .layers = {}};
  for (const std::string& name : names) {
    LayerSpec layer{.units = 3};
    if (name.ends_with("relu")) layer.activation = make_activation(ActivationKind::kRelu);
    if (name.starts_with("norm")) layer.kind = LayerKind::kBatchNorm;
    if (name.starts_with("+")) layer.kind = LayerKind::kResidual, layer.source = std::stoul(name.substr(2)) - 1;
    spec.layers.push_back(layer);
  }
  spec.layers.push_back({.units = 2});
  Problem problem;
  problem.network = Network<double>(spec);
  initialize(problem.network, 5);
  RandomStream random(6, Purpose::kTest);
  for_each_block(problem.network.parameters, [&random](const ParameterBlock&, std::span<double> values) {
    for (double& v : values) v += 0.1 * random.normal();
  });
  problem.x = Matrix<double>(6, 3);
  for (double& x : problem.x.span()) x = random.normal();
  problem.labels = {0, 1, 0, 1, 1, 0};
  return problem;
}

struct RemovedCase {
  std::vector<std::string> layers;
  std::vector<bool> removed;  // by layer, without the last
};

// The rule, and the gradient that it speaks about.
TEST(RemovedShifts, are_those_that_batch_normalisation_takes_away) {
  const RemovedCase cases[] = {
      {{"dense", "norm"}, {true, false}},
      {{"dense relu", "norm"}, {false, false}},
      {{"dense", "dense", "norm relu"}, {true, true, false}},
      {{"norm", "norm"}, {true, false}},
      {{"norm", "dense", "norm"}, {true, true, false}},
      {{"dense relu", "dense", "+ 1", "norm"}, {false, true, true, false}},
      {{"dense", "dense", "+ 1", "norm"}, {true, true, true, false}},
      {{"dense", "norm relu", "+ 1"}, {false, false, false}},
      {{"dense", "dense"}, {false, false}},
  };
  for (const RemovedCase& one : cases) {
    const Problem problem = layers_of(one.layers);
    const Tangent gradient = textbook_gradient(problem);
    for (std::size_t l = 0; l < one.removed.size(); ++l) {
      const std::string where = one.layers[l] + " at " + std::to_string(l);
      EXPECT_EQ(is_shift_removed(problem, l), one.removed[l]) << where;
      for (const BlockRole role : {BlockRole::kBias, BlockRole::kShift}) {
        if (gradient.values({l, role}).empty()) continue;
        EXPECT_EQ(norm(gradient.values({l, role})) < 1e-14, one.removed[l]) << where;
      }
    }
    EXPECT_FALSE(is_shift_removed(problem, problem.num_layers() - 1));
  }
}

TEST(RemovedShifts, are_none_where_dropout_stands_between) {
  Problem problem = layers_of({"dense", "norm"});
  problem.masks.resize(3);
  problem.masks[0] = Matrix<double>(6, 3);
  std::ranges::fill(problem.masks[0].span(), 2.0);
  problem.masks[0](0, 0) = 0.0;
  EXPECT_FALSE(is_shift_removed(problem, 0));
  EXPECT_GT(norm(textbook_gradient(problem).values({0, BlockRole::kBias})), 1e-6);
}

TEST(SmoothPieces, have_the_value_and_the_gradient_of_the_point_for_every_kind_of_layer) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Problem problem = any_problem(seed);
    const Problem smooth = smooth_piece(problem, forward_pass(problem));
    EXPECT_NEAR(value_along(smooth, no_motion(smooth), 0.0), value_along(problem, no_motion(problem), 0.0), 1e-14);
    const Tangent a = textbook_gradient(problem);
    const Tangent b = textbook_gradient(smooth);
    for (const Group& group : independent_groups(problem)) {
      for (std::size_t i = 0; i < group_size(problem, group); ++i) {
        EXPECT_NEAR(a.values(group)[i], b.values(group)[i], 1e-12) << seed << " " << group_name(group);
      }
    }
  }
}

TEST(Kinks, are_counted_when_a_unit_a_weight_or_a_residual_changes_its_side) {
  Problem problem = layers_of({"dense relu"});
  problem.network.spec.layers[1].l1 = 0.1;
  const auto sides = [&problem] { return kink_sides(problem, forward_pass(problem)); };
  const auto before = sides();
  EXPECT_EQ(count_switches(before, before), 0U);
  double& weight = problem.network.weights(1)(0, 0);
  weight = -weight;
  EXPECT_EQ(count_switches(before, sides()), 2U) << "an L1 weight has left one side and entered the other";
  weight = -weight;
  for (double& b : problem.network.biases(0)) b += 100.0;
  const auto after = sides();
  EXPECT_EQ(std::count(after.begin(), after.begin() + 18, true), 18);
}

}  // namespace
}  // namespace gradus::verification
