// Updates that need the whole gradient first: clipping, and the optimizers with state.
// SPDX-License-Identifier: Apache-2.0
#include "engine/update.hpp"

#include <algorithm>
#include <cmath>

#include "engine/factors.hpp"

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
void scale_and_clamp(std::span<T> values, double scale, double limit) {
  const auto factor = static_cast<T>(scale);
  const auto bound = static_cast<T>(limit);
  for (T& g : values) {
    g *= factor;
    if (limit > 0.0) g = std::clamp(g, -bound, bound);
  }
}

// The constants of a step, without places.
template <class T>
kernels::OptimizerArgs<T> constants_of(const OptimizerOptions& optimizer, const StepOptions& step) {
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
  return args;
}

}  // namespace

template <class P>
void Update<P>::step_vectors(unsigned thread, std::size_t layer) {
  PackedSlice<T>& parameters = c.thread(thread).parameters[layer];
  const PackedSlice<T>& gradient = c.thread(thread).gradients[layer];
  for (std::size_t v = 0; v < parameters.vectors.size(); ++v) {
    c.kernels->optimizer_step({.kind = OptimizerKind::kSgd,
                               .learning_rate = static_cast<T>(c.call.step.learning_rate),
                               .n = parameters.vectors[v].values.size(),
                               .w = parameters.vectors[v].values.data(),
                               .g = gradient.vectors[v].values.data()});
  }
}

// Weight decay is for weights alone.
template <class P>
void Update<P>::step_layer(unsigned thread, std::size_t layer) {
  ThreadSpace<P>& space = c.thread(thread);
  PackedSlice<T>& parameters = space.parameters[layer];
  const PackedSlice<T>& gradient = space.gradients[layer];
  kernels::OptimizerArgs<T> args = constants_of<T>(c.options.optimizer, c.call.step);
  const auto apply = [&](AlignedBuffer<T>& w, const AlignedBuffer<T>& g, const auto& slot_of) {
    args.n = w.size();
    args.w = w.data();
    args.g = g.data();
    for (std::size_t s = 0; s < space.slots.size(); ++s) args.slots[s] = slot_of(space.slots[s][layer]).data();
    c.kernels->optimizer_step(args);
  };
  args.decay = static_cast<T>(c.call.step.learning_rate * c.options.optimizer.weight_decay);
  apply(parameters.weights, gradient.weights, [](PackedSlice<T>& s) -> AlignedBuffer<T>& { return s.weights; });
  args.decay = T{0};
  for (std::size_t v = 0; v < parameters.vectors.size(); ++v) {
    apply(parameters.vectors[v].values, gradient.vectors[v].values,
          [v](PackedSlice<T>& s) -> AlignedBuffer<T>& { return s.vectors[v].values; });
  }
}

// Squares of a layer's gradient summed in double per output, over the inputs in increasing order, then the vectors: the
// same numbers whatever the slices. The first thread does that for layers that all threads have.
template <class P>
void Update<P>::sum_squares(unsigned thread, std::size_t layer) {
  const PackedSlice<T>& own = c.thread(thread).gradients[layer];
  const unsigned holders = c.plan.layers[layer].splits_inputs ? c.plan.threads : 1;
  for (const Block& block : own.blocks) {
    const std::size_t width = block.width<T>();
    double* const sums = c.space.square_sums[layer].data() + block.first;
    std::fill_n(sums, width, 0.0);
    for (unsigned t = thread; t < thread + holders; ++t) {
      const PackedSlice<T>& slice = c.thread(t).gradients[layer];
      add_squares(slice.panel(block), slice.inputs, width, sums);
    }
    for (const auto& vector : own.vectors) add_squares(own.vector(vector.role, block), 1, width, sums);
  }
}

template <class P>
double Update<P>::clip_scale(unsigned thread) {
  if (c.call.step.clip_norm <= 0.0) return 1.0;
  c.crew.sync();  // the first thread reads the gradients of split layers
  for (std::size_t l = 0; l < c.plan.layers.size(); ++l) {
    if (!c.plan.layers[l].replicated || thread == 0) sum_squares(thread, l);
  }
  c.crew.sync();
  double square = 0.0;
  for (const std::vector<double>& layer : c.space.square_sums) {
    for (const double sum : layer) square += sum;
  }
  const double norm = std::sqrt(square);
  return norm > c.call.step.clip_norm ? c.call.step.clip_norm / norm : 1.0;
}

template <class P>
void Update<P>::run(unsigned thread) {
  const double scale = clip_scale(thread);
  const double limit = c.call.step.clip_value;
  for (std::size_t l = 0; l < c.plan.layers.size(); ++l) {
    PackedSlice<T>& gradient = c.thread(thread).gradients[l];
    if (scale != 1.0 || limit > 0.0) {
      scale_and_clamp(gradient.weights.span(), scale, limit);
      for (auto& vector : gradient.vectors) scale_and_clamp(vector.values.span(), scale, limit);
    }
    step_layer(thread, l);
    const PackedSlice<T>& parameters = c.thread(thread).parameters[l];
    for (const Block& block : parameters.blocks) Factors<P>::weights_changed(c, thread, l, block, 0, parameters.inputs);
  }
}

template class Update<Single>;
template class Update<Double>;
template class Update<Mixed>;

}  // namespace gradus::engine
