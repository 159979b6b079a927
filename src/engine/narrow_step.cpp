// The phases of a training step in columns.
// SPDX-License-Identifier: Apache-2.0
#include "engine/narrow_step.hpp"

#include <algorithm>

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

template <class P>
void NarrowStep<P>::run(unsigned thread) {
  const std::size_t lots = (c.call.rows + kColumnRows - 1) / kColumnRows;
  for (std::size_t lot = thread; lot < lots; lot += c.crew.working()) {
    const std::size_t first = c.call.first_row + lot * kColumnRows;
    const std::size_t count = std::min(kColumnRows, c.call.first_row + c.call.rows - first);
    gather(thread, first, count);
    forward(thread, padded<T>(count));
    cross_entropy(thread, first, count);
    input_gradients(thread, padded<T>(count));
    take_gradients_after(thread, lot);
    weight_gradients(thread, first, count);
    c.crew.finished_lots().advance_to(static_cast<std::uint32_t>(lot + 1));
  }
  if (c.crew.working() > 1) {
    take_gradients_after(thread, lots);
    c.crew.sync();  // whoever had the last lot changes its gradients next
  }
  if (c.call.ends_batch()) add_penalties(thread);
}

// What a step of the first thread alone has changed.
template <class P>
void NarrowStep<P>::copy_to_other_threads() {
  const auto copy = [](const std::vector<PackedSlice<T>>& from, std::vector<PackedSlice<T>>& to) {
    for (std::size_t l = 0; l < from.size(); ++l) to[l].copy_from(from[l]);
  };
  for (unsigned t = 1; t < c.plan.threads; ++t) {
    copy(c.thread(0).parameters, c.thread(t).parameters);
    for (std::size_t s = 0; s < c.thread(0).slots.size(); ++s) copy(c.thread(0).slots[s], c.thread(t).slots[s]);
  }
}

// The gradients of all rows before `lot`, once they are complete. Whoever holds them goes on with another lot, but adds
// nothing before this thread has finished its own.
template <class P>
void NarrowStep<P>::take_gradients_after(unsigned thread, std::size_t lot) {
  if (lot == 0 || c.crew.working() == 1) return;
  c.crew.finished_lots().wait_for(static_cast<std::uint32_t>(lot));
  const auto owner = static_cast<unsigned>((lot - 1) % c.crew.working());
  if (owner == thread) return;
  for (std::size_t l = 0; l < c.plan.layers.size(); ++l) {
    c.thread(thread).gradients[l].copy_from(c.thread(owner).gradients[l]);
  }
}

// Lanes beyond the rows are 0.
template <class P>
void NarrowStep<P>::gather(unsigned thread, std::size_t first, std::size_t count) {
  T* const x = c.thread(thread).columns_of_layers.x.data();
  const std::array<T, 256>& values_of_bytes = inputs_.byte_values();
  const auto gather_values = [&](const auto& value_of) {
    for (std::size_t i = 0; i < c.spec.num_inputs; ++i) {
      T* const column = x + i * kColumnRows;
      for (std::size_t b = 0; b < count; ++b) column[b] = value_of(first + b, i);
      std::fill(column + count, column + padded<T>(count), T{0});
    }
  };
  const auto gather_from = [&](const auto& from) {
    using From = std::decay_t<decltype(from)>;
    if constexpr (std::is_same_v<From, std::monostate>) {
      gather_values([&](std::size_t b, std::size_t i) { return c.space.input(b, i); });
    } else if constexpr (std::is_same_v<From, ByteRows>) {
      gather_values([&](std::size_t b, std::size_t i) {
        return values_of_bytes[from.data[from.rows[b] * c.spec.num_inputs + i]];
      });
    } else {
      const std::uint32_t* const row_numbers = from.rows.data();
      const auto* const values = from.data;
      const std::size_t num_inputs = c.spec.num_inputs;
      gather_values(
          [=](std::size_t b, std::size_t i) { return static_cast<T>(values[row_numbers[b] * num_inputs + i]); });
    }
  };
  std::visit(gather_from, inputs_.source());
}

template <class P>
void NarrowStep<P>::forward(unsigned thread, std::size_t num_rows) {
  ColumnBuffers<T>& buffers_of = c.thread(thread).columns_of_layers;
  const T* x = buffers_of.x.data();
  for (std::size_t l = 0; l < c.plan.layers.size(); ++l) {
    const LayerPlan& layer = c.plan.layers[l];
    const PackedSlice<T>& parameters = c.thread(thread).parameters[l];
    const Block& block = parameters.blocks.front();
    T* const h = buffers_of.layers[l].h.data();
    T* const z = layer.keeps_z ? buffers_of.layers[l].z.data() : h;
    c.kernels->columns_product({.x = x,
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
        c.kernels->activate(layer.activation.kind, static_cast<T>(layer.activation.alpha), z + at, h + at, n);
      });
    }
    x = h;
  }
}

template <class P>
void NarrowStep<P>::cross_entropy(unsigned thread, std::size_t first, std::size_t count) {
  ColumnBuffers<T>& buffers_of = c.thread(thread).columns_of_layers;
  auto& last = buffers_of.layers.back();
  const std::size_t outputs_count = c.plan.layers.back().outputs;
  const std::size_t n = padded<T>(count);
  T* const p = last.dz.data();  // P, then the gradient in its place
  std::copy_n(last.h.data(), outputs_count * kColumnRows, p);
  outputs_.labels_and_shares(first, count, n, buffers_of.labels.data(), buffers_of.shares.data());
  c.kernels->softmax_columns(p, kColumnRows, outputs_count, n, buffers_of.log_sums.data());
  c.kernels->cross_entropy_columns(p, kColumnRows, outputs_count, n, buffers_of.labels.data(), buffers_of.shares.data(),
                                   buffers_of.best.data());
  const T* const z = last.h.data();
  outputs_.report_cross_entropy(first, count, buffers_of.log_sums.data(), buffers_of.labels.data(),
                                buffers_of.best.data(),
                                [=](std::size_t b, std::size_t label) { return z[label * kColumnRows + b]; });
}

template <class P>
void NarrowStep<P>::input_gradients(unsigned thread, std::size_t num_rows) {
  ThreadSpace<P>& state = c.thread(thread);
  ColumnBuffers<T>& buffers_of = state.columns_of_layers;
  for (std::size_t l = c.plan.layers.size() - 1; l > 0; --l) {
    const LayerPlan& layer = c.plan.layers[l];
    const LayerPlan& below = c.plan.layers[l - 1];
    const Block& block = state.parameters[l].blocks.front();
    auto& under = buffers_of.layers[l - 1];
    c.kernels->columns_product({.x = buffers_of.layers[l].dz.data(),
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
      c.kernels->activation_gradient(below.activation.kind, static_cast<T>(below.activation.alpha),
                                     under.dz.data() + at, value + at, value + at, under.dz.data() + at, n);
    });
  }
}

template <class P>
void NarrowStep<P>::weight_gradients(unsigned thread, std::size_t first, std::size_t count) {
  ThreadSpace<P>& state = c.thread(thread);
  ColumnBuffers<T>& buffers_of = state.columns_of_layers;
  for (std::size_t l = c.plan.layers.size(); l-- > 0;) {
    const LayerPlan& layer = c.plan.layers[l];
    const Block& block = state.parameters[l].blocks.front();
    const std::size_t width = block.width<T>();
    T* const dz_rows = buffers_of.gradient_rows.data();
    c.kernels->transpose(buffers_of.layers[l].dz.data(), kColumnRows, layer.outputs, padded<T>(count), dz_rows, width);
    for (std::size_t unit = 0; unit < width; unit += kernels::kUnit<T>) {
      c.kernels->columns_gradient({.x = l == 0 ? buffers_of.x.data() : buffers_of.layers[l - 1].h.data(),
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
template <class P>
void NarrowStep<P>::add_penalties(unsigned thread) {
  ThreadSpace<P>& state = c.thread(thread);
  for (std::size_t l = 0; l < c.plan.layers.size(); ++l) {
    const LayerPlan& layer = c.plan.layers[l];
    if (layer.l1 == 0.0 && layer.l2 == 0.0) continue;
    const Block& block = state.parameters[l].blocks.front();
    c.kernels->weight_gradient({.x = nullptr,
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
template class NarrowStep<Single>;
template class NarrowStep<Double>;
template class NarrowStep<Mixed>;

}  // namespace gradus::engine
