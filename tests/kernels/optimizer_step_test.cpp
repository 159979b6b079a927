// Optimizer steps at the edge of the number range, on every target.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "gradus/core/matrix.hpp"
#include "kernels/kernel_table.hpp"

namespace gradus::kernels {
namespace {

struct StatefulRule {
  OptimizerKind kind;
  bool has_second_slot;
};

constexpr StatefulRule kDecayingRules[] = {{OptimizerKind::kMomentum, false},
                                           {OptimizerKind::kNesterov, false},
                                           {OptimizerKind::kAdam, true},
                                           {OptimizerKind::kAdamW, true},
                                           {OptimizerKind::kRmsProp, false}};

/// Slots of one element that starts at `first` after `steps` steps with the gradient `g`.
template <class T>
struct Decay {
  Decay(const KernelTable<T>& kernels, const StatefulRule& rule, T first, T g, int steps)
      : w(kUnit<T>), gradient(kUnit<T>), slot0(kUnit<T>), slot1(kUnit<T>) {
    w[0] = T{1};
    gradient[0] = g;
    slot0[0] = slot1[0] = first;
    OptimizerArgs<T> args{.kind = rule.kind,
                          .learning_rate = static_cast<T>(0.1),
                          .momentum = static_cast<T>(0.9),
                          .beta1 = static_cast<T>(0.9),
                          .beta2 = static_cast<T>(0.9),
                          .epsilon = static_cast<T>(1e-8),
                          .step_size = static_cast<T>(0.1),
                          .root_correction = T{1},
                          .n = kUnit<T>,
                          .w = w.data(),
                          .g = gradient.data(),
                          .slot0 = slot0.data(),
                          .slot1 = rule.has_second_slot ? slot1.data() : nullptr};
    for (int step = 0; step < steps; ++step) kernels.optimizer_step(args);
    if (!rule.has_second_slot) slot1[0] = slot0[0];
  }
  AlignedBuffer<T> w, gradient, slot0, slot1;
};

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
    for (const StatefulRule& rule : kDecayingRules) {
      SCOPED_TRACE(std::string(kernels.name) + ", " + std::string(optimizer_name(rule.kind)));
      for (const T sign : {T{1}, T{-1}}) {
        const T above = smallest * T{2} * sign;  // .9 of it is still normal
        if (sign < T{0} && rule.kind == OptimizerKind::kRmsProp) continue;
        const Decay<T> one(kernels, rule, above, T{0}, 1);
        EXPECT_GT(std::fabs(one.slot0[0]), smallest);
        EXPECT_EQ(one.slot0[0] < T{0}, sign < T{0});
        const Decay<T> many(kernels, rule, above, T{0}, 8);
        EXPECT_EQ(many.slot0[0], T{0});
        EXPECT_TRUE(sign < T{0} || many.slot1[0] == T{0}) << many.slot1[0];
      }
      const T nan = std::numeric_limits<T>::quiet_NaN();
      const Decay<T> broken(kernels, rule, T{1}, nan, 1);
      EXPECT_TRUE(std::isnan(broken.slot0[0]));
      EXPECT_TRUE(std::isnan(broken.w[0]));
    }
  }
}

}  // namespace
}  // namespace gradus::kernels
