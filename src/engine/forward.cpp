// Forward pass: H = f(X W + b) for the slice of one thread, layer after layer.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/engine_state.hpp"
#include "gradus/core/random.hpp"

namespace gradus::engine {

template <class T>
void EngineState<T>::forward(unsigned thread) {
  if (kind != StepKind::kEvaluate) draw_masks(thread);
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    forward_layer(thread, l);
    // A replicated layer was computed whole by every thread; nobody has to wait for its outputs.
    if (!plan.layers[l].replicated) pool->sync();
  }
}

template <class T>
void EngineState<T>::forward_layer(unsigned thread, std::size_t layer) {
  const LayerPlan& l = plan.layers[layer];
  const PackedSlice<T>& parameters = threads[thread]->parameters[layer];
  if (parameters.units.count == 0) return;
  LayerBuffers<T>& to = buffers(thread, layer);
  const MatrixView<const T> x = layer_input(thread, layer);
  const bool relu_fused = l.activation.kind == ActivationKind::kRelu && !l.keeps_value;
  Matrix<T>& z = l.keeps_value ? to.kept : to.h;
  const std::size_t first = parameters.first_output();
  for (std::size_t p = 0; p < parameters.panels(); ++p) {
    const std::size_t column = parameters.panel_column(p);
    kernels->forward({.x = x.data(),
                      .ldx = x.stride(),
                      .rows = rows,
                      .depth = l.inputs,
                      .row_of_k = nullptr,
                      .w = parameters.weights.data() + parameters.panel_offset(p),
                      .units = parameters.panel_units(p),
                      .bias = parameters.biases.data() + column,
                      .out = z.data() + first + column,
                      .ldo = z.cols(),
                      .accumulate = false,
                      .relu = relu_fused});
  }
  const std::size_t width = parameters.width();
  const bool dropping = l.dropout > 0.0 && kind != StepKind::kEvaluate;
  const auto alpha = static_cast<T>(l.activation.alpha);
  const bool pending = !relu_fused && l.activation.kind != ActivationKind::kIdentity;
  // Whole rows lie one behind the other, so one call does all of them.
  const bool whole = width == z.cols() && !l.keeps_value;
  if (whole && pending) {
    kernels->activate(l.activation.kind, alpha, z.data(), z.data(), rows * width);
    return;
  }
  for (std::size_t b = 0; b < rows && (pending || l.keeps_value); ++b) {
    T* const from = z.data() + b * z.cols() + first;
    T* const h = to.h.data() + b * to.h.cols() + first;
    T* const value = l.keeps_z ? h : from;
    if (pending) kernels->activate(l.activation.kind, alpha, from, value, width);
    if (l.keeps_value && !l.keeps_z) std::copy_n(from, width, h);
    if (!dropping) continue;
    const T* const mask = masks[layer].data() + b * masks[layer].cols() + first;
    for (std::size_t j = 0; j < width; ++j) h[j] *= mask[j];
  }
}

// Two decisions per 64 random bits; row b of a layer is drawn by one thread from its own place in the stream, so the
// masks depend on (seed, step, layer, row, unit) alone.
template <class T>
void EngineState<T>::draw_masks(unsigned thread) {
  bool any = false;
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    const LayerPlan& layer = plan.layers[l];
    if (layer.dropout <= 0.0) continue;
    any = true;
    const auto threshold = static_cast<std::uint64_t>(layer.dropout * 4294967296.0);
    const T keep = static_cast<T>(1.0 / (1.0 - layer.dropout));
    const std::uint64_t stream_of_step = step.step * plan.layers.size() + l;
    for (std::size_t b = thread; b < rows; b += plan.threads) {
      RandomStream stream(options.dropout_seed, Purpose::kDropout, (stream_of_step << 24U) + b);
      T* const mask = masks[l].data() + b * masks[l].cols();
      for (std::size_t j = 0; j < layer.outputs; j += 2) {
        const std::uint64_t bits = stream.next_u64();
        mask[j] = (bits >> 32U) < threshold ? T{0} : keep;
        if (j + 1 < layer.outputs) mask[j + 1] = (bits & 0xffffffffU) < threshold ? T{0} : keep;
      }
    }
  }
  if (any) pool->sync();
}

template void EngineState<float>::forward(unsigned);
template void EngineState<double>::forward(unsigned);

}  // namespace gradus::engine
