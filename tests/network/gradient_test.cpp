// The textbook's gradients against central differences of its loss, for every activation and loss, and proof that the
// comparison notices wrong ones.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "network/random_case.hpp"

namespace gradus {
namespace {

using test::CaseOptions;
using test::make_random_case;
using test::RandomCase;
using test::Task;

// Error of the differences: about 1e-12 absolute; 1e-7 of the gradient's norm is what the project promises.
constexpr double kTolerance = 1e-7;

textbook::Gradients<double> analytic_gradients(const RandomCase& c) {
  return textbook::backward(c.network, textbook::forward(c.network, c.x.view(), c.masks), c.targets(), c.masks);
}

// Tries seeds until the steps cross no kink and the gradient does not vanish, then compares.
void expect_gradients_agree(const CaseOptions& options, std::uint64_t first_seed) {
  for (std::uint64_t seed = first_seed; seed < first_seed + 30; ++seed) {
    const RandomCase c = make_random_case(options, seed);
    const auto numeric = central_differences(c);
    if (numeric.crossed) continue;
    const auto analytic = analytic_gradients(c);
    // A dead layer, or a focal loss that is content: differences of nothing prove nothing.
    const bool dead =
        std::ranges::all_of(numeric.gradients.inputs.span(), [](double g) { return std::fabs(g) < 1e-5; });
    if (dead) continue;
    EXPECT_LE(test::relative_difference(analytic, numeric.gradients), kTolerance) << c.name;
    return;
  }
  ADD_FAILURE() << "no case away from kinks in 30 seeds";
}

class Gradients : public testing::TestWithParam<ActivationKind> {};

TEST_P(Gradients, agree_with_central_differences_for_every_loss_and_depth) {
  for (const Task task : test::kAllTasks) {
    for (std::size_t depth = 1; depth <= 4; ++depth) {
      expect_gradients_agree({.task = task, .activation = GetParam(), .depth = depth}, 100 * depth);
    }
  }
}

TEST_P(Gradients, agree_with_penalties_sample_weights_and_dropout) {
  for (const Task task : test::kAllTasks) {
    for (int bits = 1; bits < 8; ++bits) {
      expect_gradients_agree({.task = task,
                              .activation = GetParam(),
                              .depth = 2,
                              .penalties = (bits & 1) != 0,
                              .sample_weights = (bits & 2) != 0,
                              .dropout = (bits & 4) != 0},
                             1000u + 100u * static_cast<unsigned>(bits));
    }
  }
}

TEST_P(Gradients, agree_for_every_kind_of_layer_and_for_mixtures) {
  std::vector<std::optional<LayerKind>> kinds(kAllLayerKinds.begin(), kAllLayerKinds.end());
  kinds.emplace_back(std::nullopt);
  std::uint64_t seed = 2000;
  for (const std::optional<LayerKind>& kind : kinds) {
    for (const Task task : test::kAllTasks) {
      CaseOptions options{.task = task, .activation = GetParam(), .depth = kind ? 3U : 4U, .kind = kind};
      options.penalties = options.sample_weights = options.dropout = seed % 2 == 0;
      expect_gradients_agree(options, ++seed);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(activations, Gradients, testing::ValuesIn(kAllActivations),
                         [](const auto& test) { return std::string(activation_name(test.param)); });

// The floors of s0, s1, s3 and s4 change what is reported, not the gradient.
TEST(GradientsWithFloors, are_those_of_the_exact_loss) {
  for (const Task task : {Task::kSoftmax, Task::kSigmoidOneHot, Task::kSigmoidMultiLabel}) {
    for (const FloorKind floor : {FloorKind::kAdd, FloorKind::kClip}) {
      const RandomCase exact = make_random_case({.task = task}, 7);
      RandomCase floored = exact;
      floored.network.spec.loss.floor_kind = floor;
      floored.network.spec.loss.floor = 0.3;  // above many p: the reported loss must differ
      EXPECT_LE(test::relative_difference(analytic_gradients(floored), central_differences(exact).gradients),
                kTolerance);
      EXPECT_NE(textbook::objective(floored.network, floored.x.view(), floored.targets()),
                textbook::objective(exact.network, exact.x.view(), exact.targets()));
    }
  }
}

TEST(GradientsWithFloors, through_the_floor_differ_from_p_minus_y) {
  const RandomCase c = make_random_case({.task = Task::kSigmoidFloored}, 3);
  RandomCase plain = c;
  plain.network.spec.loss.gradient_through_floor = false;
  EXPECT_GT(test::relative_difference(analytic_gradients(plain), central_differences(c).gradients), 1e-5);
}

// Each mutant is a fault that has happened in somebody's trainer. A comparison that lets one pass is worth nothing.
TEST(GradientComparison, catches_wrong_gradients) {
  using Mutant = std::function<void(const RandomCase&, textbook::Gradients<double>&)>;
  const std::pair<const char*, Mutant> mutants[] = {
      {"one weight off by 1e-5 of the norm", [](const RandomCase&, auto& g) { g.parameters.weights(0)(0, 0) += 1e-5; }},
      {"sign of one layer",
       [](const RandomCase&, auto& g) {
         for (double& v : g.parameters.weights(1).span()) v = -v;
       }},
      {"sum instead of mean",
       [](const RandomCase& c, auto& g) {
         for (std::size_t l = 0; l < c.network.spec.layers.size(); ++l) {
           for (double& v : g.parameters.weights(l).span()) v *= static_cast<double>(c.x.rows());
         }
       }},
      {"bias forgotten", [](const RandomCase&, auto& g) { std::ranges::fill(g.parameters.biases(0), 0.0); }},
      {"l2 counted once",
       [](const RandomCase& c, auto& g) {
         for (std::size_t i = 0; i < g.parameters.weights(0).size(); ++i) {
           g.parameters.weights(0).data()[i] -= c.network.spec.layers[0].l2 * c.network.weights(0).data()[i];
         }
       }},
      {"inputs' gradient of one sample", [](const RandomCase&, auto& g) { g.inputs(0, 0) *= 1.001; }},
      {"NaN", [](const RandomCase&, auto& g) { g.inputs(0, 0) = std::nan(""); }},
  };
  RandomCase c = make_random_case({.penalties = true}, 4);
  for (std::uint64_t seed = 4; c.x.rows() < 2; ++seed) c = make_random_case({.penalties = true}, seed);
  const auto numeric = central_differences(c);
  ASSERT_FALSE(numeric.crossed);
  ASSERT_LE(test::relative_difference(analytic_gradients(c), numeric.gradients), kTolerance);
  for (const auto& [name, mutate] : mutants) {
    auto wrong = analytic_gradients(c);
    mutate(c, wrong);
    EXPECT_GT(test::relative_difference(wrong, numeric.gradients), kTolerance) << name;
  }
}

TEST(GradientComparison, refuses_to_compare_zero_with_zero) {
  const RandomCase c = make_random_case({}, 1);
  const auto zero = textbook::make_gradients(c.network, c.x.rows());
  EXPECT_TRUE(std::isinf(test::relative_difference(zero, zero)));
}

}  // namespace
}  // namespace gradus
