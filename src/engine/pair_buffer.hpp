// The factors of mixed products: a copy of activations, gradients or weights in bfloat16, paired in both directions
// (kernels::PairArgs), in the layout of the blocks that it is made from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "gradus/core/matrix.hpp"
#include "kernels/kernel_table.hpp"

namespace gradus::engine {

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
