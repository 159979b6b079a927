// A bare network ready to be applied, row by row or in batches, through the engine's kernels: no preprocessing, no
// scaling. A model is applied by Predictor (gradus/training/predictor.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "gradus/engine/engine.hpp"

namespace gradus {

/// Applies one network to inputs that are scaled as those it was trained on. Holds a copy of its parameters; allocates
/// when it is made and never again. Not thread-safe; any number may run side by side.
template <class T>
class NetworkPredictor {
 public:
  /// `max_rows`: rows worked on at a time, for which memory is taken; 1 suits rows that come one by one.
  explicit NetworkPredictor(const Network<T>& network, std::size_t max_rows = 1, unsigned threads = 1,
                            bool mixed = false);

  /// Outputs P (B x K) of X (B x I), any B. Throws InputError when the shapes do not fit the network.
  void predict(MatrixView<const T> x, MatrixView<T> outputs);
  /// Outputs (K) of one row (I), valid until the next call.
  std::span<const T> predict(std::span<const T> x);

 private:
  void check(bool fits, std::size_t found) const;
  std::size_t max_rows_;
  Engine<T> engine_;
};

extern template class NetworkPredictor<float>;
extern template class NetworkPredictor<double>;

}  // namespace gradus
