// Updates that need the whole gradient first: clipping, and the optimizers with state.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "engine/engine_state.hpp"

namespace gradus::engine {
namespace {

// sum(j) += row(j)^2 for each of `rows` rows in order.
template <class T>
void add_squares(const T* row, std::size_t rows, std::size_t width, double* sum) {
  for (; rows > 0; --rows, row += width) {
    for (std::size_t j = 0; j < width; ++j) sum[j] += static_cast<double>(row[j]) * static_cast<double>(row[j]);
  }
}

// base^exponent by squaring: the same bits everywhere, unlike a library's pow.
double integer_power(double base, std::uint64_t exponent) {
  double result = 1.0;
  for (; exponent != 0; exponent >>= 1U, base *= base) {
    if ((exponent & 1U) != 0) result *= base;
  }
  return result;
}

template <class T>
void transform(PackedSlice<T>& slice, double scale, double limit) {
  const auto factor = static_cast<T>(scale);
  const auto bound = static_cast<T>(limit);
  for (AlignedBuffer<T>* buffer : {&slice.weights, &slice.biases}) {
    for (T& g : buffer->span()) {
      g *= factor;
      if (limit > 0.0) g = std::clamp(g, -bound, bound);
    }
  }
}

}  // namespace

template <class T>
void update_slice(const kernels::KernelTable<T>& kernels, const OptimizerOptions& optimizer, const StepOptions& step,
                  ThreadState<T>& state, std::size_t layer) {
  PackedSlice<T>& parameters = state.parameters[layer];
  const PackedSlice<T>& gradient = state.gradients[layer];
  const OptimizerFacts& facts = optimizer_facts(optimizer.kind);
  const auto power = [&step](double beta) { return integer_power(beta, step.step); };
  kernels::OptimizerArgs<T> args{};
  args.kind = optimizer.kind;
  args.learning_rate = static_cast<T>(step.learning_rate);
  args.momentum = static_cast<T>(optimizer.momentum);
  args.rho = static_cast<T>(optimizer.rho);
  args.beta1 = static_cast<T>(optimizer.beta1);
  args.beta2 = static_cast<T>(optimizer.beta2);
  args.epsilon = static_cast<T>(optimizer.epsilon);
  args.step_size = facts.has_betas ? static_cast<T>(step.learning_rate / (1.0 - power(optimizer.beta1))) : T{0};
  args.root_correction = facts.has_betas ? static_cast<T>(1.0 / std::sqrt(1.0 - power(optimizer.beta2))) : T{0};
  const auto apply = [&](AlignedBuffer<T> PackedSlice<T>::*part, double decay) {
    args.decay = static_cast<T>(decay);
    args.n = (parameters.*part).size();
    args.w = (parameters.*part).data();
    args.g = (gradient.*part).data();
    for (std::size_t s = 0; s < facts.slots; ++s) args.slots[s] = (state.slots[s][layer].*part).data();
    kernels.optimizer_step(args);
  };
  apply(&PackedSlice<T>::weights, step.learning_rate * optimizer.weight_decay);
  apply(&PackedSlice<T>::biases, 0.0);
}

// Squares of a layer's gradient summed in double per output, over the inputs in increasing order, then the bias: the
// same numbers whatever the slices. The first thread does that for layers that all threads have.
template <class T>
void EngineState<T>::sum_squares(unsigned thread, std::size_t layer) {
  const PackedSlice<T>& own = threads[thread]->gradients[layer];
  const unsigned holders = plan.layers[layer].splits_inputs ? plan.threads : 1;
  for (const Block& block : own.blocks) {
    const std::size_t width = block.width<T>();
    double* const sums = square_sums[layer].data() + block.first;
    std::fill_n(sums, width, 0.0);
    for (unsigned t = thread; t < thread + holders; ++t) {
      const PackedSlice<T>& slice = threads[t]->gradients[layer];
      add_squares(slice.panel(block), slice.inputs, width, sums);
    }
    add_squares(own.bias(block), 1, width, sums);
  }
}

template <class T>
void EngineState<T>::scale_and_update(unsigned thread) {
  ThreadState<T>& state = *threads[thread];
  double scale = 1.0;
  if (step.clip_norm > 0.0) {
    sync();  // the first thread reads the gradients of split layers
    for (std::size_t l = 0; l < plan.layers.size(); ++l) {
      if (!plan.layers[l].replicated || thread == 0) sum_squares(thread, l);
    }
    sync();
    double square = 0.0;
    for (const std::vector<double>& layer : square_sums) {
      for (const double sum : layer) square += sum;
    }
    const double norm = std::sqrt(square);
    if (norm > step.clip_norm) scale = step.clip_norm / norm;
  }
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    if (scale != 1.0 || step.clip_value > 0.0) transform(state.gradients[l], scale, step.clip_value);
    update_slice(*kernels, options.optimizer, step, state, l);
    for (const Block& block : state.parameters[l].blocks) pair_weights(thread, l, block, 0, state.parameters[l].inputs);
  }
}

template void EngineState<float>::scale_and_update(unsigned);
template void EngineState<double>::scale_and_update(unsigned);

}  // namespace gradus::engine
