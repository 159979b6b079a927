// From logits to outputs P, loss rows and the gradient of the logits. The formulae are the textbook's (loss_math.hpp);
// exponentials and logarithms are taken for all rows in one call of a kernel.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/engine_state.hpp"
#include "network/loss_math.hpp"

namespace gradus::engine {
namespace {

// Vectors over rows rather than over the few outputs of a row: the logits are transposed, and what becomes of them back
// again. Columns of rows: `leading` elements each.
template <class T>
std::size_t leading(const OutputBlock<T>& block) {
  return kernels::padded<T>(block.rows);
}

template <class T>
void softmax_in_columns(const kernels::KernelTable<T>& kernels, const OutputBlock<T>& block) {
  const std::size_t ld = leading(block);
  kernels.transpose(block.z, block.stride, block.rows, block.k_count, block.columns, ld);
  kernels.softmax_columns(block.columns, ld, block.k_count, ld, block.log_sums);
}

// Rows that do not fill a whole unit are copied one by one, because the transposing kernel writes whole units.
template <class T>
void columns_to_rows(const kernels::KernelTable<T>& kernels, const OutputBlock<T>& block) {
  const std::size_t ld = leading(block);
  const std::size_t whole = block.rows / kernels::kUnit<T> * kernels::kUnit<T>;
  kernels.transpose(block.columns, ld, block.k_count, whole, block.p, block.stride);
  for (std::size_t b = whole; b < block.rows; ++b) {
    T* const p = block.p + b * block.stride;
    for (std::size_t k = 0; k < block.k_count; ++k) p[k] = block.columns[k * ld + b];
    std::fill(p + block.k_count, p + block.stride, T{0});
  }
}

template <class T>
void softmax_rows(const kernels::KernelTable<T>& kernels, const OutputBlock<T>& block) {
  softmax_in_columns(kernels, block);
  columns_to_rows(kernels, block);
}

template <class T>
void output_block(const kernels::KernelTable<T>& kernels, OutputKind output, const OutputBlock<T>& block) {
  if (output == OutputKind::kSoftmax) return softmax_rows(kernels, block);
  if (output == OutputKind::kLinear) {
    std::copy_n(block.z, block.rows * block.stride, block.p);
    return;
  }
  const auto function = output == OutputKind::kExp ? kernels.exp : kernels.sigmoid;
  function(block.z, block.p, block.rows * block.stride);
  for (std::size_t b = 0; b < block.rows; ++b) {
    std::fill_n(block.p + b * block.stride + block.k_count, block.stride - block.k_count, T{0});
  }
}

template <class T>
bool row_is_correct(std::span<const T> p, std::int32_t label, OutputKind output) {
  if (p.size() == 1 && output == OutputKind::kSigmoid) return (p[0] > T(0.5)) == (label == 1);
  return std::max_element(p.begin(), p.end()) - p.begin() == label;
}

// Exact binary cross-entropy of one row: y softplus(-z) + (1 - y) softplus(z) = softplus(z) - y z.
template <class T>
T exact_bce_row(const kernels::KernelTable<T>& kernels, const BatchTargets<T>& targets, std::size_t b,
                std::span<const T> z, T* scratch) {
  kernels.activate(ActivationKind::kSoftplus, T{0}, z.data(), scratch, z.size());
  T loss = 0;
  for (std::size_t k = 0; k < z.size(); ++k) loss += scratch[k] - textbook::target_of(targets, b, k, z.size()) * z[k];
  return loss;
}

}  // namespace

template <class T>
void EngineState<T>::labels_and_shares(std::size_t first, std::size_t count, std::size_t n, T* labels,
                                       T* shares) const {
  for (std::size_t b = 0; b < count; ++b) {
    labels[b] = static_cast<T>(targets->labels[first + b]);
    shares[b] = share_of(first + b);
  }
  std::fill(labels + count, labels + n, T{0});
  std::fill(shares + count, shares + n, T{0});
}

// Softmax cross-entropy of a training step: loss and gradient without leaving the columns.
template <class T>
void EngineState<T>::cross_entropy_in_columns(const OutputBlock<T>& block, bool reports) {
  const std::size_t ld = leading(block);
  T* const labels = block.columns + block.stride * ld;
  T* const shares = labels + ld;
  T* const best = shares + ld;
  const std::size_t first = first_row + block.first;
  labels_and_shares(first, block.rows, ld, labels, shares);
  softmax_in_columns(*kernels, block);
  kernels->cross_entropy_columns(block.columns, ld, block.k_count, ld, labels, shares, best);
  columns_to_rows(*kernels, block);
  if (!reports) return;
  report_cross_entropy(first, block.rows, block.log_sums, labels, best,
                       [&](std::size_t b, std::size_t label) { return block.z_row(b)[label]; });
}

template <class T>
void EngineState<T>::gather_logits(unsigned thread, std::size_t first, std::size_t end) {
  const BlockBuffer<T>& h = buffers(thread, last_layer()).h;
  Matrix<T>& to = threads[thread]->logit_rows;
  for (const Block& block : plan.layers[last_layer()].blocks) {
    const std::size_t width = block.width<T>();
    for (std::size_t b = first; b < end; ++b) {
      std::copy_n(h.block(block) + b * width, width, to.data() + b * to.cols() + block.first);
    }
  }
}

template <class T>
void EngineState<T>::scatter_gradients(unsigned thread, std::size_t first, std::size_t end) {
  BlockBuffer<T>& dz = buffers(thread, last_layer()).dz;
  const Matrix<T>& from = threads[thread]->gradient_rows;
  for (const Block& block : plan.layers[last_layer()].blocks) {
    const std::size_t width = block.width<T>();
    for (std::size_t b = first; b < end; ++b) {
      std::copy_n(from.data() + b * from.cols() + block.first, width, dz.block(block) + b * width);
    }
  }
}

// Replicated outputs: every thread does all rows on its own copy and thread 0 reports. Shared: rows are divided.
template <class T>
void EngineState<T>::output_rows(unsigned thread) {
  const LayerPlan& layer = plan.layers[last_layer()];
  LayerBuffers<T>& own = buffers(thread, last_layer());
  const std::size_t first = layer.replicated ? 0 : rows * thread / plan.threads;
  const std::size_t end = layer.replicated ? rows : rows * (thread + 1) / plan.threads;
  const std::size_t stride = outputs.cols();
  T* const scratch = threads[thread]->row.data();  // `stride` elements for a row, then one per row in whole units
  const bool one_block = layer.blocks.size() == 1;
  if (!one_block) gather_logits(thread, first, end);
  const T* const z_rows = one_block ? own.h.block(layer.blocks[0]) : threads[thread]->logit_rows.data();
  T* const p_rows = one_block ? own.dz.block(layer.blocks[0]) : threads[thread]->gradient_rows.data();
  const OutputBlock<T> block{first,
                             end - first,
                             layer.outputs,
                             stride,
                             z_rows + first * stride,
                             p_rows + first * stride,
                             scratch + stride,
                             threads[thread]->columns_of_rows.data()};
  const bool reports = !layer.replicated || thread == 0;
  if (kind != StepKind::kEvaluate && has_exact_cross_entropy(spec)) {
    cross_entropy_in_columns(block, reports);
  } else {
    any_output_rows(thread, block, reports);
  }
  if (!one_block && kind != StepKind::kEvaluate) scatter_gradients(thread, first, end);
  if (!layer.replicated) pool->sync();
}

// Every other output and loss, row by row.
template <class T>
void EngineState<T>::any_output_rows(unsigned thread, const OutputBlock<T>& block, bool reports) {
  const std::size_t first = block.first;
  const std::size_t stride = block.stride;
  T* const scratch = threads[thread]->row.data();
  output_block(*kernels, spec.output, block);
  if (reports) {
    std::copy_n(block.p, block.rows * stride, outputs.data() + (first_row + first) * stride);
    if (targets != nullptr) {
      const bool exact = spec.loss.floor_kind == FloorKind::kExact && spec.loss.label_smoothing == 0.0;
      for (std::size_t b = 0; b < block.rows; ++b) {
        const std::size_t row = first_row + first + b;
        const std::span<const T> z = block.z_row(b);
        const std::span<const T> p = block.p_row(b);
        T loss = 0;
        if (exact && spec.loss.kind == LossKind::kSoftmaxCrossEntropy) {
          loss = block.log_sums[b] - z[static_cast<std::size_t>(targets->labels[row])];
        } else if (exact && spec.loss.kind == LossKind::kBinaryCrossEntropy) {
          loss = exact_bce_row(*kernels, *targets, row, z, scratch);
        } else {
          loss = textbook::loss_row<T>(spec.loss, z, p, *targets, row);
        }
        record_loss(row, loss);
        if (!targets->labels.empty()) {
          correct_rows[row] = row_is_correct<T>(p, targets->labels[row], spec.output) ? 1 : 0;
        }
      }
    }
  }
  for (std::size_t b = 0; b < block.rows && kind != StepKind::kEvaluate; ++b) {
    const std::size_t row = first_row + first + b;
    const std::span<T> p = block.p_row(b);
    textbook::loss_gradient_row<T>(spec.loss, block.z_row(b), p, *targets, row, share_of(row), p);
  }
}

template void EngineState<float>::labels_and_shares(std::size_t, std::size_t, std::size_t, float*, float*) const;
template void EngineState<double>::labels_and_shares(std::size_t, std::size_t, std::size_t, double*, double*) const;
template void EngineState<float>::output_rows(unsigned);
template void EngineState<double>::output_rows(unsigned);

}  // namespace gradus::engine
