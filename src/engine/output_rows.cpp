// From logits to outputs, loss rows and the gradient of the logits; the formulae are the textbook's (loss_math.hpp),
// the two common losses have a vectorised form. SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/engine_state.hpp"
#include "network/loss_math.hpp"

namespace gradus::engine {
namespace {

template <class T>
bool row_is_correct(std::span<const T> p, std::int32_t label, OutputKind output) {
  if (p.size() == 1 && output == OutputKind::kSigmoid) return (p[0] > T(0.5)) == (label == 1);
  return std::max_element(p.begin(), p.end()) - p.begin() == label;
}

// e = exp(z - m), s = sum e in increasing k, p = e / s; returns (m, s).
template <class T>
std::pair<T, T> softmax_row(const kernels::KernelTable<T>& kernels, std::span<const T> z, std::span<T> p) {
  const T m = textbook::largest(z);
  for (std::size_t k = 0; k < z.size(); ++k) p[k] = z[k] - m;
  kernels.exp(p.data(), p.data(), p.size());
  T s = 0;
  for (const T e : p) s += e;
  for (T& e : p) e /= s;
  return {m, s};
}

}  // namespace

// Replicated outputs: every thread does all rows on its own copy (thread 0 reports). Shared: rows are divided.
template <class T>
void EngineState<T>::output_rows(unsigned thread) {
  const std::size_t last = last_layer();
  const LayerPlan& layer = plan.layers[last];
  const std::size_t k_count = layer.outputs;
  LayerBuffers<T>& own = buffers(thread, last);
  const std::size_t first = layer.replicated ? 0 : rows * thread / plan.threads;
  const std::size_t end = layer.replicated ? rows : rows * (thread + 1) / plan.threads;
  const bool reports = !layer.replicated || thread == 0;
  const bool exact_softmax =
      spec.loss.kind == LossKind::kSoftmaxCrossEntropy && spec.loss.floor_kind == FloorKind::kExact;
  const bool exact_bce = spec.loss.kind == LossKind::kBinaryCrossEntropy && spec.loss.floor_kind == FloorKind::kExact;
  const std::span<T> p_row(threads[thread]->row.data(), k_count);
  const std::span<T> softplus_row(threads[thread]->row.data() + layer.stride, k_count);
  for (std::size_t b = first; b < end; ++b) {
    const std::span<const T> z(own.h.data() + b * own.h.cols(), k_count);
    T log_sum = 0;
    if (spec.output == OutputKind::kSoftmax) {
      const auto [m, s] = softmax_row(*kernels, z, p_row);
      kernels->log(&s, &log_sum, 1);
      log_sum += m;
    } else if (spec.output == OutputKind::kSigmoid) {
      kernels->sigmoid(z.data(), p_row.data(), k_count);
    } else {
      std::copy(z.begin(), z.end(), p_row.begin());
    }
    if (reports) std::copy(p_row.begin(), p_row.end(), outputs.data() + b * outputs.cols());
    if (targets == nullptr) continue;
    const T weight = targets->weights.empty() ? T{1} : targets->weights[b];
    if (reports) {
      T loss = 0;
      if (exact_softmax) {
        loss = log_sum - z[static_cast<std::size_t>(targets->labels[b])];
      } else if (exact_bce) {
        kernels->activate(ActivationKind::kSoftplus, T{0}, z.data(), softplus_row.data(), k_count);
        // y softplus(-z) + (1 - y) softplus(z) = softplus(z) - y z
        for (std::size_t k = 0; k < k_count; ++k) {
          loss += softplus_row[k] - textbook::target_of(*targets, b, k, k_count) * z[k];
        }
      } else {
        loss = textbook::loss_row<T>(spec.loss, z, p_row, *targets, b);
      }
      loss_rows[b] = weight * loss;
      if (!targets->labels.empty()) {
        correct_rows[b] = row_is_correct<T>(p_row, targets->labels[b], spec.output) ? 1 : 0;
      }
    }
    if (kind == StepKind::kEvaluate) continue;
    const T share = factor_sum == T{0} ? T{0} : weight / factor_sum;
    T* const dz = own.dz.data() + b * own.dz.cols();
    for (std::size_t k = 0; k < k_count; ++k) {
      const T y = textbook::target_of(*targets, b, k, k_count);
      dz[k] = textbook::loss_gradient<T>(spec.loss, p_row[k], y, k_count) * share;
    }
  }
  if (!layer.replicated) pool->sync();
}

template void EngineState<float>::output_rows(unsigned);
template void EngineState<double>::output_rows(unsigned);

}  // namespace gradus::engine
