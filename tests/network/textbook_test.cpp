// The textbook's two formulations against each other, its order of operations, and its door.
// SPDX-License-Identifier: Apache-2.0
#include "network/textbook.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "gradus/core/error.hpp"
#include "network/random_case.hpp"

namespace gradus {
namespace {

using test::CaseOptions;
using test::make_random_case;
using test::RandomCase;
using test::Task;

template <class T>
bool same_bits(std::span<const T> a, std::span<const T> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

template <class T>
Matrix<T> converted(const Matrix<double>& from) {
  Matrix<T> to(from.rows(), from.cols());
  for (std::size_t i = 0; i < from.size(); ++i) to.data()[i] = static_cast<T>(from.data()[i]);
  return to;
}

template <class T>
void expect_formulations_give_the_same_bits(const RandomCase& c) {
  const Network<T> network = network_cast<T>(c.network);
  const Matrix<T> x = converted<T>(c.x);
  const Matrix<T> values = converted<T>(c.values);
  const std::vector<T> weights(c.weights.begin(), c.weights.end());
  textbook::DropoutMasks<T> masks;
  for (const auto& mask : c.masks) masks.push_back(converted<T>(mask));
  const BatchTargets<T> targets{c.labels, values.view(), weights};
  const auto batch = textbook::backward(network, textbook::forward(network, x.view(), masks), targets, masks);
  const auto samples = textbook::backward_by_samples(network, x.view(), targets, masks);
  for (std::size_t l = 0; l < network.spec.layers.size(); ++l) {
    EXPECT_TRUE(same_bits<T>(batch.parameters.weights(l).span(), samples.parameters.weights(l).span())) << c.name;
    EXPECT_TRUE(same_bits<T>(batch.parameters.biases(l), samples.parameters.biases(l))) << c.name;
  }
  EXPECT_TRUE(same_bits<T>(batch.inputs.span(), samples.inputs.span())) << c.name;
}

TEST(Textbook, per_sample_and_batch_give_the_same_bits) {
  for (const ActivationKind activation : kAllActivations) {
    for (const Task task : test::kAllTasks) {
      CaseOptions options{.task = task, .activation = activation, .depth = 3, .penalties = true};
      options.sample_weights = options.dropout = true;
      const RandomCase c = make_random_case(options, 20);
      expect_formulations_give_the_same_bits<double>(c);
      expect_formulations_give_the_same_bits<float>(c);
    }
  }
}

TEST(Textbook, forward_of_a_sample_is_its_row_of_the_batch) {
  const RandomCase c = make_random_case({.depth = 3, .dropout = true}, 21);
  const auto pass = textbook::forward(c.network, c.x.view(), c.masks);
  for (std::size_t b = 0; b < c.x.rows(); ++b) {
    const auto sample =
        textbook::forward(c.network, c.x.view().row_range(b, 1), textbook::masks_of_row<double>(c.masks, b));
    EXPECT_TRUE(same_bits<double>(sample.outputs.span(), pass.outputs.row(b)));
    EXPECT_TRUE(same_bits<double>(sample.h[0].span(), pass.h[0].row(b)));
  }
}

TEST(Textbook, a_product_is_one_chain_of_fused_multiply_adds_and_the_bias_comes_last) {
  // 1 + 2^-30 squared needs 61 bits: fused and unfused chains differ, and so does a chain that starts at the bias.
  const double a = 1.0 + 0x1p-30;
  Matrix<double> x(1, 2);
  x(0, 0) = x(0, 1) = a;
  Network<double> network({.num_inputs = 2,
                           .layers = {{.units = 1}},
                           .output = OutputKind::kLinear,
                           .loss = {.kind = LossKind::kMeanSquaredError}});
  network.weights(0)(0, 0) = a;
  network.weights(0)(1, 0) = -a;
  network.biases(0)[0] = 0x1p-80;
  const double z = textbook::forward(network, x.view()).logits()(0, 0);
  EXPECT_EQ(z, std::fma(a, -a, a * a) + 0x1p-80);
  EXPECT_NE(z, a * -a + a * a + 0x1p-80);
}

TEST(Textbook, weighted_losses_are_weighted_means_and_equal_weights_change_nothing) {
  RandomCase c = make_random_case({.depth = 2}, 22);
  for (std::uint64_t seed = 23; c.x.rows() < 3; ++seed) c = make_random_case({.depth = 2}, seed);
  const auto pass = textbook::forward(c.network, c.x.view());
  const std::vector<double> rows = textbook::losses(c.network, pass, c.targets());
  double mean = 0.0;
  for (const double row : rows) mean += row / static_cast<double>(rows.size());
  EXPECT_NEAR(textbook::loss_mean(c.network, pass, c.targets()), mean, 1e-15);
  c.weights.assign(rows.size(), 0.0);
  c.weights[1] = 5.0;
  EXPECT_DOUBLE_EQ(textbook::loss_mean(c.network, pass, c.targets()), rows[1]);
  c.weights[1] = 0.0;
  EXPECT_EQ(textbook::loss_mean(c.network, pass, c.targets()), 0.0);
  const auto gradients = textbook::backward(c.network, pass, c.targets());
  for (const double g : gradients.inputs.span()) EXPECT_EQ(g, 0.0);
}

TEST(Textbook, softmax_and_losses_stay_finite_for_huge_logits) {
  const std::vector<double> z = {1e4, -1e4, 0.0};
  std::vector<double> p(3);
  textbook::softmax<double>(z, p);
  EXPECT_EQ(p, (std::vector<double>{1.0, 0.0, 0.0}));
  EXPECT_EQ(textbook::cross_entropy_row<double>({}, z, p, 1), 2e4);
  EXPECT_EQ(textbook::cross_entropy_row<double>({}, z, p, 0), 0.0);
  EXPECT_EQ(textbook::binary_cross_entropy<double>({}, 1e4, 1.0, 0.0), 1e4);
  EXPECT_EQ(textbook::binary_cross_entropy<double>({}, 1e4, 1.0, 1.0), 0.0);
}

TEST(Textbook, floors_are_those_of_the_studies) {
  const std::vector<double> z = {0.0, 0.0};
  const std::vector<double> p = {0.0, 1.0};
  const Loss add{.floor_kind = FloorKind::kAdd, .floor = 1e-6};
  EXPECT_NEAR(textbook::cross_entropy_row<double>(add, z, p, 0), -std::log(1e-6), 1e-14);
  EXPECT_NEAR(textbook::cross_entropy_row<double>(add, z, p, 1), -std::log(1.0 + 1e-6), 1e-14);
  const Loss clip{.floor_kind = FloorKind::kClip, .floor = 1e-10};
  EXPECT_NEAR(textbook::cross_entropy_row<double>(clip, z, p, 0), -std::log(1e-10), 1e-14);
  EXPECT_NEAR(textbook::cross_entropy_row<double>(clip, z, p, 1), -std::log(1.0 - 1e-10), 1e-20);
  // s2: -y log(p + 1e-8) - (1 - y) log(1 - p + 1e-8).
  const Loss s2{.kind = LossKind::kBinaryCrossEntropy, .floor_kind = FloorKind::kAdd, .floor = 1e-8};
  EXPECT_NEAR(textbook::binary_cross_entropy<double>(s2, 0.0, 1.0, 0.0), -std::log(1e-8), 1e-14);
  EXPECT_NEAR(textbook::binary_cross_entropy<double>(s2, 0.0, 0.25, 1.0), -std::log(0.25 + 1e-8), 1e-15);
}

TEST(Textbook, smoothed_targets_by_hand) {
  const std::vector<double> z = {0.3, -1.0, 2.0};
  std::vector<double> p(3);
  std::vector<double> dz(3);
  textbook::softmax<double>(z, p);
  const std::vector<std::int32_t> labels = {2};
  const Loss loss{.label_smoothing = 0.3};
  const BatchTargets<double> targets{labels, {}, {}};
  EXPECT_NEAR(textbook::loss_row<double>(loss, z, p, targets, 0),
              -0.1 * std::log(p[0]) - 0.1 * std::log(p[1]) - 0.8 * std::log(p[2]), 1e-15);
  textbook::loss_gradient_row<double>(loss, z, p, targets, 0, 2.0, dz);
  EXPECT_NEAR(dz[0], 2.0 * (p[0] - 0.1), 1e-15);
  EXPECT_NEAR(dz[2], 2.0 * (p[2] - 0.8), 1e-15);
  const Loss binary{.kind = LossKind::kBinaryCrossEntropy, .label_smoothing = 0.3};
  for (double& value : p) value = 0.25;
  textbook::loss_gradient_row<double>(binary, z, p, targets, 0, 1.0, dz);
  EXPECT_NEAR(dz[0], 0.25 - 0.15, 1e-15);
  EXPECT_NEAR(dz[2], 0.25 - 0.85, 1e-15);
}

TEST(Textbook, pinball_loss_by_hand) {
  const std::vector<double> p = {3.0, -1.0, 2.0};
  const double targets_of_row[] = {1.0, 0.0, 2.0};
  const BatchTargets<double> targets{{}, {targets_of_row, 1, 3}, {}};
  const Loss loss{.kind = LossKind::kQuantile, .quantile = 0.9};
  EXPECT_NEAR(textbook::loss_row<double>(loss, p, p, targets, 0), (0.1 * 2.0 + 0.9 * 1.0 + 0.0) / 3.0, 1e-15);
  std::vector<double> dz(3);
  textbook::loss_gradient_row<double>(loss, p, p, targets, 0, 3.0, dz);
  EXPECT_NEAR(dz[0], 0.1, 1e-15);
  EXPECT_NEAR(dz[1], -0.9, 1e-15);
  EXPECT_EQ(dz[2], 0.0);
}

// Flags of the table and what loss_kinks() says agree.
TEST(Textbook, kinks_of_losses_are_where_the_gradient_jumps) {
  for (const LossKind kind : kAllLosses) {
    Loss loss{.kind = kind};
    EXPECT_EQ(!loss_kinks(loss).empty(), loss_facts(kind).has_kinks) << loss_name(kind);
  }
  EXPECT_EQ(loss_kinks({.kind = LossKind::kHuber, .huber_delta = 0.25}), (std::vector<double>{-0.25, 0.25}));
  EXPECT_EQ(loss_kinks({.kind = LossKind::kQuantile}), (std::vector<double>{0.0}));
}

TEST(Textbook, focal_loss_is_its_formula_and_at_gamma_0_cross_entropy) {
  const std::vector<double> z = {0.3, -1.0, 2.0};
  std::vector<double> p(3);
  std::vector<double> dz(3);
  std::vector<double> expected(3);
  textbook::softmax<double>(z, p);
  for (const std::int32_t label : {0, 1, 2}) {
    const std::vector<std::int32_t> labels = {label};
    const BatchTargets<double> targets{labels, {}, {}};
    const double q = p[static_cast<std::size_t>(label)];
    const Loss focal{.kind = LossKind::kFocal, .focal_gamma = 2.0};
    EXPECT_NEAR(textbook::loss_row<double>(focal, z, p, targets, 0), -(1 - q) * (1 - q) * std::log(q), 1e-14);
    const Loss zero{.kind = LossKind::kFocal, .focal_gamma = 0.0};
    EXPECT_NEAR(textbook::loss_row<double>(zero, z, p, targets, 0), -std::log(q), 1e-14);
    textbook::loss_gradient_row<double>(zero, z, p, targets, 0, 1.0, dz);
    textbook::loss_gradient_row<double>({}, z, p, targets, 0, 1.0, expected);
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(dz[k], expected[k], 1e-14);
    const Loss binary{.kind = LossKind::kBinaryFocal, .focal_gamma = 0.0};
    textbook::output_row<double>(OutputKind::kSigmoid, z, p);
    textbook::loss_gradient_row<double>(binary, z, p, targets, 0, 1.0, dz);
    textbook::loss_gradient_row<double>({.kind = LossKind::kBinaryCrossEntropy}, z, p, targets, 0, 1.0, expected);
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(dz[k], expected[k], 1e-14);
    textbook::softmax<double>(z, p);
  }
}

TEST(Textbook, focal_loss_stays_finite_for_huge_logits) {
  const std::vector<double> z = {700.0, -700.0};
  std::vector<double> p(2);
  textbook::softmax<double>(z, p);
  for (const double gamma : {0.0, 0.5, 2.0}) {
    const Loss focal{.kind = LossKind::kFocal, .focal_gamma = gamma};
    for (const std::int32_t label : {0, 1}) {
      const std::vector<std::int32_t> labels = {label};
      std::vector<double> dz(2);
      const BatchTargets<double> targets{labels, {}, {}};
      const double value = textbook::loss_row<double>(focal, z, p, targets, 0);
      textbook::loss_gradient_row<double>(focal, z, p, targets, 0, 1.0, dz);
      EXPECT_TRUE(std::isfinite(value));
      if (label == 1) {
        EXPECT_DOUBLE_EQ(value, 1400.0);
        EXPECT_DOUBLE_EQ(dz[1], -1.0);
      }
      EXPECT_TRUE(std::isfinite(dz[0]));
      EXPECT_DOUBLE_EQ(dz[0] + dz[1], 0.0);
    }
  }
}

TEST(Textbook, poisson_loss_by_hand_and_only_for_counts) {
  NetworkSpec spec{.num_inputs = 1, .layers = {{.units = 2}}, .output = OutputKind::kExp};
  spec.loss.kind = LossKind::kPoisson;
  Network<double> network(spec);
  network.biases(0)[0] = 0.5;
  network.biases(0)[1] = -1.0;
  const Matrix<double> x(1, 1);
  double y[] = {3.0, 0.0};
  const BatchTargets<double> targets{{}, {y, 1, 2}, {}};
  const auto pass = textbook::forward(network, x.view());
  EXPECT_NEAR(pass.outputs(0, 1), std::exp(-1.0), 1e-15);
  EXPECT_NEAR(textbook::loss_mean(network, pass, targets), (std::exp(0.5) - 3.0 * 0.5 + std::exp(-1.0)) / 2.0, 1e-15);
  const auto gradients = textbook::backward(network, pass, targets);
  EXPECT_NEAR(gradients.parameters.biases(0)[0], (std::exp(0.5) - 3.0) / 2.0, 1e-15);
  EXPECT_NEAR(gradients.parameters.biases(0)[1], std::exp(-1.0) / 2.0, 1e-15);
  y[1] = -1.0;
  try {
    textbook::backward(network, pass, targets);
    FAIL() << "a negative count was taken";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "target of row 1: expected 0 or more with the loss poisson, found -1; choose another loss");
  }
}

TEST(Textbook, nan_passes_through_every_activation) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const ActivationKind kind : kAllActivations) {
    EXPECT_TRUE(std::isnan(textbook::activate(make_activation(kind), nan))) << activation_name(kind);
  }
  EXPECT_FALSE(std::signbit(textbook::activate(make_activation(ActivationKind::kRelu), -0.0)));
  EXPECT_EQ(textbook::activate_backward(make_activation(ActivationKind::kRelu), 0.0, 0.0, 1.0), 0.0);
}

TEST(Textbook, penalty_is_the_elastic_net_without_biases) {
  NetworkSpec spec{.num_inputs = 2, .layers = {{.units = 2, .l1 = 0.5, .l2 = 0.25}}};
  Network<double> network(spec);
  for (std::size_t i = 0; i < 4; ++i) network.weights(0).data()[i] = i % 2 == 0 ? 2.0 : -1.0;
  network.biases(0)[0] = 100.0;
  EXPECT_EQ(textbook::penalty(network), 0.5 * 6.0 + 0.25 * 10.0);
  Parameters<double> gradients(network.parameters.layout());
  network.weights(0)(0, 0) = 0.0;
  textbook::add_penalty_gradients(network, gradients);
  EXPECT_EQ(gradients.weights(0)(0, 0), 0.0);
  EXPECT_EQ(gradients.weights(0)(0, 1), -0.5 - 0.5);
  EXPECT_EQ(gradients.weights(0)(1, 0), 0.5 + 1.0);
  EXPECT_EQ(gradients.biases(0)[0], 0.0);
}

TEST(Textbook, linear_outputs_learn_labels_as_values_of_0_and_1) {
  RandomCase c = make_random_case({.task = Task::kMse, .depth = 2}, 31);
  const auto pass = textbook::forward(c.network, c.x.view());
  const std::size_t num_outputs = c.network.spec.num_outputs();
  std::vector<std::int32_t> labels;
  Matrix<double> values(c.x.rows(), num_outputs);
  for (std::size_t b = 0; b < c.x.rows(); ++b) {
    labels.push_back(static_cast<std::int32_t>(b % std::max<std::size_t>(2, num_outputs)));
    for (std::size_t k = 0; k < num_outputs; ++k) {
      values(b, k) = num_outputs == 1 ? labels[b] : (labels[b] == static_cast<std::int32_t>(k) ? 1.0 : 0.0);
    }
  }
  const auto by_label = textbook::backward(c.network, pass, {labels, {}, {}});
  const auto by_value = textbook::backward(c.network, pass, {{}, values.view(), {}});
  for_each_block(by_value.parameters, [&](const ParameterBlock& block, std::span<const double> expected) {
    EXPECT_TRUE(std::ranges::equal(by_label.parameters.values(block), expected)) << block.name;
  });
}

TEST(Textbook, rejects_what_does_not_fit) {
  const RandomCase c = make_random_case({.depth = 2}, 30);
  const auto pass = textbook::forward(c.network, c.x.view());
  const std::size_t rows = c.x.rows();
  const Matrix<double> wide(rows, c.x.cols() + 1);
  EXPECT_THROW(textbook::forward(c.network, wide.view()), InputError);
  EXPECT_THROW(textbook::forward(c.network, Matrix<double>(0, c.x.cols()).view()), InputError);
  EXPECT_THROW(textbook::forward(c.network, c.x.view(), {Matrix<double>(rows, 1)}), InputError);
  const auto k = static_cast<std::int32_t>(c.network.spec.num_outputs());
  for (const std::int32_t bad : {-1, k, std::numeric_limits<std::int32_t>::max()}) {
    std::vector<std::int32_t> labels(rows, 0);
    labels.back() = bad;
    EXPECT_THROW(textbook::backward(c.network, pass, {labels, {}, {}}), InputError);
  }
  const std::vector<std::int32_t> few(rows + 1, 0);
  EXPECT_THROW(textbook::backward(c.network, pass, {few, {}, {}}), InputError);
  EXPECT_THROW(textbook::losses(c.network, pass, {}), InputError);
  std::vector<double> weights(rows, 1.0);
  weights[0] = -1.0;
  EXPECT_THROW(textbook::losses(c.network, pass, {c.labels, {}, weights}), InputError);
  weights[0] = std::nan("");
  EXPECT_THROW(textbook::losses(c.network, pass, {c.labels, {}, weights}), InputError);
}

TEST(Textbook, single_sigmoid_output_takes_labels_0_and_1) {
  RandomCase c = make_random_case({.task = Task::kSigmoidSingle}, 31);
  const auto pass = textbook::forward(c.network, c.x.view());
  c.labels.assign(c.x.rows(), 1);
  const std::vector<double> losses = textbook::losses(c.network, pass, c.targets());
  for (std::size_t b = 0; b < losses.size(); ++b) EXPECT_NEAR(losses[b], -std::log(pass.outputs(b, 0)), 1e-12);
  c.labels[0] = 2;
  EXPECT_THROW(textbook::losses(c.network, pass, c.targets()), InputError);
}

}  // namespace
}  // namespace gradus
