// What goes in and out of a program between calls: parameters, state, optimizer slots, gradients, hidden outputs.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/factors.hpp"
#include "engine/program.hpp"
#include "gradus/core/error.hpp"

namespace gradus::engine {
namespace {

// Every thread's slice of every layer: f(slice, layer).
template <class Threads, class Slices, class F>
void for_each_slice(Threads& threads, const Slices& slices, const F& f) {
  for (auto& thread : threads) {
    auto& of_thread = slices(*thread);
    for (std::size_t l = 0; l < of_thread.size(); ++l) f(of_thread[l], l);
  }
}

template <class T>
void gather_blocks(const BlockBuffer<T>& from, std::span<const Block> blocks, Matrix<T>& to) {
  for (const Block& block : blocks) {
    for (std::size_t b = 0; b < to.rows(); ++b) {
      std::copy_n(from.block(block) + b * block.width<T>(), block.outputs, to.row(b).data() + block.first);
    }
  }
}

}  // namespace

template <class P>
void Program<P>::store_gradients(Parameters<T>& gradients) {
  gradients = Parameters<T>(c_.layout);
  for_each_slice(
      c_.space.threads, [](auto& thread) -> auto& { return thread.gradients; },
      [&](const PackedSlice<T>& slice, std::size_t l) { unpack(slice, l, gradients); });
}

template <class P>
void Program<P>::store(Parameters<T>& parameters, Parameters<T>& state) {
  if (parameters.layout() != c_.layout) parameters = Parameters<T>(c_.layout);
  if (state.layout() != c_.state_layout) state = Parameters<T>(c_.state_layout);
  for_each_slice(
      c_.space.threads, [](auto& thread) -> auto& { return thread.parameters; },
      [&](const PackedSlice<T>& slice, std::size_t l) { unpack(slice, l, parameters); });
  for_each_slice(
      c_.space.threads, [](auto& thread) -> auto& { return thread.state; },
      [&](const PackedSlice<T>& slice, std::size_t l) { unpack(slice, l, state); });
}

template <class P>
void Program<P>::load(const Parameters<T>& parameters, const Parameters<T>& state) {
  for_each_slice(
      c_.space.threads, [](auto& thread) -> auto& { return thread.parameters; },
      [&](PackedSlice<T>& slice, std::size_t l) { pack(parameters, l, slice); });
  for_each_slice(
      c_.space.threads, [](auto& thread) -> auto& { return thread.state; },
      [&](PackedSlice<T>& slice, std::size_t l) { pack(state, l, slice); });
  for (unsigned t = 0; t < c_.plan.threads; ++t) {
    for (std::size_t l = 0; l < c_.plan.layers.size(); ++l) {
      const PackedSlice<T>& slice = c_.thread(t).parameters[l];
      for (const Block& block : slice.blocks) Factors<P>::weights_changed(c_, t, l, block, 0, slice.inputs);
    }
  }
}

template <class P>
void Program<P>::store_slot(std::size_t slot, Parameters<T>& values) {
  if (values.layout() != c_.layout) values = Parameters<T>(c_.layout);
  for_each_slice(
      c_.space.threads, [slot](auto& thread) -> auto& { return thread.slots[slot]; },
      [&](const PackedSlice<T>& slice, std::size_t l) { unpack(slice, l, values); });
}

template <class P>
void Program<P>::load_slot(std::size_t slot, const Parameters<T>& values) {
  for_each_slice(
      c_.space.threads, [slot](auto& thread) -> auto& { return thread.slots[slot]; },
      [&](PackedSlice<T>& slice, std::size_t l) { pack(values, l, slice); });
}

template <class P>
void Program<P>::store_hidden(std::size_t layer, Matrix<T>& h, Matrix<T>& z) {
  if (c_.call.rows != c_.call.batch_rows || c_.call.in_columns) {
    throw InputError("engine: hidden outputs are there after an evaluation of a whole batch only");
  }
  const LayerPlan& plan = c_.plan.layers[layer];
  const LayerBuffers<P>& from = c_.buffers(0, layer);
  h = Matrix<T>(c_.call.rows, plan.outputs);
  gather_blocks(from.h, plan.blocks, h);
  z = plan.keeps_z ? Matrix<T>(c_.call.rows, plan.outputs) : Matrix<T>();
  if (plan.keeps_z) gather_blocks(from.saved, plan.blocks, z);
}

#define GRADUS_INSTANTIATE(P)                                                 \
  template void Program<P>::store_gradients(Parameters<T>&);                  \
  template void Program<P>::store(Parameters<T>&, Parameters<T>&);            \
  template void Program<P>::load(const Parameters<T>&, const Parameters<T>&); \
  template void Program<P>::store_slot(std::size_t, Parameters<T>&);          \
  template void Program<P>::load_slot(std::size_t, const Parameters<T>&);     \
  template void Program<P>::store_hidden(std::size_t, Matrix<T>&, Matrix<T>&);
GRADUS_INSTANTIATE(Single)
GRADUS_INSTANTIATE(Double)
GRADUS_INSTANTIATE(Mixed)
#undef GRADUS_INSTANTIATE

}  // namespace gradus::engine
