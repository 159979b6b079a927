// The products of every target against the plain one, bit for bit: odd shapes, strides, skipped rows, NaN around.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/core/random.hpp"
#include "kernels/kernel_table.hpp"

namespace gradus::kernels {
namespace {

constexpr Target kVectorTargets[] = {Target::kAvx512, Target::kAvx2, Target::kNeon};

template <class T>
AlignedBuffer<T> random_buffer(std::size_t size, RandomStream& random) {
  AlignedBuffer<T> buffer(size);
  for (T& x : buffer.span()) x = static_cast<T>(random.uniform(-1.0, 1.0));
  return buffer;
}

template <class T>
bool same_bits(const AlignedBuffer<T>& a, const AlignedBuffer<T>& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
class Products : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(Products, Types);

TYPED_TEST(Products, forward_has_the_plain_targets_bits) {
  using T = TypeParam;
  RandomStream random(1, Purpose::kTest);
  for (const Target target : kVectorTargets) {
    if (!target_available(target)) continue;
    for (const std::size_t units : {1, 2, 3, 4}) {
      for (const std::size_t rows : {1, 2, 5, 6, 7, 11, 12, 13, 24, 25, 37}) {
        for (const std::size_t depth : {1, 3, 7, 16, 17, 65}) {
          const std::size_t width = units * kUnit<T>, ldx = depth + 3;
          // One element of offset: kernels must not need aligned activations.
          AlignedBuffer<T> x = random_buffer<T>(rows * ldx + 1, random);
          for (std::size_t b = 0; b < rows; ++b) x[1 + b * ldx + depth] = std::numeric_limits<T>::quiet_NaN();
          const AlignedBuffer<T> w = random_buffer<T>(depth * width, random);
          const AlignedBuffer<T> bias = random_buffer<T>(width, random);
          const AlignedBuffer<T> start = random_buffer<T>(rows * width + 1, random);
          AlignedBuffer<T> positive = random_buffer<T>(rows * width + 1, random);
          positive[1] = T{0};
          for (const bool accumulate : {false, true}) {
            const AlignedBuffer<T> before = random_buffer<T>(start.size(), random);
            AlignedBuffer<T> expected = before, found = before;
            const std::size_t cut = depth / 3;  // two runs, the first may be empty
            const InputRun<T> runs[] = {{x.data() + 1, ldx, cut}, {x.data() + 1 + cut, ldx, depth - cut}};
            ForwardArgs<T> args{.runs = runs,
                                .num_runs = 2,
                                .rows = rows,
                                .row_of_k = nullptr,
                                .w = w.data(),
                                .units = units,
                                .bias = bias.data(),
                                .start = accumulate ? start.data() + 1 : nullptr,
                                .positive = rows % 3 == 0 ? positive.data() + 1 : nullptr,
                                .out = nullptr,
                                .relu = rows % 2 == 0,
                                .streams = depth % 2 == 0};
            const std::size_t offset = args.streams ? 0 : 1;  // only whole cache lines are streamed
            args.out = expected.data() + offset;
            kernel_table<T>(Target::kPlain).forward(args);
            args.out = found.data() + offset;
            kernel_table<T>(target).forward(args);
            EXPECT_TRUE(same_bits(expected, found))
                << target_name(target) << " units " << units << " rows " << rows << " depth " << depth;
            EXPECT_FALSE(same_bits(before, found)) << "nothing was written";
          }
        }
      }
    }
  }
}

TYPED_TEST(Products, weight_gradient_has_the_plain_targets_bits) {
  using T = TypeParam;
  RandomStream random(2, Purpose::kTest);
  for (const Target target : kVectorTargets) {
    if (!target_available(target)) continue;
    for (const std::size_t units : {1, 2, 3, 4}) {
      for (const std::size_t rows : {0, 1, 3, 8, 17}) {
        for (const std::size_t depth : {1, 5, 6, 12, 13, 30}) {
          const std::size_t width = units * kUnit<T>, ldx = depth + 2;
          const AlignedBuffer<T> x = random_buffer<T>(rows * ldx + 1, random);
          const AlignedBuffer<T> dz = random_buffer<T>(rows * width + 1, random);
          std::vector<std::uint32_t> every_second;
          for (std::uint32_t k = 0; k < depth; ++k) every_second.push_back(2 * k);
          for (const GradientUse use : {GradientUse::kStore, GradientUse::kSgdUpdate}) {
            for (const double l2 : {0.0, 0.01}) {
              const AlignedBuffer<T> start = random_buffer<T>(2 * depth * width, random);
              AlignedBuffer<T> w = start, expected_w = start, g = start, expected_g = start;
              const bool accumulate = use == GradientUse::kStore && depth % 2 == 1;
              WeightGradientArgs<T> args{.x = x.data() + 1,
                                         .ldx = ldx,
                                         .rows = rows,
                                         .depth = depth,
                                         .row_of_k = every_second.data(),
                                         .dz = dz.data() + 1,
                                         .units = units,
                                         .w = nullptr,
                                         .gradient = nullptr,
                                         .use = use,
                                         .accumulate = accumulate,
                                         .learning_rate = T(0.1),
                                         .l1 = T(l2 / 3),
                                         .l2_twice = T(l2)};
              args.w = expected_w.data();
              args.gradient = expected_g.data();
              kernel_table<T>(Target::kPlain).weight_gradient(args);
              args.w = w.data();
              args.gradient = g.data();
              kernel_table<T>(target).weight_gradient(args);
              EXPECT_TRUE(same_bits(expected_w, w)) << target_name(target) << " rows " << rows << " depth " << depth;
              EXPECT_TRUE(same_bits(expected_g, g)) << target_name(target) << " rows " << rows << " depth " << depth;
            }
          }
        }
      }
    }
  }
}

TYPED_TEST(Products, input_gradient_has_the_plain_targets_bits) {
  using T = TypeParam;
  RandomStream random(5, Purpose::kTest);
  for (const Target target : kVectorTargets) {
    if (!target_available(target)) continue;
    for (const std::size_t units : {1, 2, 3, 4}) {
      for (const std::size_t rows : {1, 2, 3, 4, 7, 8, 11}) {
        for (const std::size_t outputs : {1, 2, 3, 4, 7, 16, 41}) {
          // Padded outputs of weights and gradients are NaN: no chain may touch them.
          const std::size_t inputs = units * kUnit<T> - (rows + outputs) % kUnit<T>;
          const std::size_t widths[] = {(outputs + kUnit<T> - 1) / kUnit<T> * kUnit<T>, 2 * kUnit<T>};
          const std::size_t counts[] = {outputs, kUnit<T> + 1};
          AlignedBuffer<T> w[2], dz[2];
          OutputRun<T> runs[2];
          for (int p = 0; p < 2; ++p) {
            w[p] = random_buffer<T>(inputs * widths[p], random);
            dz[p] = random_buffer<T>(rows * widths[p] + 1, random);
            for (std::size_t o = counts[p]; o < widths[p]; ++o) {
              for (std::size_t i = 0; i < inputs; ++i) w[p][i * widths[p] + o] = std::numeric_limits<T>::quiet_NaN();
              for (std::size_t b = 0; b < rows; ++b) dz[p][1 + b * widths[p] + o] = std::numeric_limits<T>::quiet_NaN();
            }
            runs[p] = {dz[p].data() + 1, w[p].data(), widths[p], counts[p]};
          }
          const AlignedBuffer<T> start = random_buffer<T>(rows * units * kUnit<T> + 1, random);
          const AlignedBuffer<T> positive = random_buffer<T>(rows * units * kUnit<T> + 1, random);
          for (const bool accumulate : {false, true}) {
            AlignedBuffer<T> expected = start, found = start;
            InputGradientArgs<T> args{.runs = runs,
                                      .num_runs = 2,
                                      .rows = rows,
                                      .inputs = inputs,
                                      .units = units,
                                      .start = accumulate ? start.data() + 1 : nullptr,
                                      .positive = rows % 2 == 0 ? positive.data() + 1 : nullptr,
                                      .out = nullptr,
                                      .streams = outputs % 2 == 0};
            const std::size_t offset = args.streams ? 0 : 1;
            args.out = expected.data() + offset;
            kernel_table<T>(Target::kPlain).input_gradient(args);
            args.out = found.data() + offset;
            kernel_table<T>(target).input_gradient(args);
            EXPECT_TRUE(same_bits(expected, found))
                << target_name(target) << " units " << units << " rows " << rows << " outputs " << outputs;
            for (const T value : expected.span()) EXPECT_FALSE(std::isnan(value));
          }
        }
      }
    }
  }
}

TYPED_TEST(Products, skipping_a_zero_column_is_exact) {
  using T = TypeParam;
  RandomStream random(3, Purpose::kTest);
  const std::size_t depth = 20, rows = 9, width = 2 * kUnit<T>;
  const Target target = active_target();
  AlignedBuffer<T> x = random_buffer<T>(rows * depth, random);
  const AlignedBuffer<T> w = random_buffer<T>(depth * width, random);
  std::vector<std::uint32_t> kept;
  for (std::uint32_t k = 0; k < depth; ++k) {
    if (k % 3 != 1) kept.push_back(k);
    for (std::size_t b = 0; b < rows && k % 3 == 1; ++b) x[b * depth + k] = T{0};
  }
  AlignedBuffer<T> compact(rows * kept.size()), dense_out(rows * width), compact_out(rows * width);
  for (std::size_t b = 0; b < rows; ++b) {
    for (std::size_t k = 0; k < kept.size(); ++k) compact[b * kept.size() + k] = x[b * depth + kept[k]];
  }
  const InputRun<T> dense_run{x.data(), depth, depth};
  const InputRun<T> compact_run{compact.data(), kept.size(), kept.size()};
  kernel_table<T>(target).forward(
      {&dense_run, 1, rows, nullptr, w.data(), 2, nullptr, nullptr, nullptr, dense_out.data(), false, false});
  kernel_table<T>(target).forward(
      {&compact_run, 1, rows, kept.data(), w.data(), 2, nullptr, nullptr, nullptr, compact_out.data(), false, false});
  EXPECT_TRUE(same_bits(dense_out, compact_out));
}

TYPED_TEST(Products, columns_have_the_plain_targets_bits) {
  using T = TypeParam;
  RandomStream random(7, Purpose::kTest);
  const std::size_t width = 2 * kUnit<T>;
  for (const Target target : kVectorTargets) {
    if (!target_available(target)) continue;
    for (std::size_t depth = 1; depth <= kNarrowOutputs; ++depth) {
      for (std::size_t outputs = 1; outputs <= kNarrowOutputs; ++outputs) {
        const std::size_t units = 1 + (depth + outputs) % (kColumnRows / kUnit<T>);
        const AlignedBuffer<T> x = random_buffer<T>(kNarrowOutputs * kColumnRows, random);
        const AlignedBuffer<T> w = random_buffer<T>(kNarrowOutputs * kNarrowOutputs, random);
        const AlignedBuffer<T> bias = random_buffer<T>(kNarrowOutputs, random);
        const AlignedBuffer<T> before = random_buffer<T>(x.size(), random);
        AlignedBuffer<T> expected = before, found = before;
        const bool is_input_gradient = outputs % 2 == 0;
        ColumnsProductArgs<T> args{.x = x.data(),
                                   .depth = depth,
                                   .w = w.data(),
                                   .w_of_k = is_input_gradient ? 1 : kNarrowOutputs,
                                   .w_of_output = is_input_gradient ? kNarrowOutputs : 1,
                                   .outputs = outputs,
                                   .bias = is_input_gradient ? nullptr : bias.data(),
                                   .out = expected.data(),
                                   .rows = units * kUnit<T>};
        kernel_table<T>(Target::kPlain).columns_product(args);
        args.out = found.data();
        kernel_table<T>(target).columns_product(args);
        EXPECT_TRUE(same_bits(expected, found)) << target_name(target) << " depth " << depth << " outputs " << outputs;
        EXPECT_FALSE(same_bits(before, found)) << "nothing was written";
        for (const bool accumulate : {false, true}) {
          const AlignedBuffer<T> dz = random_buffer<T>(kColumnRows * width, random);
          const AlignedBuffer<T> gradient = random_buffer<T>(kNarrowOutputs * width, random);
          const AlignedBuffer<T> sums = random_buffer<T>(kUnit<T>, random);
          AlignedBuffer<T> expected_sums = sums, found_sums = sums;
          AlignedBuffer<T> expected_gradient = gradient, found_gradient = gradient;
          ColumnsGradientArgs<T> gradient_args{.x = x.data(),
                                               .rows = 1 + (17 * depth + outputs) % kColumnRows,
                                               .depth = depth,
                                               .dz = dz.data() + kUnit<T>,
                                               .gradient = expected_gradient.data(),
                                               .width = width,
                                               .sums = expected_sums.data(),
                                               .accumulate = accumulate};
          kernel_table<T>(Target::kPlain).columns_gradient(gradient_args);
          gradient_args.gradient = found_gradient.data();
          gradient_args.sums = found_sums.data();
          kernel_table<T>(target).columns_gradient(gradient_args);
          EXPECT_TRUE(same_bits(expected_gradient, found_gradient)) << target_name(target) << " depth " << depth;
          EXPECT_TRUE(same_bits(expected_sums, found_sums)) << target_name(target) << " depth " << depth;
          EXPECT_FALSE(same_bits(gradient, found_gradient)) << "nothing was written";
        }
      }
    }
  }
}

TYPED_TEST(Products, transpose_swaps_rows_and_columns) {
  using T = TypeParam;
  RandomStream random(4, Purpose::kTest);
  for (const Target target : {Target::kAvx512, Target::kAvx2, Target::kNeon, Target::kPlain}) {
    if (!target_available(target)) continue;
    for (const std::size_t ni : {1, 4, 15, 16, 32}) {
      for (const std::size_t no : {1, 5, 16, 31, 32}) {
        const AlignedBuffer<T> src = random_buffer<T>(ni * 40, random);
        AlignedBuffer<T> dst = random_buffer<T>((no + kUnit<T>)*48, random);
        kernel_table<T>(target).transpose(src.data(), 40, ni, no, dst.data(), 48);
        for (std::size_t i = 0; i < ni; ++i) {
          for (std::size_t o = 0; o < no; ++o) ASSERT_EQ(dst[o * 48 + i], src[i * 40 + o]) << target_name(target);
        }
        for (std::size_t i = ni; i % kUnit<T> != 0; ++i) {
          for (std::size_t o = 0; o < no; ++o) ASSERT_EQ(dst[o * 48 + i], T{0}) << target_name(target) << " padding";
        }
      }
    }
  }
}

}  // namespace
}  // namespace gradus::kernels
