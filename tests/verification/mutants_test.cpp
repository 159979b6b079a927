// Each fault alone: the claims about what it spoils fail, what it leaves alone keeps its bits, and a network that
// cannot have it says why.
// SPDX-License-Identifier: Apache-2.0
#include "verification/mutants.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "verification/random_problem.hpp"

namespace gradus::verification {
namespace {

using Names = std::set<std::string>;

// dense - batch norm - residual of the first, with dense layers between: everything that a fault may need.
Problem full_problem() {
  NetworkSpec spec{.num_inputs = 3, .layers = {}};
  const Activation tanh = make_activation(ActivationKind::kTanh);
  spec.layers = {{.units = 4, .activation = tanh, .l2 = 0.01},
                 {.units = 4},
                 {.units = 4, .activation = tanh, .kind = LayerKind::kBatchNorm},
                 {.units = 4, .kind = LayerKind::kResidual, .source = 0},
                 {.units = 3}};
  Problem problem;
  problem.network = Network<double>(spec);
  RandomStream random(3, Purpose::kTest);
  for_each_block(problem.network.parameters, [&random](const ParameterBlock& block, std::span<double> values) {
    const bool is_scale = block.role == BlockRole::kScale;
    for (double& v : values) v = is_scale ? random.uniform(0.5, 1.5) : random.uniform(-1.0, 1.0);
  });
  problem.x = Matrix<double>(6, 3);
  for (double& x : problem.x.span()) x = random.normal();
  problem.labels = {0, 1, 2, 0, 1, 2};
  return problem;
}

Names groups_that_differ(const Problem& problem, const Mutant& mutant) {
  const Tangent right = textbook_gradient(problem);
  const Tangent wrong = faulty_gradient(problem, mutant);
  Names names;
  for (const Group& group : right.groups()) {
    if (!std::ranges::equal(right.values(group), wrong.values(group))) names.insert(group_name(group));
  }
  return names;
}

Names groups_that_fail(const Problem& problem, const Mutant& mutant) {
  const Backward faulty = [&mutant](const Problem& p) { return faulty_gradient(p, mutant); };
  Names names;
  for (const Claim& claim : test::judge_problem(problem, faulty)) {
    if (claim.claim == "exact derivatives" && !claim.holds) names.insert(claim.subject);
  }
  names.erase("everything at once");
  return names;
}

struct FaultCase {
  Fault fault;
  Names spoiled;  // groups whose gradient is wrong
};

// What each fault reaches, worked out by hand: a fault in dZ or in what flows back spoils all that lies behind.
const FaultCase kFaultCases[] = {
    {Fault::kSign, {"layer 1 weights"}},
    {Fault::kMissingMean,
     {"layer 1 weights", "layer 1 biases", "layer 1 inputs", "layer 2 weights", "layer 2 inputs", "layer 3 scale",
      "layer 3 shift", "layer 3 inputs", "layer 4 inputs", "layer 5 weights", "layer 5 biases", "layer 5 inputs"}},
    {Fault::kMissingBias, {"layer 1 biases"}},
    {Fault::kStaleActivation, {"layer 5 weights"}},
    {Fault::kWrongDerivative, {"layer 1 weights", "layer 1 biases", "layer 1 inputs"}},
    {Fault::kDroppedPenalty, {"layer 1 weights"}},
    {Fault::kOffByOneRow, {"layer 1 weights"}},
    {Fault::kConstantStatistics,
     {"layer 1 weights", "layer 1 biases", "layer 1 inputs", "layer 2 weights", "layer 2 biases", "layer 2 inputs",
      "layer 3 inputs"}},
    {Fault::kDroppedResidual, {"layer 1 weights", "layer 1 biases", "layer 1 inputs", "layer 2 inputs"}},
};

TEST(Mutants, spoil_what_they_say_and_nothing_else) {
  const Problem problem = full_problem();
  for (const FaultCase& one : kFaultCases) {
    const Mutant mutant{"", one.fault};
    Names differing = groups_that_differ(problem, mutant);
    // Biases that batch normalisation takes away are rounding, with or without the fault.
    if (!one.spoiled.contains("layer 2 biases")) differing.erase("layer 2 biases");
    EXPECT_EQ(differing, one.spoiled) << static_cast<int>(one.fault);
    EXPECT_EQ(groups_that_fail(problem, mutant), one.spoiled) << static_cast<int>(one.fault);
  }
}

TEST(Mutants, with_running_statistics_are_wrong_nearly_everywhere) {
  const Problem problem = full_problem();
  const Names failing = groups_that_fail(problem, {"", Fault::kRunningStatistics});
  for (const char* group :
       {"layer 5 weights", "layer 3 scale", "layer 3 shift", "layer 2 weights", "layer 1 weights"}) {
    EXPECT_TRUE(failing.contains(group)) << group;
  }
}

TEST(Mutants, of_a_wrong_product_are_wrong_below_it) {
  const Names differing = groups_that_differ(full_problem(), {"", Fault::kTransposedProduct});
  EXPECT_FALSE(differing.contains("layer 5 weights"));
  EXPECT_FALSE(differing.contains("layer 5 biases"));
  EXPECT_TRUE(differing.contains("layer 5 inputs"));
  EXPECT_TRUE(differing.contains("layer 1 weights"));
}

TEST(Mutants, that_skip_rows_leave_them_without_a_gradient) {
  NetworkSpec spec{.num_inputs = 3, .layers = {{.units = 3}}};
  Problem problem = full_problem();
  problem.network = Network<double>(spec);
  initialize(problem.network, 1);
  const Tangent wrong = faulty_gradient(problem, {"", Fault::kLastBatchSkipped});
  const Matrix<double>& dx = wrong.inputs(0);
  EXPECT_GT(norm(dx.row(3)), 0.0);
  EXPECT_EQ(norm(dx.row(4)), 0.0) << "the last quarter of six rows is two";
  EXPECT_EQ(norm(dx.row(5)), 0.0);
}

TEST(Mutants, change_a_gradient_by_the_size_they_say) {
  const Problem problem = full_problem();
  const Group weights{0, BlockRole::kWeight};
  const Tangent right = textbook_gradient(problem);
  const Tangent wrong = faulty_gradient(problem, {"", Fault::kRelativeError, 1e-6});
  for (std::size_t i = 0; i < group_size(problem, weights); ++i) {
    EXPECT_EQ(wrong.values(weights)[i], right.values(weights)[i] * (1.0 + 1e-6));
  }
}

TEST(Mutants, have_names_of_their_own) {
  std::set<std::string_view> names;
  for (const Mutant& mutant : all_mutants()) EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name;
  EXPECT_EQ(names.size(), 15U);
}

TEST(Mutants, all_apply_where_everything_is) {
  const Problem problem = full_problem();
  for (const Mutant& mutant : all_mutants()) EXPECT_EQ(missing_for(mutant, problem), "") << mutant.name;
}

TEST(Mutants, say_what_a_network_lacks) {
  const NetworkSpec spec{.num_inputs = 1,
                         .layers = {{.units = 1}},
                         .output = OutputKind::kLinear,
                         .loss = {.kind = LossKind::kMeanSquaredError}};
  Problem problem;
  problem.network = Network<double>(spec);
  problem.x = Matrix<double>(1, 1);
  problem.values = Matrix<double>(1, 1);
  const Names missing_here = {"missing 1/B",
                              "transposed product",
                              "stale activation",
                              "activation derivative left out",
                              "dropped penalty",
                              "last batch skipped",
                              "off-by-one row",
                              "batch statistics as constants",
                              "running instead of batch statistics",
                              "residual's gradient dropped"};
  for (const Mutant& mutant : all_mutants()) {
    EXPECT_EQ(missing_for(mutant, problem).empty(), !missing_here.contains(std::string(mutant.name))) << mutant.name;
  }
}

TEST(Mutants, do_not_take_biases_that_have_no_gradient) {
  NetworkSpec spec = full_problem().spec();
  spec.layers = {{.units = 4}, {.units = 4, .kind = LayerKind::kBatchNorm}, {.units = 3}};
  Problem problem = full_problem();
  problem.network = Network<double>(spec);
  initialize(problem.network, 4);
  EXPECT_EQ(groups_that_differ(problem, {"", Fault::kMissingBias}), Names{"layer 3 biases"});
}

TEST(Mutants, without_a_fault_are_the_textbook_to_the_bit) {
  for (std::uint64_t seed = 0; seed < 126; ++seed) {
    const Problem problem = test::make_problem_from(test::make_any_case(seed));
    EXPECT_TRUE(same_numbers(faulty_gradient(problem, {"none", Fault::kNone}), textbook_gradient(problem))) << seed;
  }
}

}  // namespace
}  // namespace gradus::verification
