// Output rows of one thread: outputs, losses, gradients of logits.
// SPDX-License-Identifier: Apache-2.0
#include "engine/output_rows.hpp"

#include <algorithm>

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

template <class P>
void OutputRows<P>::labels_and_shares(std::size_t first, std::size_t count, std::size_t n, T* labels, T* shares) const {
  for (std::size_t b = 0; b < count; ++b) {
    labels[b] = static_cast<T>(c.call.targets->labels[first + b]);
    shares[b] = c.call.share_of(first + b);
  }
  std::fill(labels + count, labels + n, T{0});
  std::fill(shares + count, shares + n, T{0});
}

// Softmax cross-entropy of a training step: loss and gradient without leaving the columns.
template <class P>
void OutputRows<P>::cross_entropy_in_columns(const OutputBlock<T>& block, bool reports) {
  const std::size_t ld = leading(block);
  T* const labels = block.columns + block.stride * ld;
  T* const shares = labels + ld;
  T* const best = shares + ld;
  const std::size_t first = c.call.first_row + block.first;
  labels_and_shares(first, block.rows, ld, labels, shares);
  softmax_in_columns(*c.kernels, block);
  c.kernels->cross_entropy_columns(block.columns, ld, block.k_count, ld, labels, shares, best);
  columns_to_rows(*c.kernels, block);
  if (!reports) return;
  report_cross_entropy(first, block.rows, block.log_sums, labels, best,
                       [&](std::size_t b, std::size_t label) { return block.z_row(b)[label]; });
}

template <class P>
void OutputRows<P>::gather_logits(unsigned thread, std::size_t first, std::size_t end) {
  const std::size_t last = c.plan.last_layer();
  const BlockBuffer<T>& h = c.buffers(thread, last).h;
  Matrix<T>& to = c.thread(thread).logit_rows;
  for (const Block& block : c.plan.layers[last].blocks) {
    const std::size_t width = block.width<T>();
    for (std::size_t b = first; b < end; ++b) {
      std::copy_n(h.block(block) + b * width, width, to.data() + b * to.cols() + block.first);
    }
  }
}

template <class P>
void OutputRows<P>::scatter_gradients(unsigned thread, std::size_t first, std::size_t end) {
  const std::size_t last = c.plan.last_layer();
  BlockBuffer<T>& dz = c.buffers(thread, last).dz;
  const Matrix<T>& from = c.thread(thread).gradient_rows;
  for (const Block& block : c.plan.layers[last].blocks) {
    const std::size_t width = block.width<T>();
    for (std::size_t b = first; b < end; ++b) {
      std::copy_n(from.data() + b * from.cols() + block.first, width, dz.block(block) + b * width);
    }
  }
}

// Replicated outputs: every thread does all rows on its own copy. Shared: rows are divided.
template <class P>
OutputBlock<typename P::Value> OutputRows<P>::block_of(unsigned thread, bool one_block) {
  const LayerPlan& layer = c.plan.layers[c.plan.last_layer()];
  LayerBuffers<P>& own = c.buffers(thread, c.plan.last_layer());
  ThreadSpace<P>& space = c.thread(thread);
  const std::size_t rows = c.call.rows;
  const std::size_t first = layer.replicated ? 0 : rows * thread / c.plan.threads;
  const std::size_t end = layer.replicated ? rows : rows * (thread + 1) / c.plan.threads;
  const std::size_t stride = c.space.outputs.cols();
  if (!one_block) gather_logits(thread, first, end);
  const T* const z_rows = one_block ? own.h.block(layer.blocks[0]) : space.logit_rows.data();
  T* const p_rows = one_block ? own.outputs(layer.blocks[0]) : space.gradient_rows.data();
  // The scratch row: `stride` elements for a row, then one per row in whole units.
  return {first,
          end - first,
          layer.outputs,
          stride,
          z_rows + first * stride,
          p_rows + first * stride,
          space.row.data() + stride,
          space.columns_of_rows.data()};
}

template <class P>
void OutputRows<P>::run(unsigned thread) {
  const LayerPlan& layer = c.plan.layers[c.plan.last_layer()];
  const bool one_block = layer.blocks.size() == 1;
  const OutputBlock<T> block = block_of(thread, one_block);
  const bool reports = !layer.replicated || thread == 0;
  if (c.call.trains() && has_exact_cross_entropy(c.spec)) {
    cross_entropy_in_columns(block, reports);
  } else {
    any_output(thread, block, reports);
  }
  if (!one_block && c.call.trains()) scatter_gradients(thread, block.first, block.first + block.rows);
  if (!layer.replicated) c.crew.sync();
}

// Every other output and loss, row by row.
template <class P>
void OutputRows<P>::any_output(unsigned thread, const OutputBlock<T>& block, bool reports) {
  const BatchTargets<T>* const targets = c.call.targets;
  const std::size_t first = c.call.first_row + block.first;
  output_block(*c.kernels, c.spec.output, block);
  if (reports) std::copy_n(block.p, block.rows * block.stride, c.space.outputs.data() + first * block.stride);
  for (std::size_t b = 0; b < block.rows && reports && targets != nullptr; ++b) {
    c.space.loss_rows[first + b] = c.call.weighted(first + b, loss_of_row(thread, block, b));
    if (targets->labels.empty()) continue;
    c.space.correct_rows[first + b] =
        row_is_correct<T>(block.p_row(b), targets->labels[first + b], c.spec.output) ? 1 : 0;
  }
  for (std::size_t b = 0; b < block.rows && c.call.trains(); ++b) {
    const std::span<T> p = block.p_row(b);
    textbook::loss_gradient_row<T>(c.spec.loss, block.z_row(b), p, *targets, first + b, c.call.share_of(first + b), p);
  }
}

template <class P>
typename P::Value OutputRows<P>::loss_of_row(unsigned thread, const OutputBlock<T>& block, std::size_t b) {
  const BatchTargets<T>& targets = *c.call.targets;
  const std::size_t row = c.call.first_row + block.first + b;
  const std::span<const T> z = block.z_row(b);
  const bool exact = c.spec.loss.floor_kind == FloorKind::kExact && c.spec.loss.label_smoothing == 0.0;
  if (exact && c.spec.loss.kind == LossKind::kSoftmaxCrossEntropy) {
    return block.log_sums[b] - z[static_cast<std::size_t>(targets.labels[row])];
  }
  if (exact && c.spec.loss.kind == LossKind::kBinaryCrossEntropy) {
    return exact_bce_row(*c.kernels, targets, row, z, c.thread(thread).row.data());
  }
  return textbook::loss_row<T>(c.spec.loss, z, block.p_row(b), targets, row);
}

template class OutputRows<Single>;
template class OutputRows<Double>;
template class OutputRows<Mixed>;

}  // namespace gradus::engine
