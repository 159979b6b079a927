// Batch normalisation: statistics of each output over the batch, for the blocks that a thread owns; nothing crosses.
// Formulae: src/network/layers/batch_norm.hpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

#include "engine/norm_stage.hpp"

namespace gradus::engine {

template <class P>
class BatchNormStage : public NormStage<P> {
 public:
  using T = typename P::Value;
  using NormStage<P>::NormStage;

  void forward(unsigned thread) override {
    for (const Block& block : c.plan.owned_blocks(thread, layer)) {
      if (c.call.trains()) {
        measure(thread, block);
      } else {
        take_running_statistics(thread, block);
      }
      kernels::NormaliseArgs<T> args = arguments(thread, block);
      args.out = this->z_of(thread, block);
      c.kernels->normalise_columns.forward(args);
      this->finish_outputs(thread, block, false);
    }
    if (c.call.kind == CallKind::kTrain) move_running_statistics(thread);
  }

  // The parameters' gradients are the sums that the input gradient needs.
  void input_gradient(unsigned thread) override {
    for (const Block& block : c.plan.owned_blocks(thread, layer)) {
      sums_of_gradients(thread, block);
      const T* const sum = gradient(thread, BlockRole::kShift, block);
      const T* const product = gradient(thread, BlockRole::kScale, block);
      const std::size_t width = block.width<T>();
      LayerBuffers<P>& own = c.buffers(thread, layer);
      T* const mean_sum = own.mean_sum.data() + block.first;
      T* const mean_product = own.mean_product.data() + block.first;
      const T rows = static_cast<T>(c.call.rows);
      for (std::size_t o = 0; o < width; ++o) {
        mean_sum[o] = sum[o] / rows;
        mean_product[o] = product[o] / rows;
      }
      kernels::NormaliseArgs<T> args = arguments(thread, block);
      args.out = c.buffers(thread, layer - 1).dz.block(block);
      c.kernels->normalise_columns.gradient(args);
    }
  }

  void parameter_gradient(unsigned thread) override {
    if (layer > 0) return;
    for (const Block& block : c.plan.owned_blocks(thread, layer)) sums_of_gradients(thread, block);
  }

 private:
  using Stage<P>::c;
  using Stage<P>::layer;

  T* gradient(unsigned thread, BlockRole role, const Block& block) {
    return c.thread(thread).gradients[layer].vector(role, block);
  }

  kernels::NormaliseArgs<T> arguments(unsigned thread, const Block& block) {
    return NormStage<P>::arguments(thread, c.thread(thread).parameters[layer], block, 0, block.first);
  }

  void measure(unsigned thread, const Block& block) {
    LayerBuffers<P>& own = c.buffers(thread, layer);
    T* const mean = own.mean.data() + block.first;
    T* const variance = own.variance.data() + block.first;
    kernels::NormaliseArgs<T> args = arguments(thread, block);
    const T rows = static_cast<T>(c.call.rows);
    c.kernels->column_sums(args.x, args.width, args.rows, args.width, false, mean);
    for (std::size_t o = 0; o < args.width; ++o) mean[o] /= rows;
    args.out = variance;
    c.kernels->normalise_columns.square_distances(args);
    for (std::size_t o = 0; o < args.width; ++o) variance[o] /= rows;
    this->set_inverse_std(variance, args.width, own.inverse_std.data() + block.first);
  }

  void take_running_statistics(unsigned thread, const Block& block) {
    LayerBuffers<P>& own = c.buffers(thread, layer);
    const PackedSlice<T>& state = c.thread(thread).state[layer];
    std::copy_n(state.vector(BlockRole::kRunningMean, block), block.width<T>(), own.mean.data() + block.first);
    this->set_inverse_std(state.vector(BlockRole::kRunningVariance, block), block.width<T>(),
                          own.inverse_std.data() + block.first);
  }

  void move_running_statistics(unsigned thread) {
    const LayerSpec& spec = c.spec.layers[layer];
    const LayerBuffers<P>& own = c.buffers(thread, layer);
    const auto rows = static_cast<double>(c.call.rows);
    const T unbiased = static_cast<T>(rows / (rows - 1.0));
    const T kept = static_cast<T>(1.0 - spec.momentum);
    const T moved = static_cast<T>(spec.momentum);
    PackedSlice<T>& state = c.thread(thread).state[layer];
    for (const Block& block : c.plan.owned_blocks(thread, layer)) {
      T* const mean = state.vector(BlockRole::kRunningMean, block);
      T* const variance = state.vector(BlockRole::kRunningVariance, block);
      for (std::size_t o = 0; o < block.outputs; ++o) {
        mean[o] = std::fma(moved, own.mean[block.first + o], kept * mean[o]);
        variance[o] = std::fma(moved, own.variance[block.first + o] * unbiased, kept * variance[o]);
      }
    }
  }

  // dshift = sum_b dz, dscale = chain_b dz y.
  void sums_of_gradients(unsigned thread, const Block& block) {
    kernels::NormaliseArgs<T> args = arguments(thread, block);
    c.kernels->column_sums(args.dz, args.width, args.rows, args.width, false,
                           gradient(thread, BlockRole::kShift, block));
    args.out = gradient(thread, BlockRole::kScale, block);
    c.kernels->normalise_columns.scale_gradient(args);
  }
};

}  // namespace gradus::engine
