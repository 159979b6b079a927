// What all stages share: activation and dropout forward and backward, and the table of stages by kind of layer.
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage.hpp"

#include <algorithm>

#include "engine/batch_norm_stage.hpp"
#include "engine/dense_stage.hpp"
#include "engine/factors.hpp"
#include "engine/layer_norm_stage.hpp"
#include "engine/residual_stage.hpp"

namespace gradus::engine {

template <class P>
std::unique_ptr<Stage<P>> make_stage(Context<P>& context, std::size_t layer) {
  switch (context.plan.layers[layer].kind) {
    case LayerKind::kDense:
      return std::make_unique<DenseStage<P>>(context, layer);
    case LayerKind::kBatchNorm:
      return std::make_unique<BatchNormStage<P>>(context, layer);
    case LayerKind::kResidual:
      return std::make_unique<ResidualStage<P>>(context, layer);
    case LayerKind::kLayerNorm:
      return std::make_unique<LayerNormStage<P>>(context, layer);
  }
  return nullptr;
}

template <class P>
typename P::Value* Stage<P>::z_of(unsigned thread, const Block& block) const {
  LayerBuffers<P>& to = c.buffers(thread, layer);
  return (plan.keeps_value ? to.saved : to.h).block(block);
}

template <class P>
void Stage<P>::finish_outputs(unsigned thread, const Block& block, bool activated) {
  T* const h = c.buffers(thread, layer).h.block(block);
  T* const z = z_of(thread, block);
  T* const value = plan.keeps_z ? h : z;
  const std::size_t width = block.width<T>();
  const std::size_t count = c.call.rows * width;
  const T* const slopes = c.thread(thread).parameters[layer].vector(BlockRole::kSlope, block);
  if (slopes != nullptr) {
    c.kernels->activate_units(plan.activation.kind, slopes, z, value, c.call.rows, width);
  } else if (!activated && (plan.activation.kind != ActivationKind::kIdentity || value != z)) {
    c.kernels->activate(plan.activation.kind, static_cast<T>(plan.activation.alpha), z, value, count);
  }
  if (value != h) std::copy_n(value, count, h);
  if (plan.dropout > 0.0 && c.call.trains()) {
    const T* const mask = c.space.masks[layer].block(block);
    for (std::size_t j = 0; j < count; ++j) h[j] *= mask[j];
  }
  Factors<P>::outputs_changed(c, thread, layer, block);
}

template <class P>
void Stage<P>::make_gradient_below(unsigned thread, const Block& block, const T* dh) {
  const std::size_t below = layer - 1;
  const LayerPlan& b_plan = c.plan.layers[below];
  LayerBuffers<P>& to = c.buffers(thread, below);
  const std::size_t width = block.width<T>();
  const std::size_t count = c.call.rows * width;
  T* const dz = to.dz.block(block);
  const T* const value = (b_plan.keeps_value ? to.saved : to.h).block(block);
  for (std::size_t reader = b_plan.read_again_by.size(); reader-- > 0;) {
    const T* const more = c.buffers(thread, b_plan.read_again_by[reader]).dz.block(block);
    for (std::size_t j = 0; j < count; ++j) dz[j] = dh[j] + more[j];
    dh = dz;
  }
  if (b_plan.dropout > 0.0) {
    const T* const mask = c.space.masks[below].block(block);
    for (std::size_t j = 0; j < count; ++j) dz[j] = dh[j] * mask[j];
    dh = dz;
  }
  const T* const slopes = c.thread(thread).parameters[below].vector(BlockRole::kSlope, block);
  if (slopes == nullptr) {
    c.kernels->activation_gradient(b_plan.activation.kind, static_cast<T>(b_plan.activation.alpha), dh, value, value,
                                   dz, count);
    return;
  }
  T* const slope_gradient = c.thread(thread).gradients[below].vector(BlockRole::kSlope, block);
  c.kernels->slope_gradient(b_plan.activation.kind, dh, value, c.call.rows, width, !c.call.starts_batch(),
                            slope_gradient);
  c.kernels->activation_gradient_units(b_plan.activation.kind, slopes, dh, value, dz, c.call.rows, width);
}

template <class P>
void Stage<P>::finish_input_gradient(unsigned thread) {
  LayerBuffers<P>& to = c.buffers(thread, layer - 1);
  for (const Block& block : c.plan.owned_blocks(thread, layer - 1)) {
    make_gradient_below(thread, block, to.dz.block(block));
  }
}

template class Stage<Single>;
template class Stage<Double>;
template class Stage<Mixed>;
template std::unique_ptr<Stage<Single>> make_stage(Context<Single>&, std::size_t);
template std::unique_ptr<Stage<Double>> make_stage(Context<Double>&, std::size_t);
template std::unique_ptr<Stage<Mixed>> make_stage(Context<Mixed>&, std::size_t);

}  // namespace gradus::engine
