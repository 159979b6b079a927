// From logits to outputs P, losses of rows and the gradient of the logits. The formulae are the textbook's
// (loss_math.hpp); exponentials and logarithms are taken for all rows in one call of a kernel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/context.hpp"

namespace gradus::engine {

/// The output rows of one thread: logits z and outputs p (rows x stride each, K columns used, padding kept 0).
template <class T>
struct OutputBlock {
  std::size_t first;
  std::size_t rows;
  std::size_t k_count;
  std::size_t stride;
  const T* z;
  T* p;
  T* log_sums;  // softmax: m + ln sum exp(z - m) of each row, room for whole units of rows
  T* columns;   // softmax: scratch for the transposed logits and three values a row

  [[nodiscard]] std::span<const T> z_row(std::size_t b) const { return {z + b * stride, k_count}; }
  [[nodiscard]] std::span<T> p_row(std::size_t b) const { return {p + b * stride, k_count}; }
};

template <class P>
class OutputRows {
 public:
  using T = typename P::Value;
  explicit OutputRows(Context<P>& context) : c(context) {}

  /// Outputs, losses and, where the call goes backward, the logits' gradient in place of the outputs.
  void run(unsigned thread);
  /// Labels and shares of `count` rows of the batch from row `first` on; lanes up to `n` become 0.
  void labels_and_shares(std::size_t first, std::size_t count, std::size_t n, T* labels, T* shares) const;
  /// Loss and correctness of these rows; `logit(b, k)` is the logit k of row first + b.
  template <class Logit>
  void report_cross_entropy(std::size_t first, std::size_t count, const T* log_sums, const T* labels, const T* best,
                            const Logit& logit) {
    for (std::size_t b = 0; b < count; ++b) {
      const auto label = static_cast<std::size_t>(c.call.targets->labels[first + b]);
      c.space.loss_rows[first + b] = c.call.weighted(first + b, log_sums[b] - logit(b, label));
      c.space.correct_rows[first + b] = best[b] == labels[b] ? 1 : 0;
    }
  }

 private:
  OutputBlock<T> block_of(unsigned thread, bool one_block);
  void cross_entropy_in_columns(const OutputBlock<T>& block, bool reports);
  void any_output(unsigned thread, const OutputBlock<T>& block, bool reports);
  T loss_of_row(unsigned thread, const OutputBlock<T>& block, std::size_t b);
  void gather_logits(unsigned thread, std::size_t first, std::size_t end);
  void scatter_gradients(unsigned thread, std::size_t first, std::size_t end);

  Context<P>& c;
};

extern template class OutputRows<Single>;
extern template class OutputRows<Double>;
extern template class OutputRows<Mixed>;

}  // namespace gradus::engine
