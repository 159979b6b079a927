// Layer normalisation. The statistics of a row need the blocks of all threads: rows are divided among them for the
// sums, then every thread goes on with its own blocks. Formulae: src/network/layers/layer_norm.hpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "engine/norm_stage.hpp"

namespace gradus::engine {

template <class P>
class LayerNormStage : public NormStage<P> {
 public:
  using T = typename P::Value;
  using NormStage<P>::NormStage;

  void forward(unsigned thread) override {
    measure_rows(thread);
    sync();
    for (const Block& block : c.plan.owned_blocks(thread, layer)) {
      kernels::NormaliseArgs<T> args = arguments(thread, block, 0);
      args.out = this->z_of(thread, block);
      c.kernels->normalise_rows.forward(args);
      this->finish_outputs(thread, block, false);
    }
  }

  void input_gradient(unsigned thread) override {
    sync();  // dz of the other threads' blocks
    sum_gradients_of_rows(thread);
    sync();
    for (const Block& block : c.plan.owned_blocks(thread, layer)) {
      kernels::NormaliseArgs<T> args = arguments(thread, block, 0);
      args.out = c.buffers(thread, layer - 1).dz.block(block);
      c.kernels->normalise_rows.gradient(args);
    }
  }

  void parameter_gradient(unsigned thread) override {
    PackedSlice<T>& gradient = c.thread(thread).gradients[layer];
    for (const Block& block : c.plan.owned_blocks(thread, layer)) {
      kernels::NormaliseArgs<T> args = arguments(thread, block, 0);
      args.accumulate = !c.call.starts_batch();
      c.kernels->column_sums(args.dz, args.width, args.rows, args.width, args.accumulate,
                             gradient.vector(BlockRole::kShift, block));
      args.out = gradient.vector(BlockRole::kScale, block);
      c.kernels->normalise_rows.scale_gradient(args);
    }
  }

 private:
  using Stage<P>::c;
  using Stage<P>::layer;
  using Stage<P>::plan;
  static constexpr std::size_t kLanes = kernels::kUnit<T>;

  void sync() {
    if (!plan.replicated) c.crew.sync();
  }

  /// Rows whose sums this thread takes: all where it has everything.
  struct Rows {
    std::size_t first;
    std::size_t count;
  };
  Rows own_rows(unsigned thread) const {
    if (plan.replicated) return {0, c.call.rows};
    const std::size_t first = c.call.rows * thread / c.plan.threads;
    return {first, c.call.rows * (thread + 1) / c.plan.threads - first};
  }

  /// Parameters of a block of any thread.
  const PackedSlice<T>& parameters_of(unsigned thread, const Block& block) {
    unsigned owner = thread;
    while (!c.plan.owns(owner, layer, block)) owner = (owner + 1) % c.plan.threads;
    return c.thread(owner).parameters[layer];
  }

  kernels::NormaliseArgs<T> arguments(unsigned thread, const Block& block, std::size_t first_row) {
    return NormStage<P>::arguments(thread, parameters_of(thread, block), block, first_row, first_row);
  }

  /// Lanes of sums of this thread's rows over all blocks, twice: for out and second_out.
  template <class Kernel>
  std::span<T> sum_rows(unsigned thread, const Rows& rows, const Kernel& kernel) {
    AlignedBuffer<T>& lanes = c.thread(thread).lane_sums;
    if (lanes.size() < 2 * rows.count * kLanes) lanes = AlignedBuffer<T>(2 * rows.count * kLanes);
    std::fill_n(lanes.data(), 2 * rows.count * kLanes, T{0});
    for (const Block& block : plan.blocks) {
      kernels::NormaliseArgs<T> args = arguments(thread, block, rows.first);
      args.rows = rows.count;
      args.out = lanes.data();
      args.second_out = lanes.data() + rows.count * kLanes;
      kernel(args);
    }
    return lanes.span();
  }

  /// The lanes of each row, added in a balanced tree and divided by the columns.
  void means_of(T* lanes, std::size_t rows, T* means) const {
    for (std::size_t b = 0; b < rows; ++b, lanes += kLanes) {
      for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
        for (std::size_t j = 0; j < half; ++j) lanes[j] += lanes[j + half];
      }
      means[b] = lanes[0] / static_cast<T>(plan.outputs);
    }
  }

  void measure_rows(unsigned thread) {
    const Rows rows = own_rows(thread);
    LayerBuffers<P>& own = c.buffers(thread, layer);
    T* const mean = own.mean.data() + rows.first;
    T* const variance = own.variance.data() + rows.first;
    means_of(sum_rows(thread, rows, c.kernels->normalise_rows.sums).data(), rows.count, mean);
    means_of(sum_rows(thread, rows, c.kernels->normalise_rows.square_distances).data(), rows.count, variance);
    this->set_inverse_std(variance, rows.count, own.inverse_std.data() + rows.first);
  }

  void sum_gradients_of_rows(unsigned thread) {
    const Rows rows = own_rows(thread);
    LayerBuffers<P>& own = c.buffers(thread, layer);
    T* const lanes = sum_rows(thread, rows, c.kernels->normalise_rows.gradient_sums).data();
    means_of(lanes, rows.count, own.mean_sum.data() + rows.first);
    means_of(lanes + rows.count * kLanes, rows.count, own.mean_product.data() + rows.first);
  }
};

}  // namespace gradus::engine
