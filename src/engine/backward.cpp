// Backward pass of one thread: input gradient through its own weights, then the weight gradient of its own outputs with
// the update.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/engine_state.hpp"

namespace gradus::engine {

template <class T>
void EngineState<T>::backward(unsigned thread) {
  for (std::size_t l = plan.layers.size(); l-- > 0;) {
    if (l > 0) {
      input_gradient(thread, l);  // before the weights of layer l change
    }
    weight_gradient(thread, l);
    if (l > 0) finish_input_gradient(thread, l);
  }
  if (stores_gradients() && kind == StepKind::kTrain) scale_and_update(thread);
}

// dH(b, i) = chain_o dZ(b, o) W(i, o), blocks of i after blocks of i. Weights are transposed block by block into
// scratch that stays in the cache; then the forward kernel does the product.
template <class T>
void EngineState<T>::input_gradient(unsigned thread, std::size_t layer) {
  const LayerPlan& l = plan.layers[layer];
  const LayerPlan& below = plan.layers[layer - 1];
  const PackedSlice<T>& parameters = threads[thread]->parameters[layer];
  const Matrix<T>& dz = buffers(thread, layer).dz;
  Matrix<T>& to = l.replicated && below.replicated ? threads[thread]->own[layer - 1].dz : dh[layer - 1];
  // Replicated weights: this thread computes only the columns that it needs itself, with the whole chain.
  const kernels::UnitRange columns = l.replicated ? plan.slice(layer - 1, thread) : kernels::UnitRange{0, below.units};
  const std::size_t first_output = parameters.first_output();
  const std::size_t depth = std::min(parameters.width(), l.outputs - std::min(l.outputs, first_output));
  const bool crosses = !l.replicated;
  std::uint32_t finished = 0;
  for (std::size_t unit = 0; unit < columns.count; unit += kernels::kPanelUnits) {
    const std::size_t units = std::min(kernels::kPanelUnits, columns.count - unit);
    const std::size_t width = units * kernels::kUnit<T>;
    const std::size_t i0 = (columns.first + unit) * kernels::kUnit<T>;
    const std::size_t ni = std::min(width, l.inputs - std::min(l.inputs, i0));
    T* const block = threads[thread]->transposed.data();
    for (std::size_t p = 0; p < parameters.panels(); ++p) {
      const std::size_t panel_width = parameters.panel_units(p) * kernels::kUnit<T>;
      const std::size_t column = parameters.panel_column(p);
      if (column >= depth) break;
      kernels->transpose(parameters.weights.data() + parameters.panel_offset(p) + i0 * panel_width, panel_width, ni,
                         std::min(panel_width, depth - column), block + column * width, width);
    }
    if (crosses && thread > 0) progress[layer][thread - 1].wait_for(finished + 1);
    kernels->forward({.x = dz.data() + first_output,
                      .ldx = dz.cols(),
                      .rows = rows,
                      .depth = depth,
                      .row_of_k = nullptr,
                      .w = block,
                      .units = units,
                      .bias = nullptr,
                      .out = to.data() + i0,
                      .ldo = to.cols(),
                      .accumulate = crosses && thread > 0,
                      .relu = false});
    if (crosses) progress[layer][thread].advance_to(++finished);
  }
}

// dZ of the layer below from dH: mask of its dropout, then its activation's derivative, for the columns that this
// thread owns there.
template <class T>
void EngineState<T>::finish_input_gradient(unsigned thread, std::size_t layer) {
  const LayerPlan& l = plan.layers[layer];
  const std::size_t below = layer - 1;
  const LayerPlan& b_plan = plan.layers[below];
  if (!l.replicated) {
    const auto blocks = static_cast<std::uint32_t>((b_plan.units + kernels::kPanelUnits - 1) / kernels::kPanelUnits);
    progress[layer][plan.threads - 1].wait_for(blocks);
  }
  const kernels::UnitRange columns = plan.slice(below, thread);
  const std::size_t width = columns.count * kernels::kUnit<T>;
  const std::size_t first = columns.first * kernels::kUnit<T>;
  LayerBuffers<T>& to = buffers(thread, below);
  const Matrix<T>& from = l.replicated && b_plan.replicated ? to.dz : dh[below];
  const Matrix<T>& value = b_plan.keeps_value ? to.kept : to.h;
  const auto alpha = static_cast<T>(b_plan.activation.alpha);
  const bool whole = width == to.dz.cols() && b_plan.dropout <= 0.0;
  if (whole) {
    kernels->activation_gradient(b_plan.activation.kind, alpha, from.data(), value.data(), value.data(), to.dz.data(),
                                 rows * width);
    return;
  }
  for (std::size_t b = 0; b < rows; ++b) {
    const std::size_t at = b * to.dz.cols() + first;
    const T* source = from.data() + at;
    T* const dz = to.dz.data() + at;
    if (b_plan.dropout > 0.0) {
      const T* const mask = masks[below].data() + at;
      for (std::size_t j = 0; j < width; ++j) dz[j] = source[j] * mask[j];
      source = dz;
    }
    kernels->activation_gradient(b_plan.activation.kind, alpha, source, value.data() + at, value.data() + at, dz,
                                 width);
  }
}

template <class T>
void EngineState<T>::weight_gradient(unsigned thread, std::size_t layer) {
  const LayerPlan& l = plan.layers[layer];
  ThreadState<T>& state = *threads[thread];
  PackedSlice<T>& parameters = state.parameters[layer];
  if (parameters.units.count == 0) return;
  const Matrix<T>& dz = buffers(thread, layer).dz;
  const MatrixView<const T> x = layer_input(thread, layer);
  const bool stores = stores_gradients();
  for (std::size_t p = 0; p < parameters.panels(); ++p) {
    const std::size_t offset = parameters.panel_offset(p);
    kernels->weight_gradient({.x = x.data(),
                              .ldx = x.stride(),
                              .rows = rows,
                              .depth = l.inputs,
                              .row_of_k = nullptr,
                              .dz = dz.data() + parameters.first_output() + parameters.panel_column(p),
                              .lddz = dz.cols(),
                              .units = parameters.panel_units(p),
                              .w = parameters.weights.data() + offset,
                              .gradient = stores ? state.gradients[layer].weights.data() + offset : nullptr,
                              .use = stores ? kernels::GradientUse::kStore : kernels::GradientUse::kSgdUpdate,
                              .learning_rate = static_cast<T>(step.learning_rate),
                              .l1 = static_cast<T>(l.l1),
                              .l2_twice = static_cast<T>(2.0 * l.l2)});
  }
  PackedSlice<T>& gradient = state.gradients[layer];
  kernels->column_sums(dz.data() + parameters.first_output(), dz.cols(), rows, parameters.width(),
                       gradient.biases.data());
  if (stores) return;
  kernels->optimizer_step({.kind = OptimizerKind::kSgd,
                           .learning_rate = static_cast<T>(step.learning_rate),
                           .n = parameters.width(),
                           .w = parameters.biases.data(),
                           .g = gradient.biases.data()});
}

template void EngineState<float>::backward(unsigned);
template void EngineState<double>::backward(unsigned);

}  // namespace gradus::engine
