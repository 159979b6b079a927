// Groups and tangents: names, order, what is set, and products across layouts.
// SPDX-License-Identifier: Apache-2.0
#include "verification/tangent.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "verification/random_problem.hpp"

namespace gradus::verification {
namespace {

Problem normalized_problem() {
  return test::make_problem_from(test::make_random_case({.depth = 2, .kind = LayerKind::kBatchNorm}, 1));
}

TEST(Groups, are_the_blocks_of_each_layer_and_its_inputs) {
  std::vector<std::string> names;
  for (const Group& group : all_groups(normalized_problem())) names.push_back(group_name(group));
  EXPECT_EQ(names, (std::vector<std::string>{"layer 1 weights", "layer 1 biases", "layer 1 inputs", "layer 2 scale",
                                             "layer 2 shift", "layer 2 inputs", "layer 3 weights", "layer 3 biases",
                                             "layer 3 inputs"}));
}

TEST(Groups, cover_every_parameter_of_every_kind_of_layer_once) {
  for (const LayerKind kind : kAllLayerKinds) {
    const Problem problem = test::make_problem_from(test::make_random_case({.depth = 3, .kind = kind}, 2));
    std::size_t parameters = 0;
    std::size_t inputs = 0;
    for (const Group& group : all_groups(problem)) {
      (group.is_inputs() ? inputs : parameters) += group.is_inputs() ? 1 : group_size(problem, group);
    }
    EXPECT_EQ(parameters, problem.spec().num_parameters()) << layer_kind_name(kind);
    EXPECT_EQ(inputs, problem.num_layers()) << layer_kind_name(kind);
  }
}

TEST(Groups, that_are_independent_move_nothing_twice) {
  const Problem problem = normalized_problem();
  for (const Group& group : independent_groups(problem)) EXPECT_TRUE(!group.is_inputs() || group.layer == 0);
  EXPECT_EQ(independent_groups(problem).size(), all_groups(problem).size() - 2);
}

TEST(Tangents, that_are_not_set_stand_for_zeros) {
  const Problem problem = normalized_problem();
  const Tangent gradient = textbook_gradient(problem);
  Tangent direction = no_motion(problem);
  EXPECT_TRUE(direction.groups().empty());
  EXPECT_EQ(dot(direction, gradient), 0.0);
  const Group scale{1, BlockRole::kScale};
  const std::span<double> d = set_group(problem, scale, direction);
  for (std::size_t i = 0; i < d.size(); ++i) d[i] = static_cast<double>(i + 1);
  ASSERT_EQ(direction.groups(), (std::vector<Group>{scale}));
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    sum += static_cast<double>(i + 1) * gradient.values(scale)[i];
    squares += std::pow(static_cast<double>(i + 1) * gradient.values(scale)[i], 2);
  }
  EXPECT_EQ(dot(direction, gradient), sum);
  EXPECT_DOUBLE_EQ(dot_norm(direction, gradient), std::sqrt(squares));
  EXPECT_GE(dot_magnitude(direction, gradient), std::fabs(sum));
  EXPECT_TRUE(direction.values({0, BlockRole::kWeight}).empty());
  EXPECT_TRUE(direction.values({0, BlockRole::kScale}).empty()) << "no such block";
}

TEST(Tangents, of_a_tail_meet_the_whole_by_their_groups) {
  const Problem problem = normalized_problem();
  const Problem part = tail(problem, forward_pass(problem), 1);
  RandomStream random(1, Purpose::kTest);
  const std::vector<Group> groups = all_groups(part);
  const Tangent direction = random_direction(part, groups, random);
  const Tangent gradient = textbook_gradient(problem);
  double sum = 0.0;
  for (const Group& group : groups) {
    EXPECT_GE(group.layer, 1U);
    for (std::size_t i = 0; i < group_size(problem, group); ++i) {
      sum += direction.values(group)[i] * gradient.values(group)[i];
    }
  }
  EXPECT_EQ(dot(direction, gradient), sum);
}

TEST(Tangents, are_the_same_when_every_number_is) {
  const Problem problem = normalized_problem();
  Tangent a = textbook_gradient(problem);
  const Tangent b = a;
  EXPECT_TRUE(same_numbers(a, b));
  for (const Group& group : a.groups()) {
    double& last = a.values(group).back();
    const double before = last;
    last = std::nextafter(last, 1e9);
    EXPECT_FALSE(same_numbers(a, b)) << group_name(group);
    last = before;
  }
  EXPECT_FALSE(same_numbers(no_motion(problem), b));
}

TEST(Norm, neither_overflows_nor_vanishes) {
  const std::vector<double> tiny = {3e-200, 4e-200};
  const std::vector<double> huge = {3e200, 4e200};
  EXPECT_DOUBLE_EQ(norm(tiny), 5e-200);
  EXPECT_DOUBLE_EQ(norm(huge), 5e200);
  EXPECT_EQ(norm({}), 0.0);
  EXPECT_TRUE(std::isnan(norm(std::vector<double>{1.0, std::nan("")})));
}

}  // namespace
}  // namespace gradus::verification
