// The numbers that an engine computes with, as policies of the type: what parameters and sums are, and what the
// products multiply.
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

}  // namespace gradus::engine
