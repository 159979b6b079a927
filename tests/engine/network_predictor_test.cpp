// Prediction: the textbook's outputs, the same bits in every grouping of the rows, and no memory taken per call.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/engine/network_predictor.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include "gradus/core/error.hpp"
#include "network/textbook.hpp"
#include "support/random_network.hpp"

namespace {
std::atomic<std::size_t> num_allocations{0};

void* counted(void* memory) {
  num_allocations.fetch_add(1, std::memory_order_relaxed);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

// Every allocation of this test program is counted.
void* operator new(std::size_t size) {
  return counted(std::malloc(size == 0 ? 1 : size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(step, (size + step - 1) / step * step));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace gradus {
namespace {

template <class T>
class NetworkPredictorTest : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(NetworkPredictorTest, Types);

TYPED_TEST(NetworkPredictorTest, agrees_with_the_textbook_and_with_itself_in_every_grouping) {
  using T = TypeParam;
  const auto problem =
      test::make_problem<T>({37, 70, 33, 6}, ActivationKind::kTanh, LossKind::kSoftmaxCrossEntropy, 23, 3);
  const auto pass = textbook::forward<T>(problem.network, problem.inputs.view());
  Matrix<T> one_by_one(23, 6);
  NetworkPredictor<T> single(problem.network);
  for (std::size_t b = 0; b < 23; ++b) {
    const std::span<const T> p = single.predict(problem.inputs.row(b));
    std::ranges::copy(p, one_by_one.row(b).begin());
    for (std::size_t k = 0; k < 6; ++k) EXPECT_NEAR(p[k], pass.outputs(b, k), 100 * std::numeric_limits<T>::epsilon());
  }
  for (const std::size_t max_rows : {1, 2, 5, 23, 100}) {
    Matrix<T> outputs(23, 6);
    NetworkPredictor<T>(problem.network, max_rows, 2).predict(problem.inputs.view(), outputs.view());
    EXPECT_TRUE(std::ranges::equal(outputs.span(), one_by_one.span())) << max_rows;
  }
}

TYPED_TEST(NetworkPredictorTest, reads_and_writes_views_that_start_anywhere) {
  using T = TypeParam;
  const auto problem = test::make_problem<T>({17, 40, 5}, ActivationKind::kRelu, LossKind::kSoftmaxCrossEntropy, 9, 4);
  Matrix<T> expected(9, 5);
  NetworkPredictor<T> predictor(problem.network, 4);
  predictor.predict(problem.inputs.view(), expected.view());
  for (std::size_t shift = 1; shift < 4; ++shift) {
    std::vector<T> x(9 * 19 + shift, std::numeric_limits<T>::quiet_NaN());
    std::vector<T> p(9 * 8 + shift, T{-7});
    const MatrixView<T> x_view(x.data() + shift, 9, 17, 19);
    test::copy_rows(problem.inputs, x_view);
    const MatrixView<T> p_view(p.data() + shift, 9, 5, 8);
    predictor.predict(MatrixView<const T>(x.data() + shift, 9, 17, 19), p_view);
    for (std::size_t b = 0; b < 9; ++b) {
      EXPECT_TRUE(std::ranges::equal(p_view.row(b), expected.row(b))) << shift;
      if (b == 8) break;
      EXPECT_EQ(p[shift + b * 8 + 5], T{-7}) << "written beyond a row";
    }
  }
}

TYPED_TEST(NetworkPredictorTest, takes_no_memory_per_call) {
  using T = TypeParam;
  const auto problem =
      test::make_problem<T>({50, 300, 70, 40}, ActivationKind::kGelu, LossKind::kSoftmaxCrossEntropy, 40, 3);
  Matrix<T> outputs(40, 40);
  for (const unsigned threads : {1U, 2U}) {
    NetworkPredictor<T> predictor(problem.network, 16, threads);
    predictor.predict(problem.inputs.view(), outputs.view());
    const std::size_t before = num_allocations.load();
    const std::size_t bytes_before = mallinfo2().uordblks + mallinfo2().hblkhd;  // buffers come past operator new
    for (int call = 0; call < 3; ++call) {
      predictor.predict(problem.inputs.view(), outputs.view());
      predictor.predict(std::span<const T>(problem.inputs.row(0)));
    }
    EXPECT_EQ(num_allocations.load(), before) << threads << " threads";
    EXPECT_EQ(mallinfo2().uordblks + mallinfo2().hblkhd, bytes_before) << threads << " threads";
  }
  EXPECT_GT(num_allocations.load(), 0U) << "allocations are not counted";
}

TYPED_TEST(NetworkPredictorTest, refuses_shapes_that_do_not_fit) {
  using T = TypeParam;
  const auto problem = test::make_problem<T>({4, 3, 2}, ActivationKind::kRelu, LossKind::kSoftmaxCrossEntropy, 2, 1);
  NetworkPredictor<T> predictor(problem.network);
  Matrix<T> x(2, 5), p(2, 2), good(2, 4), short_p(1, 2);
  EXPECT_THROW(predictor.predict(x.view(), p.view()), InputError);
  EXPECT_THROW(predictor.predict(good.view(), short_p.view()), InputError);
  EXPECT_THROW(predictor.predict(x.row(0)), InputError);
}

TEST(Engine, two_trainings_side_by_side_end_with_the_bits_of_each_alone) {
  const auto train = [](std::uint64_t seed, unsigned threads) {
    const auto problem =
        test::make_problem<float>({30, 120, 60, 6}, ActivationKind::kTanh, LossKind::kSoftmaxCrossEntropy, 20, seed);
    Engine<float> engine(problem.network, {.max_batch = 20, .threads = threads, .shares_small_work = true});
    for (std::size_t step = 1; step <= 50; ++step) {
      test::copy_rows(problem.inputs, engine.inputs(20));
      engine.train_step(problem.targets(), {.learning_rate = 0.1, .step = step});
    }
    Network<float> trained = problem.network;
    engine.store_parameters(trained);
    return weights_sha256(trained);
  };
  for (const unsigned threads : {1U, 2U}) {
    std::string hashes[2];
    std::thread other([&] { hashes[1] = train(2, threads); });
    hashes[0] = train(1, threads);
    other.join();
    EXPECT_EQ(hashes[0], train(1, 1));
    EXPECT_EQ(hashes[1], train(2, 1));
  }
}

}  // namespace
}  // namespace gradus
