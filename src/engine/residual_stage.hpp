// Residual addition: the outputs of an earlier layer, which have the same blocks, are added by the thread that owns
// them. Its gradient reaches the earlier layer through LayerPlan::read_again_by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "engine/stage.hpp"

namespace gradus::engine {

template <class P>
class ResidualStage : public Stage<P> {
 public:
  using T = typename P::Value;
  using Stage<P>::Stage;

  void forward(unsigned thread) override {
    for (const Block& block : c.plan.owned_blocks(thread, layer)) {
      const T* const x = c.inputs_of_layer(thread, layer).block(block);
      const T* const earlier = c.buffers(thread, *plan.source).h.block(block);
      T* const z = this->z_of(thread, block);
      const std::size_t count = c.call.rows * block.width<T>();
      for (std::size_t i = 0; i < count; ++i) z[i] = x[i] + earlier[i];
      this->finish_outputs(thread, block, false);
    }
  }

  void input_gradient(unsigned thread) override {
    for (const Block& block : c.plan.owned_blocks(thread, layer)) {
      std::copy_n(c.buffers(thread, layer).dz.block(block), c.call.rows * block.width<T>(),
                  c.buffers(thread, layer - 1).dz.block(block));
    }
  }

  void parameter_gradient(unsigned /*thread*/) override {}

 private:
  using Stage<P>::c;
  using Stage<P>::layer;
  using Stage<P>::plan;
};

}  // namespace gradus::engine
