// What the engine decides once per network: how each layer is laid out, which thread owns which outputs, and what has
// to be kept for the backward pass. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "gradus/network/network.hpp"
#include "kernels/panel_layout.hpp"

namespace gradus::engine {

/// One layer for `threads` threads.
struct LayerPlan {
  std::size_t inputs = 0;   // I
  std::size_t outputs = 0;  // O
  std::size_t units = 0;    // cache lines of outputs
  std::size_t stride = 0;   // row stride of activations and gradients of this layer, in elements
  Activation activation;
  double l1 = 0.0;
  double l2 = 0.0;
  double dropout = 0.0;
  /// Too few outputs to share out: every thread keeps and computes all of them, so nothing has to be exchanged.
  bool replicated = false;
  /// The derivative needs a value that the layer's output does not hold: z (softplus, ELU, GELU, SiLU), or the output
  /// before dropout.
  bool keeps_value = false;
  /// `keeps_value` holds z rather than f(z).
  bool keeps_z = false;
};

struct Plan {
  unsigned threads = 1;
  std::vector<LayerPlan> layers;

  /// Units that `thread` computes in `layer`.
  [[nodiscard]] kernels::UnitRange slice(std::size_t layer, unsigned thread) const {
    const LayerPlan& l = layers[layer];
    return l.replicated ? kernels::UnitRange{0, l.units} : kernels::slice_of(l.units, threads, thread);
  }
};

/// The activation's derivative is computed from z, not from f(z).
bool derivative_needs_z(ActivationKind kind);

template <class T>
Plan make_plan(const NetworkSpec& spec, unsigned threads);

}  // namespace gradus::engine
