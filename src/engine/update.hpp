// The update of the parameters from their whole gradient: clipping, then the optimizer's rule; each thread for the
// slices that it owns.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/context.hpp"

namespace gradus::engine {

template <class P>
class Update {
 public:
  using T = typename P::Value;
  explicit Update(Context<P>& context) : c(context) {}

  /// Clips and applies the gradients that are stored. All threads.
  void run(unsigned thread);
  /// One step of plain gradient descent for the vectors (biases, ...) of a layer, whose weights have had theirs.
  void step_vectors(unsigned thread, std::size_t layer);

 private:
  /// What the norm of the whole gradient asks every element to be multiplied with.
  double clip_scale(unsigned thread);
  void sum_squares(unsigned thread, std::size_t layer);
  void step_layer(unsigned thread, std::size_t layer);

  Context<P>& c;
};

extern template class Update<Single>;
extern template class Update<Double>;
extern template class Update<Mixed>;

}  // namespace gradus::engine
