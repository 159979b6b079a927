// A training step of narrow networks (no layer wider than kNarrowOutputs) in columns: vectors over the rows of the
// batch, a lot of kColumnRows at a time through the whole network, while everything is in the first-level cache. The
// chains are those of every other step, so the bits are the same; the gradient goes through a buffer, where it
// continues from one lot to the next. Threads take turns with the lots: all but the sums of the weight gradients, which
// are a chain through all rows and pass from thread to thread, happens side by side. Each then updates its own copy of
// the parameters. While turns do not pay (turns.hpp) the first thread works alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/input_rows.hpp"
#include "engine/output_rows.hpp"

namespace gradus::engine {

/// Fewer rows than lanes of a vector are not worth columns.
template <class T>
inline constexpr std::size_t kMinColumnRows = kernels::kUnit<T>;

template <class P>
class NarrowStep {
 public:
  using T = typename P::Value;
  NarrowStep(Context<P>& context, const InputRows<P>& inputs, OutputRows<P>& outputs)
      : c(context), inputs_(inputs), outputs_(outputs) {}

  /// Loss and gradients of the part in progress; penalties after the last one.
  void run(unsigned thread);
  /// What a step of the first thread alone has changed.
  void copy_to_other_threads();

 private:
  void gather(unsigned thread, std::size_t first, std::size_t count);
  void forward(unsigned thread, std::size_t num_rows);
  void cross_entropy(unsigned thread, std::size_t first, std::size_t count);
  void input_gradients(unsigned thread, std::size_t num_rows);
  void take_gradients_after(unsigned thread, std::size_t lot);
  void weight_gradients(unsigned thread, std::size_t first, std::size_t count);
  void add_penalties(unsigned thread);

  Context<P>& c;
  const InputRows<P>& inputs_;
  OutputRows<P>& outputs_;
};

extern template class NarrowStep<Single>;
extern template class NarrowStep<Double>;
extern template class NarrowStep<Mixed>;

}  // namespace gradus::engine
