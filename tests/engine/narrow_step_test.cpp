// Narrow networks train in columns; parts of five rows go row by row, as every other network does. Both have one order
// of every sum, so their weights have the same bits.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>

#include "engine/program.hpp"
#include "gradus/engine/engine.hpp"
#include "support/random_network.hpp"
#include "support/targets.hpp"

namespace gradus {
namespace {

constexpr std::size_t kPartsInRows = 5;  // too few to be worth columns
constexpr std::size_t kMaxBatch = 300;   // two whole lots of rows and a rest

enum class Source : std::uint8_t { kMatrix, kBytes, kFloats, kDoubles };

/// Trains three batches of different sizes whose rows are drawn from a stored set of bytes.
template <class T>
std::string hash_after_narrow_training(const test::Problem<T>& problem, EngineOptions options, Source source,
                                       const StepOptions& step) {
  const std::size_t cols = problem.network.spec.num_inputs;
  RandomStream random(3, Purpose::kTest);
  std::vector<std::uint8_t> bytes(kMaxBatch * cols);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  const std::vector<float> floats(bytes.begin(), bytes.end());
  const std::vector<double> doubles(bytes.begin(), bytes.end());
  options.max_batch = kMaxBatch;
  Engine<T> engine(problem.network, options);
  StepOptions next = step;
  for (const std::size_t count : {kMaxBatch, std::size_t{128}, std::size_t{21}}) {
    std::vector<std::uint32_t> rows;
    for (std::size_t b = 0; b < count; ++b) rows.push_back(static_cast<std::uint32_t>(random.below(kMaxBatch)));
    switch (source) {
      case Source::kMatrix: {
        const MatrixView<T> x = engine.inputs(count);
        for (std::size_t b = 0; b < count; ++b) {
          for (std::size_t i = 0; i < cols; ++i) x(b, i) = static_cast<T>(bytes[rows[b] * cols + i]);
        }
        break;
      }
      case Source::kBytes:
        engine.set_inputs(ByteRows{bytes.data(), kMaxBatch, rows, 1.0});
        break;
      case Source::kFloats:
        engine.set_inputs(ValueRows<float>{floats.data(), kMaxBatch, rows});
        break;
      case Source::kDoubles:
        engine.set_inputs(ValueRows<double>{doubles.data(), kMaxBatch, rows});
        break;
    }
    BatchTargets<T> targets = problem.targets();
    targets.labels = targets.labels.first(count);
    if (!targets.weights.empty()) targets.weights = targets.weights.first(count);
    next.step += 1;
    const BatchStats stats = engine.train_step(targets, next);
    // The statistics belong to what has to be equal.
    next.learning_rate *= 1.0 + 1e-3 * stats.loss_sum + 1e-6 * static_cast<double>(stats.correct);
  }
  Network<T> trained = problem.network;
  engine.store_parameters(trained);
  return weights_sha256(trained);
}

template <class T>
void expect_equal_in_rows_and_columns(const test::Problem<T>& problem, EngineOptions options, const StepOptions& step) {
  options.part_rows = kPartsInRows;
  const std::string in_rows = hash_after_narrow_training(problem, options, Source::kMatrix, step);
  EXPECT_NE(in_rows, weights_sha256(problem.network)) << "training changed nothing";
  options.shares_small_work = true;
  for (const std::string& target : test::available_targets()) {
    options.target = target;
    const auto hash = [&](std::size_t part_rows, unsigned threads, Source source) {
      options.part_rows = part_rows;
      options.threads = threads;
      return hash_after_narrow_training(problem, options, source, step);
    };
    EXPECT_EQ(hash(0, 1, Source::kMatrix), in_rows) << target;
    EXPECT_EQ(hash(0, 2, Source::kBytes), in_rows) << target << ", bytes, two threads";
    EXPECT_EQ(hash(0, 3, Source::kFloats), in_rows) << target << ", floats, three threads";
    EXPECT_EQ(hash(140, 1, Source::kDoubles), in_rows) << target << ", doubles, in parts";
  }
}

template <class T>
class NarrowStep : public testing::Test {};
using NarrowTypes = testing::Types<float, double>;
TYPED_TEST_SUITE(NarrowStep, NarrowTypes);

TYPED_TEST(NarrowStep, has_the_bits_of_the_step_in_rows_for_every_activation) {
  for (const ActivationKind activation : kAllActivations) {
    for (const std::vector<std::size_t>& widths :
         {std::vector<std::size_t>{2, 4, 8, 16, 5}, {1, 7, 3}, {16, 13, 11, 2}, {9, 16}}) {
      SCOPED_TRACE(testing::Message() << activation_name(activation) << ", " << widths.size() << " widths, first "
                                      << widths.front());
      expect_equal_in_rows_and_columns(
          test::make_problem<TypeParam>(widths, activation, LossKind::kSoftmaxCrossEntropy, kMaxBatch, 4), {},
          {.learning_rate = 1e-3});
    }
  }
}

TYPED_TEST(NarrowStep, has_the_bits_of_the_step_in_rows_with_everything_that_follows_a_gradient) {
  auto problem = test::make_problem<TypeParam>({2, 4, 8, 16, 5}, ActivationKind::kTanh, LossKind::kSoftmaxCrossEntropy,
                                               kMaxBatch, 9);
  for (auto& layer : problem.network.spec.layers) layer.l1 = 1e-2, layer.l2 = 1e-3;
  RandomStream random(6, Purpose::kTest);
  for (std::size_t b = 0; b < kMaxBatch; ++b) {
    problem.weights.push_back(static_cast<TypeParam>(b % 7 == 0 ? 0.0 : random.uniform(0.1, 2.0)));
  }
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdamW}) {
    EngineOptions options;
    options.optimizer.kind = kind;
    options.optimizer.weight_decay = 0.01;
    expect_equal_in_rows_and_columns(problem, options, {.learning_rate = 1e-2});
    expect_equal_in_rows_and_columns(problem, options, {.learning_rate = 1e-2, .clip_norm = 0.01});
  }
}

TEST(TurnsPolicy, leaves_the_first_thread_alone_while_turns_do_not_pay) {
  engine::TurnsPolicy policy;
  const auto steps = [&policy](int count, double seconds) {
    for (int step = 0; step < count; ++step) policy.note_step(seconds, 1000);
  };
  const double alone = 3e-5, shared = 2e-5, slice = 5e-3;
  EXPECT_FALSE(policy.shares_next());
  steps(3, alone);
  for (int hiccup = 0; hiccup < 5; ++hiccup) {
    EXPECT_TRUE(policy.shares_next());
    steps(1, slice);
    steps(2000, shared);
  }
  steps(1, slice);
  steps(200, shared);  // time slices to and fro
  steps(1, slice);
  EXPECT_FALSE(policy.shares_next());
  const auto seconds_alone = [&] {
    int count = 0;
    for (; !policy.shares_next() && count < 10000; ++count) steps(1, alone);
    return count * alone;
  };
  // Twice as long each time that the core is still taken, up to a tenth of a second.
  for (const double expected : {0.004, 0.008, 0.016, 0.032, 0.064, 0.1, 0.1}) {
    EXPECT_NEAR(seconds_alone(), expected, 1e-4);
    steps(1, slice);
  }
  seconds_alone();
  steps(4000, shared);
  EXPECT_TRUE(policy.shares_next());
  steps(40, 1e-4);  // both on one core
  EXPECT_NEAR(seconds_alone(), 0.004, 1e-4);
}

/// Hash after eight steps by two threads, of which every other one is the first thread's alone if `alternates`.
template <class T>
std::string hash_after_turns(const test::Problem<T>& problem, const EngineOptions& options, bool alternates) {
  using Numbers = std::conditional_t<sizeof(T) == sizeof(float), engine::Single, engine::Double>;
  engine::Program<Numbers> program(problem.network, options);
  engine::Context<Numbers>& context = program.context();
  context.options.shares_small_work = false;
  program.load(problem.network.parameters, problem.network.state);
  std::vector<std::uint32_t> rows(kMaxBatch);
  std::iota(rows.begin(), rows.end(), 0U);
  const BatchTargets<T> targets = problem.targets();
  for (std::size_t step = 1; step <= 8; ++step) {
    const bool alone = alternates && step % 2 == 0;
    // A new policy begins with one thread, and has two after three steps.
    context.crew.turns() = engine::TurnsPolicy();
    for (int before = 0; before < 3 && !alone; ++before) context.crew.turns().note_step(1.0, 1);
    program.set_inputs(ValueRows<T>{problem.inputs.data(), kMaxBatch, rows});
    program.run(engine::CallKind::kTrain, &targets, {.learning_rate = 1e-2, .step = step});
    EXPECT_EQ(context.crew.working(), alone ? 1U : 2U);
  }
  std::string first;
  for (const auto& thread : context.space.threads) {
    Network<T> trained = problem.network;
    for (std::size_t l = 0; l < trained.spec.layers.size(); ++l) {
      engine::unpack(thread->parameters[l], l, trained.parameters);
    }
    if (first.empty()) first = weights_sha256(trained);
    EXPECT_EQ(weights_sha256(trained), first) << "the copies of the threads differ";
  }
  EXPECT_NE(first, weights_sha256(problem.network));
  return first;
}

TYPED_TEST(NarrowStep, steps_of_one_thread_between_those_of_two_keep_the_bits) {
  const auto problem = test::make_problem<TypeParam>({2, 4, 8, 16, 5}, ActivationKind::kTanh,
                                                     LossKind::kSoftmaxCrossEntropy, kMaxBatch, 9);
  for (const OptimizerKind kind : {OptimizerKind::kSgd, OptimizerKind::kAdam}) {
    EngineOptions options;
    options.max_batch = kMaxBatch;
    options.threads = 2;
    options.shares_small_work = true;
    options.optimizer.kind = kind;
    EXPECT_EQ(hash_after_turns(problem, options, true), hash_after_turns(problem, options, false));
  }
}

}  // namespace
}  // namespace gradus
