// Every kind of layer in the engine: gradients and outputs against the textbook, bits over threads, targets and
// layouts.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <ranges>

#include "core/enumerators.hpp"
#include "gradus/core/random.hpp"
#include "gradus/engine/engine.hpp"
#include "network/textbook.hpp"
#include "network/vanishing_bias.hpp"
#include "support/targets.hpp"

namespace gradus::layer_kinds_test {

constexpr std::size_t kRows = 22;

// Under sanitizers, where threads wait for each other many times as long, one way of each is enough.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kFewWays = true;
#else
constexpr bool kFewWays = false;
#endif

struct Layout {
  const char* name;
  std::vector<LayerSpec> layers;  // before 5 outputs
  std::size_t inputs = 20;
};

LayerSpec of_kind(LayerKind kind, std::size_t units, ActivationKind activation, std::size_t source = 0) {
  LayerSpec layer;
  layer.kind = kind;
  layer.units = units;
  layer.activation = make_activation(activation);
  layer.source = source;
  return layer;
}

// Narrow and wide, on the inputs and behind each other, with everything that can follow.
std::vector<Layout> layouts() {
  using A = ActivationKind;
  using K = LayerKind;
  std::vector<Layout> all;
  for (const K kind : kAllLayerKinds) {
    if (kind == K::kDense || kind == K::kResidual) continue;
    const char* name = kind == K::kBatchNorm ? "batch_norm" : "another normalisation";
    all.push_back({name,
                   {of_kind(K::kDense, 70, A::kIdentity), of_kind(kind, 70, A::kRelu), of_kind(K::kDense, 70, A::kGelu),
                    of_kind(kind, 70, A::kTanh)}});
    all.push_back({name, {of_kind(kind, 20, A::kIdentity), of_kind(K::kDense, 70, A::kSilu)}});
    all.push_back(
        {name,
         {of_kind(kind, 70, A::kTanh), of_kind(K::kDense, 70, A::kRelu), of_kind(K::kResidual, 70, A::kIdentity, 0)},
         70});
    all.push_back({name, {of_kind(K::kDense, 9, A::kRelu), of_kind(kind, 9, A::kSigmoid)}});
    all.push_back(
        {name, {of_kind(K::kDense, 130, A::kIdentity), of_kind(kind, 130, A::kRelu), of_kind(kind, 130, A::kElu)}});
    all.push_back({name,
                   {of_kind(K::kDense, 70, A::kRelu), of_kind(K::kDense, 70, A::kIdentity), of_kind(kind, 70, A::kRelu),
                    of_kind(K::kResidual, 70, A::kIdentity, 0)}});
  }
  all.push_back({"residual",
                 {of_kind(K::kDense, 70, A::kRelu), of_kind(K::kDense, 70, A::kRelu),
                  of_kind(K::kResidual, 70, A::kRelu, 0), of_kind(K::kDense, 70, A::kTanh),
                  of_kind(K::kResidual, 70, A::kIdentity, 2), of_kind(K::kResidual, 70, A::kIdentity, 0)}});
  all.push_back(
      {"residual",
       {of_kind(K::kDense, 9, A::kGelu), of_kind(K::kDense, 9, A::kRelu), of_kind(K::kResidual, 9, A::kSoftplus, 0)}});
  return all;
}

template <class T>
struct Case {
  Network<T> network;
  Matrix<T> x;
  std::vector<std::int32_t> labels;

  Case(const Layout& layout, double dropout) {
    NetworkSpec spec;
    spec.num_inputs = layout.inputs;
    spec.layers = layout.layers;
    spec.layers.back().dropout = dropout;
    spec.layers.push_back({.units = 5});
    network = Network<T>(spec);
    RandomStream random(7, Purpose::kTest);
    for_each_block(network.parameters, [&](const ParameterBlock& block, std::span<T> values) {
      const double centre = block.role == BlockRole::kScale ? 1.0 : 0.0;
      const double bound = block.role == BlockRole::kWeight ? std::sqrt(3.0 / double(block.rows)) : 0.5;
      for (T& value : values) value = static_cast<T>(centre + random.uniform(-bound, bound));
    });
    x = Matrix<T>(kRows, layout.inputs);
    for (T& value : x.span()) value = static_cast<T>(random.normal());
    for (std::size_t b = 0; b < kRows; ++b) labels.push_back(static_cast<std::int32_t>(random.below(5)));
  }
  [[nodiscard]] BatchTargets<T> targets(std::size_t rows = kRows) const {
    return {std::span(labels).first(rows), {}, {}};
  }
  void feed(Engine<T>& engine, std::size_t rows = kRows) const {
    const MatrixView<T> to = engine.inputs(rows);
    for (std::size_t b = 0; b < rows; ++b) std::ranges::copy(x.row(b), to.row(b).begin());
  }
};

template <class T>
double relative_difference(std::span<const T> found, std::span<const T> expected) {
  double difference = 0.0;
  double size = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    difference += std::pow(double(found[i]) - double(expected[i]), 2);
    size += std::pow(double(expected[i]), 2);
  }
  return size > 0.0 ? std::sqrt(difference / size) : std::sqrt(difference);
}

template <class T>
class LayerKinds : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(LayerKinds, Scalars);

TYPED_TEST(LayerKinds, gradients_are_the_textbooks) {
  using T = TypeParam;
  const double bound = sizeof(T) == sizeof(float) ? 2e-5 : 2e-14;
  for (const Layout& layout : layouts()) {
    const Case<T> c(layout, 0.0);
    const auto pass = textbook::forward<T>(c.network, c.x.view());
    const auto expected = textbook::backward<T>(c.network, pass, c.targets());
    for (const unsigned threads : {1U, 2U, 3U}) {
      Engine<T> engine(c.network, {.max_batch = kRows, .threads = threads, .shares_small_work = true});
      c.feed(engine);
      Parameters<T> found;
      const BatchStats stats = engine.gradients(c.targets(), found);
      EXPECT_NEAR(stats.loss_mean(), double(textbook::loss_mean(c.network, pass, c.targets())), 100 * bound);
      for_each_block(std::as_const(found), [&](const ParameterBlock& block, std::span<const T> values) {
        if (test::vanishes(c.network.spec, block)) {
          for (const T g : values) EXPECT_LT(std::fabs(g), bound) << layout.name << ", " << block.name;
          return;
        }
        EXPECT_LT(relative_difference<T>(values, expected.parameters.values(block)), bound)
            << layout.name << ", " << block.name << ", " << threads << " threads";
      });
    }
  }
}

TYPED_TEST(LayerKinds, evaluation_uses_what_training_kept) {
  using T = TypeParam;
  const double bound = sizeof(T) == sizeof(float) ? 2e-5 : 2e-14;
  for (const Layout& layout : layouts()) {
    const Case<T> c(layout, 0.0);
    Engine<T> engine(c.network, {.max_batch = kRows, .threads = 2, .shares_small_work = true});
    c.feed(engine);
    engine.train_step(c.targets(), {.learning_rate = 1e-3});
    Network<T> trained = c.network;
    engine.store_parameters(trained);
    Network<T> state_of_textbook = c.network;
    textbook::update_state(state_of_textbook, textbook::forward<T>(c.network, c.x.view()));
    for_each_block(std::as_const(trained.state), [&](const ParameterBlock& block, std::span<const T> values) {
      EXPECT_LT(relative_difference<T>(values, state_of_textbook.state.values(block)), bound) << block.name;
      EXPECT_FALSE(std::ranges::equal(values, c.network.state.values(block))) << block.name << " did not move";
    });
    c.feed(engine, 1);
    const MatrixView<const T> found = engine.predict();
    const auto pass =
        textbook::forward<T>(trained, c.x.view().row_range(0, 1), {}, {.mode = textbook::Mode::kEvaluation});
    EXPECT_LT(relative_difference<T>(found.row(0), pass.outputs.view().row(0)), bound) << layout.name;
  }
}

template <class T>
std::string hash_after_training(const Case<T>& c, EngineOptions options) {
  options.max_batch = kRows;
  options.shares_small_work = true;
  options.optimizer.kind = OptimizerKind::kAdam;
  Engine<T> engine(c.network, options);
  for (std::uint64_t step = 1; step <= 4; ++step) {
    const std::size_t rows = step == 4 ? 7 : kRows;
    c.feed(engine, rows);
    engine.train_step(c.targets(rows), {.learning_rate = 1e-2, .clip_norm = 0.5, .step = step});
  }
  Network<T> trained = c.network;
  engine.store_parameters(trained);
  EXPECT_NE(weights_sha256(trained), weights_sha256(c.network));
  return weights_sha256(trained);
}

TYPED_TEST(LayerKinds, training_has_the_same_bits_on_any_threads_and_target) {
  using T = TypeParam;
  for (const Layout& layout : layouts()) {
    const Case<T> c(layout, 0.3);
    for (const bool mixed : {false, true}) {
      if (mixed && sizeof(T) != sizeof(float)) continue;
      const std::string expected = hash_after_training(c, {.threads = 1, .mixed = mixed});
      for (const unsigned threads : {2U, 3U}) {
        for (const bool far : {false, true}) {
          if (kFewWays && far != (threads == 3)) continue;
          EngineOptions options{.threads = threads, .far_cores = far, .mixed = mixed};
          EXPECT_EQ(hash_after_training(c, options), expected) << layout.name << ", " << threads << " threads";
        }
      }
      for (const std::string& target : test::available_targets()) {
        if (kFewWays && target != "plain") continue;
        EngineOptions options{.threads = 2, .mixed = mixed};
        options.target = target;
        EXPECT_EQ(hash_after_training(c, options), expected) << layout.name << ", " << target;
      }
    }
  }
}

TYPED_TEST(LayerKinds, apply_does_what_a_step_does) {
  using T = TypeParam;
  for (const Layout& layout : layouts()) {
    const Case<T> c(layout, 0.0);
    EngineOptions options{.max_batch = kRows, .threads = 2, .shares_small_work = true};
    options.optimizer.kind = OptimizerKind::kAdam;
    const StepOptions step{.learning_rate = 1e-2, .clip_norm = 0.1};
    Engine<T> whole(c.network, options);
    c.feed(whole);
    whole.train_step(c.targets(), step);
    Engine<T> halves(c.network, options);
    c.feed(halves);
    Parameters<T> gradients;
    halves.gradients(c.targets(), gradients, step);
    halves.apply(gradients, step);
    Network<T> expected = c.network;
    Network<T> found = c.network;
    whole.store_parameters(expected);
    halves.store_parameters(found);
    for_each_block(std::as_const(found.parameters), [&](const ParameterBlock& block, std::span<const T> values) {
      EXPECT_TRUE(std::ranges::equal(values, expected.parameters.values(block))) << layout.name << " " << block.name;
    });
  }
}

TYPED_TEST(LayerKinds, hidden_outputs_are_those_of_the_textbook) {
  using T = TypeParam;
  const double bound = sizeof(T) == sizeof(float) ? 2e-5 : 2e-14;
  for (const Layout& layout : layouts()) {
    const Case<T> c(layout, 0.3);
    Engine<T> engine(c.network, {.max_batch = kRows, .threads = 3, .shares_small_work = true});
    c.feed(engine);
    engine.evaluate(c.targets());
    const auto pass = textbook::forward<T>(c.network, c.x.view(), {}, {.mode = textbook::Mode::kEvaluation});
    for (std::size_t l = 0; l < c.network.spec.layers.size(); ++l) {
      Matrix<T> h;
      Matrix<T> z;
      engine.store_hidden(l, h, z);
      EXPECT_LT(relative_difference<T>(std::as_const(h).span(), pass.h[l].span()), bound) << layout.name << " " << l;
      if (!z.empty()) {
        EXPECT_LT(relative_difference<T>(std::as_const(z).span(), pass.z[l].span()), bound) << layout.name;
      }
    }
  }
}

// A step that is scaled to norm 1e-3 moves the parameters by that much, whatever the padding of the blocks holds.
TYPED_TEST(LayerKinds, the_norm_of_the_gradient_is_that_of_its_numbers) {
  using T = TypeParam;
  for (const Layout& layout : layouts()) {
    const Case<T> c(layout, 0.0);
    Engine<T> engine(c.network, {.max_batch = kRows, .threads = 2, .shares_small_work = true});
    c.feed(engine);
    engine.train_step(c.targets(), {.learning_rate = 1.0, .clip_norm = 1e-3});
    Network<T> trained = c.network;
    engine.store_parameters(trained);
    double squares = 0.0;
    for_each_block(std::as_const(trained.parameters), [&](const ParameterBlock& block, std::span<const T> values) {
      const auto before = c.network.parameters.values(block);
      for (std::size_t i = 0; i < values.size(); ++i) squares += std::pow(double(values[i]) - double(before[i]), 2);
    });
    EXPECT_NEAR(std::sqrt(squares), 1e-3, sizeof(T) == sizeof(float) ? 2e-5 : 1e-12) << layout.name;
  }
}

TEST(AllLayerKinds, one_row_has_no_statistics) {
  const Case<float> c(layouts().front(), 0.0);
  Engine<float> engine(c.network, {.max_batch = kRows});
  c.feed(engine, 1);
  EXPECT_THROW(engine.train_step(c.targets(1), {}), InputError);
}

TEST(AllLayerKinds, are_all_listed) {
  EXPECT_EQ(kAllLayerKinds.size(), num_enumerators<LayerKind>());
}

}  // namespace gradus::layer_kinds_test
