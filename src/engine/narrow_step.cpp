// A training step of narrow networks (no layer wider than kNarrowOutputs) in columns: vectors over the rows of the
// batch, a lot of kColumnRows at a time through the whole network, while everything is in the first-level cache. The
// chains are those of every other step, so the bits are the same; the gradient goes through a buffer, where it
// continues from one lot to the next. Threads take turns with the lots: all but the sums of the weight gradients, which
// are a chain through all rows and pass from thread to thread, happens side by side. Each then updates its own copy of
// the parameters. While turns do not pay (turns.hpp) the first thread works alone.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/engine_state.hpp"

namespace gradus::engine {
namespace {

using kernels::kColumnRows;
using kernels::padded;

// f(column) for every column that `rows` rows fill, or once where they lie side by side.
template <class F>
void for_columns(std::size_t columns, std::size_t rows, const F& f) {
  if (rows == kColumnRows) return f(0, columns * kColumnRows);
  for (std::size_t j = 0; j < columns; ++j) f(j * kColumnRows, rows);
}

}  // namespace

template <class T>
ColumnBuffers<T>::ColumnBuffers(const std::vector<LayerPlan>& plan) : x(plan.front().inputs * kColumnRows) {
  std::size_t width = 0;
  for (const LayerPlan& layer : plan) {
    const std::size_t count = layer.outputs * kColumnRows;
    layers.push_back({AlignedBuffer<T>(layer.keeps_z ? count : 0), AlignedBuffer<T>(count), AlignedBuffer<T>(count)});
    width = std::max(width, layer.units * kernels::kUnit<T>);
  }
  gradient_rows = AlignedBuffer<T>(width * kColumnRows);
  for (AlignedBuffer<T>* of_rows : {&labels, &shares, &best, &log_sums}) *of_rows = AlignedBuffer<T>(kColumnRows);
}

template <class T>
void EngineState<T>::train_in_columns(unsigned thread) {
  const std::size_t lots = (rows + kColumnRows - 1) / kColumnRows;
  for (std::size_t lot = thread; lot < lots; lot += working_threads) {
    const std::size_t first = first_row + lot * kColumnRows;
    const std::size_t count = std::min(kColumnRows, first_row + rows - first);
    gather_columns(thread, first, count);
    forward_columns(thread, padded<T>(count));
    cross_entropy_columns(thread, first, count);
    input_gradients_of_columns(thread, padded<T>(count));
    take_gradients_after(thread, lot);
    weight_gradients_of_columns(thread, first, count);
    finished_lots.advance_to(static_cast<std::uint32_t>(lot + 1));
  }
  if (working_threads > 1) {
    take_gradients_after(thread, lots);
    sync();  // whoever had the last lot changes its gradients next
  }
  if (first_row + rows == batch_rows) add_penalties(thread);
}

// What a step of the first thread alone has changed.
template <class T>
void EngineState<T>::copy_to_other_threads() {
  const auto copy = [](const std::vector<PackedSlice<T>>& from, std::vector<PackedSlice<T>>& to) {
    for (std::size_t l = 0; l < from.size(); ++l) {
      std::copy_n(from[l].weights.data(), from[l].weights.size(), to[l].weights.data());
      std::copy_n(from[l].biases.data(), from[l].biases.size(), to[l].biases.data());
    }
  };
  for (unsigned t = 1; t < plan.threads; ++t) {
    copy(threads[0]->parameters, threads[t]->parameters);
    for (std::size_t s = 0; s < threads[0]->slots.size(); ++s) copy(threads[0]->slots[s], threads[t]->slots[s]);
  }
}

// The gradients of all rows before `lot`, once they are complete. Whoever holds them goes on with another lot, but adds
// nothing before this thread has finished its own.
template <class T>
void EngineState<T>::take_gradients_after(unsigned thread, std::size_t lot) {
  if (lot == 0 || working_threads == 1) return;
  finished_lots.wait_for(static_cast<std::uint32_t>(lot));
  const std::size_t owner = (lot - 1) % working_threads;
  if (owner == thread) return;
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    const PackedSlice<T>& from = threads[owner]->gradients[l];
    PackedSlice<T>& to = threads[thread]->gradients[l];
    std::copy_n(from.weights.data(), from.weights.size(), to.weights.data());
    std::copy_n(from.biases.data(), from.biases.size(), to.biases.data());
  }
}

// Lanes beyond the rows are 0.
template <class T>
void EngineState<T>::gather_columns(unsigned thread, std::size_t first, std::size_t count) {
  T* const x = threads[thread]->columns_of_layers.x.data();
  const auto gather = [&](const auto& value_of) {
    for (std::size_t i = 0; i < spec.num_inputs; ++i) {
      T* const column = x + i * kColumnRows;
      for (std::size_t b = 0; b < count; ++b) column[b] = value_of(first + b, i);
      std::fill(column + count, column + padded<T>(count), T{0});
    }
  };
  const auto gather_from = [&](const auto& from) {
    using From = std::decay_t<decltype(from)>;
    if constexpr (std::is_same_v<From, std::monostate>) {
      gather([&](std::size_t b, std::size_t i) { return input(b, i); });
    } else if constexpr (std::is_same_v<From, ByteRows>) {
      gather([&](std::size_t b, std::size_t i) { return byte_values[from.data[from.rows[b] * spec.num_inputs + i]]; });
    } else {
      const std::uint32_t* const row_numbers = from.rows.data();
      const auto* const values = from.data;
      const std::size_t num_inputs = spec.num_inputs;
      gather([=](std::size_t b, std::size_t i) { return static_cast<T>(values[row_numbers[b] * num_inputs + i]); });
    }
  };
  std::visit(gather_from, row_source);
}

template <class T>
void EngineState<T>::forward_columns(unsigned thread, std::size_t num_rows) {
  ColumnBuffers<T>& buffers_of = threads[thread]->columns_of_layers;
  const T* x = buffers_of.x.data();
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    const LayerPlan& layer = plan.layers[l];
    const PackedSlice<T>& parameters = threads[thread]->parameters[l];
    const Block& block = parameters.blocks.front();
    T* const h = buffers_of.layers[l].h.data();
    T* const z = layer.keeps_z ? buffers_of.layers[l].z.data() : h;
    kernels->columns_product({.x = x,
                              .depth = layer.inputs,
                              .w = parameters.panel(block),
                              .w_of_k = block.width<T>(),
                              .w_of_output = 1,
                              .outputs = layer.outputs,
                              .bias = parameters.bias(block),
                              .out = z,
                              .rows = num_rows});
    if (layer.activation.kind != ActivationKind::kIdentity) {
      for_columns(layer.outputs, num_rows, [&](std::size_t at, std::size_t n) {
        kernels->activate(layer.activation.kind, static_cast<T>(layer.activation.alpha), z + at, h + at, n);
      });
    }
    x = h;
  }
}

template <class T>
void EngineState<T>::cross_entropy_columns(unsigned thread, std::size_t first, std::size_t count) {
  ColumnBuffers<T>& buffers_of = threads[thread]->columns_of_layers;
  auto& last = buffers_of.layers.back();
  const std::size_t outputs_count = plan.layers.back().outputs;
  const std::size_t n = padded<T>(count);
  std::copy_n(last.h.data(), outputs_count * kColumnRows, last.dz.data());
  labels_and_shares(first, count, n, buffers_of.labels.data(), buffers_of.shares.data());
  kernels->softmax_columns(last.dz.data(), kColumnRows, outputs_count, n, buffers_of.log_sums.data());
  kernels->cross_entropy_columns(last.dz.data(), kColumnRows, outputs_count, n, buffers_of.labels.data(),
                                 buffers_of.shares.data(), buffers_of.best.data());
  const T* const z = last.h.data();
  report_cross_entropy(first, count, buffers_of.log_sums.data(), buffers_of.labels.data(), buffers_of.best.data(),
                       [=](std::size_t b, std::size_t label) { return z[label * kColumnRows + b]; });
}

template <class T>
void EngineState<T>::input_gradients_of_columns(unsigned thread, std::size_t num_rows) {
  ThreadState<T>& state = *threads[thread];
  ColumnBuffers<T>& buffers_of = state.columns_of_layers;
  for (std::size_t l = plan.layers.size() - 1; l > 0; --l) {
    const LayerPlan& layer = plan.layers[l];
    const LayerPlan& below = plan.layers[l - 1];
    const Block& block = state.parameters[l].blocks.front();
    auto& under = buffers_of.layers[l - 1];
    kernels->columns_product({.x = buffers_of.layers[l].dz.data(),
                              .depth = layer.outputs,
                              .w = state.parameters[l].panel(block),
                              .w_of_k = 1,
                              .w_of_output = block.width<T>(),
                              .outputs = layer.inputs,
                              .bias = nullptr,
                              .out = under.dz.data(),
                              .rows = num_rows});
    const T* const value = (below.keeps_z ? under.z : under.h).data();
    for_columns(below.outputs, num_rows, [&](std::size_t at, std::size_t n) {
      kernels->activation_gradient(below.activation.kind, static_cast<T>(below.activation.alpha), under.dz.data() + at,
                                   value + at, value + at, under.dz.data() + at, n);
    });
  }
}

template <class T>
void EngineState<T>::weight_gradients_of_columns(unsigned thread, std::size_t first, std::size_t count) {
  ThreadState<T>& state = *threads[thread];
  ColumnBuffers<T>& buffers_of = state.columns_of_layers;
  for (std::size_t l = plan.layers.size(); l-- > 0;) {
    const LayerPlan& layer = plan.layers[l];
    const Block& block = state.parameters[l].blocks.front();
    const std::size_t width = block.width<T>();
    T* const dz_rows = buffers_of.gradient_rows.data();
    kernels->transpose(buffers_of.layers[l].dz.data(), kColumnRows, layer.outputs, padded<T>(count), dz_rows, width);
    for (std::size_t unit = 0; unit < width; unit += kernels::kUnit<T>) {
      kernels->columns_gradient({.x = l == 0 ? buffers_of.x.data() : buffers_of.layers[l - 1].h.data(),
                                 .rows = count,
                                 .depth = layer.inputs,
                                 .dz = dz_rows + unit,
                                 .gradient = state.gradients[l].panel(block) + unit,
                                 .width = width,
                                 .sums = state.gradients[l].bias(block) + unit,
                                 .accumulate = first > 0});
    }
  }
}

// The chains are complete: a product of no rows adds what is left of the rule.
template <class T>
void EngineState<T>::add_penalties(unsigned thread) {
  ThreadState<T>& state = *threads[thread];
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    const LayerPlan& layer = plan.layers[l];
    if (layer.l1 == 0.0 && layer.l2 == 0.0) continue;
    const Block& block = state.parameters[l].blocks.front();
    kernels->weight_gradient({.x = nullptr,
                              .ldx = 0,
                              .rows = 0,
                              .depth = layer.inputs,
                              .row_of_k = nullptr,
                              .dz = nullptr,
                              .units = block.units,
                              .w = state.parameters[l].panel(block),
                              .gradient = state.gradients[l].panel(block),
                              .use = kernels::GradientUse::kStore,
                              .accumulate = true,
                              .learning_rate = T{0},
                              .l1 = static_cast<T>(layer.l1),
                              .l2_twice = static_cast<T>(2.0 * layer.l2)});
  }
}

template struct ColumnBuffers<float>;
template struct ColumnBuffers<double>;
template void EngineState<float>::copy_to_other_threads();
template void EngineState<double>::copy_to_other_threads();
template void EngineState<float>::train_in_columns(unsigned);
template void EngineState<double>::train_in_columns(unsigned);

}  // namespace gradus::engine
