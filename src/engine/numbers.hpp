// The numbers that an engine computes with, as policies of the type: what parameters and sums are, and what the
// products multiply and where it stands.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "gradus/core/matrix.hpp"
#include "kernels/kernel_table.hpp"

namespace gradus::engine {

/// Everything in float.
struct Single {
  using Value = float;
  using Factor = float;
  static constexpr bool kMixed = false;
};

/// Everything in double.
struct Double {
  using Value = double;
  using Factor = double;
  static constexpr bool kMixed = false;
};

/// Parameters and sums in float, the factors of products rounded to bfloat16 and paired.
struct Mixed {
  using Value = float;
  using Factor = kernels::BfloatPair;
  static constexpr bool kMixed = true;
};

/// Numbers that stand in one factor, side by side in a row.
template <class P>
inline constexpr std::size_t kPerFactor = P::kMixed ? 2 : 1;

/// The products of a policy on one target.
template <class P>
struct Products {
  using Value = typename P::Value;
  using Factor = typename P::Factor;
  void (*forward)(const kernels::ForwardArgs<Value, Factor>&) = nullptr;
  void (*weight_gradient)(const kernels::WeightGradientArgs<Value, Factor>&) = nullptr;
  void (*transpose)(const Factor*, std::size_t, std::size_t, std::size_t, Factor*, std::size_t) = nullptr;
  void (*pair_up)(const kernels::PairArgs&) = nullptr;  // mixed only
};

template <class P>
Products<P> products_of(kernels::Target target) {
  if constexpr (P::kMixed) {
    const kernels::PairKernels& pairs = kernels::pair_kernels(target);
    return {pairs.forward, pairs.weight_gradient, pairs.transpose, pairs.pair_up};
  } else {
    const auto& table = kernels::kernel_table<typename P::Value>(target);
    return {table.forward, table.weight_gradient, table.transpose, nullptr};
  }
}

/// The factors of mixed products: a copy of activations, gradients or weights in bfloat16, paired in both directions
/// (kernels::PairArgs), in the layout of the blocks that it is made from.
class PairBuffer {
 public:
  PairBuffer() = default;
  /// For `units` units of columns and up to `max_rows` rows; an even number of rows keeps every block on a cache line.
  PairBuffer(std::size_t units, std::size_t max_rows)
      : max_rows_(max_rows + max_rows % 2),
        along_columns_(units * kUnit / 2 * max_rows_),
        along_rows_(units * kUnit / 2 * max_rows_) {}

  /// Pairs of neighbours in a row: those of the units after the first `units_before`, row b at + b * width / 2.
  kernels::BfloatPair* along_columns(std::size_t units_before) {
    return along_columns_.data() + units_before * kUnit / 2 * max_rows_;
  }
  /// Pairs of rows 2 r and 2 r + 1, row r at + r * width.
  kernels::BfloatPair* along_rows(std::size_t units_before) {
    return along_rows_.data() + units_before * kUnit / 2 * max_rows_;
  }

 private:
  static constexpr std::size_t kUnit = kernels::kUnit<float>;
  std::size_t max_rows_ = 0;
  AlignedBuffer<kernels::BfloatPair> along_columns_;
  AlignedBuffer<kernels::BfloatPair> along_rows_;
};

}  // namespace gradus::engine
