// SPDX-License-Identifier: Apache-2.0
#include "gradus/network/network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"
#include "network/golden/numpy_initializers_golden.hpp"

namespace gradus {
namespace {

NetworkSpec make_spec(std::vector<std::size_t> widths, std::string_view initializer = "glorot") {
  return make_network_spec(widths, make_activation(ActivationKind::kRelu), OutputKind::kSoftmax,
                           parse_initializer(initializer));
}

TEST(Network, parameter_counts_are_those_of_the_studies) {
  EXPECT_EQ(make_spec({784, 512, 256, 10}).num_parameters(), 535818u);
  EXPECT_EQ(make_spec({784, 600, 600, 10}).num_parameters(), 837610u);
  EXPECT_EQ(make_spec({784, 710, 610, 10}).num_parameters(), 997170u);
  EXPECT_EQ(make_spec({784, 666, 666, 10}).num_parameters(), 973702u);
  EXPECT_EQ(make_spec({784, 500, 500, 10}).num_parameters(), 648010u);
}

TEST(Network, validate_rejects_what_cannot_be_run) {
  using Change = std::function<void(NetworkSpec&)>;
  const std::pair<const char*, Change> changes[] = {
      {"no layer", [](NetworkSpec& s) { s.layers.clear(); }},
      {"no inputs", [](NetworkSpec& s) { s.num_inputs = 0; }},
      {"width 0", [](NetworkSpec& s) { s.layers[0].units = 0; }},
      {"huge width", [](NetworkSpec& s) { s.layers[0].units = std::size_t{1} << 40; }},
      {"softmax over one output", [](NetworkSpec& s) { s.layers[1].units = 1; }},
      {"mse on softmax", [](NetworkSpec& s) { s.loss.kind = LossKind::kMeanSquaredError; }},
      {"cross-entropy on linear", [](NetworkSpec& s) { s.output = OutputKind::kLinear; }},
      {"dropout 1", [](NetworkSpec& s) { s.layers[0].dropout = 1.0; }},
      {"dropout NaN", [](NetworkSpec& s) { s.layers[0].dropout = std::nan(""); }},
      {"dropout on the outputs", [](NetworkSpec& s) { s.layers[1].dropout = 0.5; }},
      {"activation on the outputs",
       [](NetworkSpec& s) { s.layers[1].activation = make_activation(ActivationKind::kTanh); }},
      {"negative l1", [](NetworkSpec& s) { s.layers[0].l1 = -1.0; }},
      {"infinite l2", [](NetworkSpec& s) { s.layers[0].l2 = INFINITY; }},
      {"negative std", [](NetworkSpec& s) { s.layers[0].initializer.std = -1.0; }},
      {"smoothing of 1", [](NetworkSpec& s) { s.loss.label_smoothing = 1.0; }},
      {"smoothing that is no number", [](NetworkSpec& s) { s.loss.label_smoothing = std::nan(""); }},
      {"smoothing of mse",
       [](NetworkSpec& s) {
         s.output = OutputKind::kLinear;
         s.loss = {.kind = LossKind::kMeanSquaredError, .label_smoothing = 0.1};
       }},
      {"quantile 0", [](NetworkSpec& s) { s.loss.quantile = 0.0; }},
      {"quantile 1", [](NetworkSpec& s) { s.loss.quantile = 1.0; }},
      {"negative gamma", [](NetworkSpec& s) { s.loss.focal_gamma = -0.5; }},
      {"floor of a focal loss",
       [](NetworkSpec& s) { s.loss = {.kind = LossKind::kFocal, .floor_kind = FloorKind::kAdd, .floor = 1e-3}; }},
      {"floor 0", [](NetworkSpec& s) { s.loss.floor_kind = FloorKind::kAdd; }},
      {"floor over half", [](NetworkSpec& s) { s.loss.floor_kind = FloorKind::kClip, s.loss.floor = 0.6; }},
      {"through no floor", [](NetworkSpec& s) { s.loss.gradient_through_floor = true; }},
      {"delta 0", [](NetworkSpec& s) { s.loss.huber_delta = 0.0; }},
  };
  EXPECT_NO_THROW(make_spec({4, 3, 2}).validate());
  for (const auto& [name, change] : changes) {
    NetworkSpec spec = make_spec({4, 3, 2});
    change(spec);
    EXPECT_THROW(spec.validate(), InputError) << name;
    EXPECT_THROW(Network<float>{spec}, InputError) << name;
  }
}

TEST(Network, summary_lists_layers_and_the_total) {
  NetworkSpec spec = make_spec({784, 512, 256, 10});
  spec.layers[1].dropout = 0.5;
  EXPECT_EQ(network_summary(spec),
            "Layer    Shape      Activation         Parameters\n"
            "input    784\n"
            "dense 1  784 x 512  relu                  401,920\n"
            "dense 2  512 x 256  relu, dropout 0.5     131,328\n"
            "dense 3  256 x 10   softmax                 2,570\n"
            "total                                     535,818\n");
  EXPECT_EQ(shape_string(spec), "784-512-256-10");
}

std::vector<double> all_parameters(const Network<double>& network, bool with_biases) {
  std::vector<double> values;
  for_each_block(network.parameters, [&](const ParameterBlock& block, std::span<const double> block_values) {
    if (block.role == BlockRole::kWeight || with_biases) {
      values.insert(values.end(), block_values.begin(), block_values.end());
    }
  });
  return values;
}

TEST(Initialize, follows_numpys_stream_bit_for_bit) {
  const auto draw = [](std::string_view initializer, BiasInit bias) {
    NetworkSpec spec = make_spec({3, 4, 2}, initializer);
    for (LayerSpec& layer : spec.layers) layer.initializer.bias = bias;
    Network<double> network(spec);
    NumpyRandomState stream(5);
    initialize(network, stream);
    return all_parameters(network, bias == BiasInit::kLikeWeights);
  };
  EXPECT_EQ(draw("glorot", BiasInit::kZeros), golden::kGlorot);
  EXPECT_EQ(draw("normal(0,1)", BiasInit::kZeros), golden::kNormal);
  EXPECT_EQ(draw("normal(0.5,0.5)", BiasInit::kLikeWeights), golden::kNormalWithBiases);
}

TEST(Initialize, zeros_and_constants_draw_nothing) {
  for (const char* text : {"zeros", "constant(0.25)"}) {
    Network<double> network(make_spec({3, 4, 2}, text));
    NumpyRandomState stream(5);
    initialize(network, stream);
    EXPECT_EQ(stream.snapshot(), NumpyRandomState(5).snapshot());
    for (const double w : network.weights(0).span()) EXPECT_EQ(w, text[0] == 'z' ? 0.0 : 0.25);
  }
}

TEST(Initialize, float_is_the_rounded_double_and_seeds_repeat) {
  Network<double> a(make_spec({5, 7, 3}, "he_normal"));
  Network<float> b(a.spec);
  initialize(a, 42);
  initialize(b, 42);
  for (std::size_t l = 0; l < 2; ++l) {
    for (std::size_t i = 0; i < a.weights(l).size(); ++i) {
      EXPECT_EQ(b.weights(l).data()[i], static_cast<float>(a.weights(l).data()[i]));
    }
  }
  EXPECT_EQ(weights_sha256(network_cast<float>(a)), weights_sha256(b));
  const std::string hash = weights_sha256(a);
  initialize(a, 43);
  EXPECT_NE(weights_sha256(a), hash);
  initialize(a, 42);
  EXPECT_EQ(weights_sha256(a), hash);
}

TEST(Initialize, bounds_and_moments_are_those_of_each_rule) {
  constexpr double kIn = 300.0;
  constexpr double kOut = 200.0;
  struct Rule {
    const char* text;
    double variance;
    double bound;  // 0: normal
  };
  const auto uniform = [](const char* text, double bound) { return Rule{text, bound * bound / 3, bound}; };
  const Rule rules[] = {uniform("glorot_uniform", std::sqrt(6 / (kIn + kOut))),
                        {"glorot_normal", 2 / (kIn + kOut), 0},
                        uniform("he_uniform", std::sqrt(6 / kIn)),
                        {"he_normal", 2 / kIn, 0},
                        uniform("lecun_uniform", std::sqrt(3 / kIn)),
                        {"lecun_normal", 1 / kIn, 0},
                        uniform("uniform_fan_in", 1 / std::sqrt(kIn)),
                        uniform("uniform_fan_out", 1 / std::sqrt(kOut)),
                        uniform("uniform(0.3)", 0.3),
                        {"normal(0,2)", 4, 0}};
  for (const Rule& rule : rules) {
    Network<double> network(make_spec({300, 200, 2}, rule.text));
    initialize(network, 7);
    double sum = 0.0, squares = 0.0, largest = 0.0;
    for (const double w : network.weights(0).span()) {
      sum += w;
      squares += w * w;
      largest = std::max(largest, std::abs(w));
    }
    const double count = kIn * kOut;
    // Five standard errors; the fourth moment of a normal is 3 variances squared, of a uniform 1.8.
    EXPECT_NEAR(sum / count, 0.0, 5 * std::sqrt(rule.variance / count)) << rule.text;
    EXPECT_NEAR(squares / count, rule.variance, 5 * rule.variance * std::sqrt(2 / count)) << rule.text;
    if (rule.bound > 0) {
      EXPECT_LE(largest, rule.bound) << rule.text;
      EXPECT_GT(largest, 0.999 * rule.bound) << rule.text;
    }
    for (const double b : network.biases(0)) EXPECT_EQ(b, 0.0);
  }
}

TEST(Initialize, constant_biases_are_set) {
  NetworkSpec spec = make_spec({3, 4, 2});
  spec.layers[0].initializer.bias = BiasInit::kConstant;
  spec.layers[0].initializer.bias_value = 0.1;
  Network<float> network(spec);
  initialize(network, 1);
  EXPECT_EQ(network.biases(0)[3], 0.1f);
  EXPECT_EQ(network.biases(1)[0], 0.0f);
}

TEST(Network, weights_hash_covers_the_bytes_layer_by_layer_weights_before_biases) {
  Network<float> network(make_spec({2, 2}));
  for (std::size_t i = 0; i < 4; ++i) network.weights(0).data()[i] = static_cast<float>(i);
  network.biases(0)[1] = 9.0f;
  const std::vector<float> flat = {0, 1, 2, 3, 0, 9};
  EXPECT_EQ(weights_sha256(network), sha256_hex(std::as_bytes(std::span(flat))));
}

}  // namespace
}  // namespace gradus
