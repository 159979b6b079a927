// What normalisations share, whether their statistics are of columns or of rows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "engine/stage.hpp"

namespace gradus::engine {

template <class P>
class NormStage : public Stage<P> {
 public:
  using T = typename P::Value;
  using Stage<P>::Stage;

 protected:
  using Stage<P>::c;
  using Stage<P>::layer;

  /// A block from row `first_row` of the part on, all arguments but where the result goes. `parameters`: of the block's
  /// owner; `first_statistic`: the number of its first column or row among the layer's.
  kernels::NormaliseArgs<T> arguments(unsigned thread, const PackedSlice<T>& parameters, const Block& block,
                                      std::size_t first_row, std::size_t first_statistic) {
    LayerBuffers<P>& own = c.buffers(thread, layer);
    kernels::NormaliseArgs<T> args;
    args.rows = c.call.rows;
    args.width = block.width<T>();
    args.outputs = block.outputs;
    args.x = c.inputs_of_layer(thread, layer).block(block) + first_row * args.width;
    args.dz = c.options.trains ? own.dz.block(block) + first_row * args.width : nullptr;
    args.mean = own.mean.data() + first_statistic;
    args.inverse_std = own.inverse_std.data() + first_statistic;
    args.mean_sum = own.mean_sum.data() + first_statistic;
    args.mean_product = own.mean_product.data() + first_statistic;
    args.scale = parameters.vector(BlockRole::kScale, block);
    args.shift = parameters.vector(BlockRole::kShift, block);
    return args;
  }

  /// 1 / sqrt(variance + epsilon) of `count` columns or rows.
  void set_inverse_std(const T* variance, std::size_t count, T* inverse_std) const {
    const T epsilon = static_cast<T>(c.spec.layers[layer].epsilon);
    for (std::size_t i = 0; i < count; ++i) inverse_std[i] = T{1} / std::sqrt(variance[i] + epsilon);
  }
};

}  // namespace gradus::engine
