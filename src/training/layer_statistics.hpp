// Activations and gradients of every layer on a few rows: what the report's statistics show. Measured on engines of
// its own, so that the engine that trains is never touched.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gradus/engine/engine.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus {

/// One layer on the measured rows. The last layer's activations are its logits.
struct LayerStatistics {
  std::size_t units = 0;
  std::size_t dead = 0;       // constant over the rows with a zero derivative on every one
  std::size_t saturated = 0;  // sigmoid, tanh: derivative below 1 % of its largest value on more than 99 % of the rows
  double activation_mean = 0.0;
  double activation_std = 0.0;
  double gradient_norm = 0.0;  // L2 norm of dW of the rows' mean loss, with penalties, without dropout and row weights
  double weight_norm = 0.0;    // L2 norm of W
};

/// Measures networks of one architecture again and again on the same rows.
template <class T>
class LayerProbe {
 public:
  static constexpr std::size_t kMaxRows = 256;

  /// Takes at most kMaxRows rows of the training part, evenly spread. `run` and `dataset` outlive the probe.
  LayerProbe(const TrainingRun& run, const Dataset& dataset);
  ~LayerProbe();
  LayerProbe(const LayerProbe&) = delete;
  LayerProbe& operator=(const LayerProbe&) = delete;

  std::vector<LayerStatistics> measure(const Network<T>& network);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

extern template class LayerProbe<float>;
extern template class LayerProbe<double>;

/// At most `most` of `rows`, evenly spread from the first on.
std::vector<std::uint32_t> spread_rows(std::span<const std::uint32_t> rows, std::size_t most);

}  // namespace gradus
