// Optimizer steps at the edge of the number range, on every target.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "kernels/kernel_table.hpp"

namespace gradus::kernels {
namespace {

/// Slots of one element that starts at `first` after `steps` steps with the gradient `g`.
template <class T>
struct Decay {
  Decay(const KernelTable<T>& kernels, OptimizerKind kind, T first, T g, int steps) : w(kUnit<T>), gradient(kUnit<T>) {
    w[0] = T{1};
    gradient[0] = g;
    OptimizerArgs<T> args{.kind = kind,
                          .learning_rate = static_cast<T>(0.1),
                          .momentum = static_cast<T>(0.9),
                          .rho = static_cast<T>(0.9),
                          .beta1 = static_cast<T>(0.9),
                          .beta2 = static_cast<T>(0.9),
                          .epsilon = static_cast<T>(1e-8),
                          .step_size = static_cast<T>(0.1),
                          .root_correction = T{1},
                          .n = kUnit<T>,
                          .w = w.data(),
                          .g = gradient.data()};
    for (std::size_t s = 0; s < optimizer_slots(kind); ++s) {
      slots.emplace_back(kUnit<T>);
      slots[s][0] = first;
      args.slots[s] = slots[s].data();
    }
    for (int step = 0; step < steps; ++step) kernels.optimizer_step(args);
  }
  AlignedBuffer<T> w, gradient;
  std::vector<AlignedBuffer<T>> slots;
};

// Moments that decay: all but sums and largest values so far.
std::vector<std::size_t> decaying_slots(OptimizerKind kind) {
  const OptimizerFacts& facts = optimizer_facts(kind);
  if (facts.has_betas) return {0, 1};
  if (facts.has_momentum || facts.has_rho) return {0};
  return {};
}

// A mean of squares is never negative.
bool is_mean_square(OptimizerKind kind, std::size_t slot) {
  return slot > 0 || optimizer_facts(kind).has_rho;
}

template <class T>
class OptimizerStep : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(OptimizerStep, Types);

// Without this, moments of units that have stopped learning end among the subnormal numbers, where the smallest times
// .9 rounds to itself, and training becomes many times slower on CPUs that compute those in microcode.
TYPED_TEST(OptimizerStep, moments_without_gradients_end_at_zero) {
  using T = TypeParam;
  const T smallest = std::numeric_limits<T>::min();
  for (const Target target : {Target::kPlain, Target::kAvx2, Target::kAvx512, Target::kNeon}) {
    if (!target_available(target)) continue;
    const KernelTable<T>& kernels = kernel_table<T>(target);
    for (const OptimizerKind kind : kAllOptimizers) {
      SCOPED_TRACE(std::string(kernels.name) + ", " + std::string(optimizer_name(kind)));
      for (const std::size_t slot : decaying_slots(kind)) {
        for (const T sign : {T{1}, T{-1}}) {
          if (sign < T{0} && is_mean_square(kind, slot)) continue;
          const T above = smallest * T{2} * sign;  // .9 of it is still normal
          const Decay<T> one(kernels, kind, above, T{0}, 1);
          EXPECT_GT(std::fabs(one.slots[slot][0]), smallest);
          EXPECT_EQ(one.slots[slot][0] < T{0}, sign < T{0});
          const Decay<T> many(kernels, kind, above, T{0}, 8);
          EXPECT_EQ(many.slots[slot][0], T{0});
        }
      }
      const T nan = std::numeric_limits<T>::quiet_NaN();
      const Decay<T> broken(kernels, kind, T{1}, nan, 1);
      for (const std::size_t slot : decaying_slots(kind)) EXPECT_TRUE(std::isnan(broken.slots[slot][0]));
      EXPECT_TRUE(std::isnan(broken.w[0]));
    }
  }
}

// One element, gradients 4, 1, 1, ...: Adam's second moment falls after the first step, AMSGrad's stays the largest.
// The steps are those of the published rule in double.
TYPED_TEST(OptimizerStep, amsgrad_keeps_the_largest_second_moment) {
  using T = TypeParam;
  const double beta1 = 0.9, beta2 = 0.5, rate = 0.1;
  for (const Target target : {Target::kPlain, Target::kAvx2, Target::kAvx512, Target::kNeon}) {
    if (!target_available(target)) continue;
    AlignedBuffer<T> w(kUnit<T>), g(kUnit<T>), m(kUnit<T>), v(kUnit<T>), largest(kUnit<T>);
    double expected = 1.0, first = 0.0, second = 0.0, most = 0.0;
    w[0] = T{1};
    for (int t = 1; t <= 6; ++t) {
      g[0] = t == 1 ? T{4} : T{1};
      first = beta1 * first + (1.0 - beta1) * double(g[0]);
      second = beta2 * second + (1.0 - beta2) * double(g[0]) * double(g[0]);
      most = std::max(most, second);
      const double corrected = std::sqrt(most / (1.0 - std::pow(beta2, t)));
      expected -= rate * first / (1.0 - std::pow(beta1, t)) / (corrected + 1e-8);
      OptimizerArgs<T> args{.kind = OptimizerKind::kAmsGrad,
                            .beta1 = static_cast<T>(beta1),
                            .beta2 = static_cast<T>(beta2),
                            .epsilon = static_cast<T>(1e-8),
                            .step_size = static_cast<T>(rate / (1.0 - std::pow(beta1, t))),
                            .root_correction = static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(beta2, t))),
                            .n = kUnit<T>,
                            .w = w.data(),
                            .g = g.data(),
                            .slots = {m.data(), v.data(), largest.data()}};
      kernel_table<T>(target).optimizer_step(args);
      EXPECT_NEAR(w[0], expected, 20 * std::numeric_limits<T>::epsilon()) << target_name(target) << ", step " << t;
      EXPECT_EQ(largest[0], T{8});
    }
    EXPECT_LT(v[0], T{2});
  }
}

}  // namespace
}  // namespace gradus::kernels
