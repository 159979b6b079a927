// Bytes as inputs, batches worked on in parts and rounded factors: what may change no bit does not, and what rounds
// rounds as it says.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/error.hpp"
#include "gradus/engine/engine.hpp"
#include "network/textbook.hpp"
#include "support/random_network.hpp"
#include "support/targets.hpp"

namespace gradus {
namespace {

using test::available_targets;

/// A matrix of bytes in which about `unused` of the columns are 0, in runs as at the border of images.
Matrix<std::uint8_t> make_bytes(std::size_t rows, std::size_t cols, double unused, std::uint64_t seed) {
  RandomStream random(seed, Purpose::kTest);
  Matrix<std::uint8_t> bytes(rows, cols);
  bool zero = false;
  for (std::size_t c = 0; c < cols; ++c) {
    if (random.uniform() < 0.3) zero = random.uniform() < unused;
    for (std::size_t r = 0; r < rows && !zero && unused < 1.0; ++r) {
      bytes(r, c) = random.uniform() < 0.4 ? 0 : static_cast<std::uint8_t>(random.below(256));
    }
  }
  return bytes;
}

struct ByteCase {
  std::size_t cols;
  double unused;
  double divisor;
  OptimizerKind optimizer;
  double penalty;
};

template <class T>
std::string hash_after_bytes(const ByteCase& c, EngineOptions options, bool as_bytes) {
  const std::size_t batch = 9;
  auto problem =
      test::make_problem<T>({c.cols, 70, 33, 4}, ActivationKind::kRelu, LossKind::kSoftmaxCrossEntropy, batch, 5);
  for (auto& layer : problem.network.spec.layers) layer.l1 = layer.l2 = c.penalty;
  const Matrix<std::uint8_t> bytes = make_bytes(3 * batch, c.cols, c.unused, 8);
  options.max_batch = batch;
  options.optimizer.kind = c.optimizer;
  Engine<T> engine(problem.network, options);
  const auto rows_of = [&](std::size_t step) {
    std::vector<std::uint32_t> rows;
    for (std::size_t b = 0; b < batch; ++b)
      rows.push_back(static_cast<std::uint32_t>(3 * batch - 1 - (b * 4 + step) % (3 * batch)));
    return rows;
  };
  for (std::size_t step = 0; step < 5; ++step) {
    const std::vector<std::uint32_t> rows = rows_of(step), next_rows = rows_of(step + 1);
    if (as_bytes) {
      engine.set_inputs(ByteRows{bytes.data(), bytes.rows(), rows, c.divisor, next_rows});
    } else {
      const MatrixView<T> x = engine.inputs(batch);
      for (std::size_t b = 0; b < batch; ++b) {
        for (std::size_t i = 0; i < c.cols; ++i) {
          x(b, i) = static_cast<T>(static_cast<double>(bytes(rows[b], i)) / c.divisor);
        }
      }
    }
    engine.train_step(problem.targets(), {.learning_rate = 0.05, .step = step + 1});
  }
  Network<T> trained = problem.network;
  engine.store_parameters(trained);
  EXPECT_NE(weights_sha256(trained), weights_sha256(problem.network)) << "training changed nothing";
  return weights_sha256(trained);
}

template <class T>
class EngineInputs : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(EngineInputs, Types);

TYPED_TEST(EngineInputs, bytes_give_the_bits_of_divided_numbers) {
  using K = OptimizerKind;
  for (const ByteCase& c : {ByteCase{100, 0.5, 255.0, K::kSgd, 0.0}, ByteCase{100, 0.5, 255.0, K::kSgd, 1e-3},
                            ByteCase{100, 0.5, 255.0, K::kAdam, 1e-3}, ByteCase{100, 0.0, 255.0, K::kMomentum, 0.0},
                            ByteCase{3, 0.3, 1.0, K::kSgd, 0.0}, ByteCase{65, 0.9, 7.7, K::kSgd, 0.0},
                            ByteCase{40, 1.0, 3.0, K::kSgd, 0.0}}) {
    SCOPED_TRACE(testing::Message() << c.cols << " columns, unused " << c.unused << ", divisor " << c.divisor << ", "
                                    << optimizer_name(c.optimizer) << ", penalty " << c.penalty);
    const std::string expected = hash_after_bytes<TypeParam>(c, {}, false);
    for (const std::string& target : available_targets()) {
      for (const unsigned threads : {1U, 2U, 3U}) {
        EXPECT_EQ(
            hash_after_bytes<TypeParam>(c, {.threads = threads, .shares_small_work = true, .target = target}, true),
            expected)
            << target << " with " << threads << " threads";
      }
    }
  }
}

TYPED_TEST(EngineInputs, a_division_that_the_kernel_cannot_round_is_done_exactly) {
  // One correction step does not give every quotient of every divisor; whatever it is, the values are the division's.
  for (int k = 1; k <= 40; ++k) {
    const ByteCase c{20, 0.0, 0.37 * k + 0.1, OptimizerKind::kSgd, 0.0};
    ASSERT_EQ(hash_after_bytes<TypeParam>(c, {}, true), hash_after_bytes<TypeParam>(c, {}, false)) << c.divisor;
  }
}

TYPED_TEST(EngineInputs, row_beyond_the_bytes_is_refused) {
  const auto problem =
      test::make_problem<TypeParam>({4, 3, 2}, ActivationKind::kRelu, LossKind::kSoftmaxCrossEntropy, 2, 1);
  Engine<TypeParam> engine(problem.network, {.max_batch = 2});
  const std::vector<std::uint8_t> bytes(12);
  const std::vector<std::uint32_t> rows = {0, 3};
  EXPECT_THROW(engine.set_inputs(ByteRows{bytes.data(), 3, rows, 255.0}), InputError);
  const std::vector<std::uint32_t> good_rows = {0, 2};
  EXPECT_THROW(engine.set_inputs(ByteRows{bytes.data(), 3, good_rows, 255.0, rows}), InputError);
  EXPECT_NO_THROW(engine.set_inputs(ByteRows{bytes.data(), 3, good_rows, 255.0, good_rows}));
}

template <class T>
std::string hash_after_parts(const test::Problem<T>& problem, EngineOptions options, const StepOptions& step) {
  options.max_batch = problem.inputs.rows();
  options.shares_small_work = true;
  options.dropout_seed = 4;
  Engine<T> engine(problem.network, options);
  for (std::size_t s = 1; s <= 3; ++s) {
    test::copy_rows(problem.inputs, engine.inputs(problem.inputs.rows()));
    StepOptions next = step;
    next.step = s;
    engine.train_step(problem.targets(), next);
  }
  Network<T> trained = problem.network;
  engine.store_parameters(trained);
  return weights_sha256(trained);
}

TYPED_TEST(EngineInputs, a_batch_in_parts_has_the_bits_of_the_whole) {
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdam}) {
    for (const double clip : {0.0, 0.01}) {
      auto problem =
          test::make_problem<TypeParam>({20, 70, 35, 40}, ActivationKind::kTanh, LossKind::kSoftmaxCrossEntropy, 22, 6);
      for (auto& layer : problem.network.spec.layers) layer.l1 = layer.l2 = 1e-3;
      problem.network.spec.layers[0].dropout = 0.4;
      for (std::size_t b = 0; b < 22; ++b) problem.weights.push_back(static_cast<TypeParam>(0.1 * double(b + 1)));
      const StepOptions step{.learning_rate = 0.1, .clip_norm = clip};
      EngineOptions options;
      options.optimizer.kind = kind;
      const std::string expected = hash_after_parts(problem, options, step);
      for (const std::size_t part : {1, 11, 8, 21, 22, 100}) {
        for (const unsigned threads : {1U, 2U, 3U}) {
          options.part_rows = part;
          options.threads = threads;
          EXPECT_EQ(hash_after_parts(problem, options, step), expected)
              << optimizer_name(kind) << " in parts of " << part << " with " << threads << " threads";
        }
      }
    }
  }
}

TYPED_TEST(EngineInputs, prediction_and_gradients_in_parts_have_the_bits_of_the_whole) {
  const auto problem =
      test::make_problem<TypeParam>({20, 70, 5}, ActivationKind::kTanh, LossKind::kSoftmaxCrossEntropy, 22, 6);
  Engine<TypeParam> whole(problem.network, {.max_batch = 22});
  Engine<TypeParam> parts(problem.network, {.max_batch = 22, .threads = 2, .shares_small_work = true, .part_rows = 7});
  Parameters<TypeParam> expected, found;
  for (Engine<TypeParam>* engine : {&whole, &parts}) {
    test::copy_rows(problem.inputs, engine->inputs(22));
    engine->gradients(problem.targets(), engine == &whole ? expected : found);
    test::copy_rows(problem.inputs, engine->inputs(22));
  }
  for (std::size_t l = 0; l < 2; ++l) {
    EXPECT_TRUE(std::ranges::equal(expected.weights(l).span(), found.weights(l).span()));
    EXPECT_TRUE(std::ranges::equal(expected.biases(l), found.biases(l)));
  }
  const MatrixView<const TypeParam> p = whole.predict(), q = parts.predict();
  for (std::size_t b = 0; b < 22; ++b) EXPECT_TRUE(std::ranges::equal(p.row(b), q.row(b))) << b;
}

class EngineMixedBits : public testing::TestWithParam<std::size_t> {};

TEST_P(EngineMixedBits, same_hash_for_all_threads_targets_and_parts) {
  auto problem = test::make_problem<float>({30, 130, 67, 20}, ActivationKind::kTanh, LossKind::kSoftmaxCrossEntropy,
                                           GetParam(), 3);
  problem.network.spec.layers[0].dropout = 0.2;
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdam}) {
    EngineOptions options;
    options.optimizer.kind = kind;
    const std::string exact = hash_after_parts(problem, options, {.learning_rate = 0.05});
    options.mixed = true;
    std::string first;
    for (const std::string& target : available_targets()) {
      for (const unsigned threads : {1U, 2U, 3U, 8U}) {
        options.target = target;
        options.threads = threads;
        options.part_rows = threads == 3 ? 5 : 0;
        const std::string hash = hash_after_parts(problem, options, {.learning_rate = 0.05});
        if (first.empty()) first = hash;
        EXPECT_EQ(hash, first) << target << " with " << threads << " threads";
      }
    }
    EXPECT_NE(first, exact) << "nothing was rounded";
  }
}

// The input gradients of 32 rows have the rows in lanes, those of parts of 5 do not.
INSTANTIATE_TEST_SUITE_P(Rows, EngineMixedBits, testing::Values(13, 32));

// Each factor carries a relative error of at most 2^-9, each product twice that; a gradient passes 2 L - 1 products,
// and the norm of a sum of randomly signed products is a few times smaller than the sum of their magnitudes.
TEST(EngineMixed, gradients_are_the_textbooks_within_the_rounding_of_the_factors) {
  for (const ActivationKind activation : {ActivationKind::kTanh, ActivationKind::kSigmoid, ActivationKind::kGelu}) {
    const auto problem = test::make_problem<float>({30, 70, 37, 6}, activation, LossKind::kSoftmaxCrossEntropy, 16, 12);
    Engine<float> engine(problem.network, {.max_batch = 16, .mixed = true});
    test::copy_rows(problem.inputs, engine.inputs(16));
    Parameters<float> gradients;
    engine.gradients(problem.targets(), gradients);
    const auto pass = textbook::forward<float>(problem.network, problem.inputs.view());
    const auto expected = textbook::backward<float>(problem.network, pass, problem.targets());
    for (std::size_t l = 0; l < problem.network.spec.layers.size(); ++l) {
      double difference = 0.0, norm = 0.0;
      for (std::size_t i = 0; i < gradients.weights(l).size(); ++i) {
        const double g = expected.parameters.weights(l).data()[i];
        difference += std::pow(double(gradients.weights(l).data()[i]) - g, 2);
        norm += g * g;
      }
      const double relative = std::sqrt(difference / norm);
      EXPECT_LT(relative, 5 * 4 * 0x1p-9) << activation_name(activation) << " layer " << l;
      EXPECT_GT(relative, 0x1p-15) << "nothing was rounded";
    }
  }
}

TEST(EngineMixed, factors_that_fit_bfloat16_change_nothing) {
  auto problem = test::make_problem<float>({16, 5}, ActivationKind::kIdentity, LossKind::kMeanSquaredError, 6, 2);
  for (float& x : problem.inputs.span()) x = std::nearbyint(x * 100.0F) / 64.0F;
  for (float& w : problem.network.weights(0).span()) w = std::nearbyint(w * 100.0F) / 128.0F;
  std::vector<float> outputs[2];
  for (const bool mixed : {false, true}) {
    Engine<float> engine(problem.network, {.max_batch = 6, .mixed = mixed});
    test::copy_rows(problem.inputs, engine.inputs(6));
    const MatrixView<const float> p = engine.predict();
    for (std::size_t b = 0; b < 6; ++b)
      outputs[mixed ? 1 : 0].insert(outputs[mixed ? 1 : 0].end(), p.row(b).begin(), p.row(b).end());
  }
  EXPECT_EQ(outputs[0], outputs[1]);
}

TEST(EngineMixed, is_refused_for_double) {
  const auto problem =
      test::make_problem<double>({4, 3, 2}, ActivationKind::kRelu, LossKind::kSoftmaxCrossEntropy, 2, 1);
  EXPECT_THROW(Engine<double>(problem.network, {.max_batch = 2, .mixed = true}), InputError);
}

}  // namespace
}  // namespace gradus
