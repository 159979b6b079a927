// A stage is one layer of the program that an engine runs: its part of the forward and the backward pass for one
// thread. A thread computes its own blocks of every layer; a stage that reads other threads' blocks says so in the plan
// (Reach), and the program waits for them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "engine/context.hpp"

namespace gradus::engine {

template <class P>
class Stage {
 public:
  using T = typename P::Value;
  Stage(Context<P>& context, std::size_t index) : c(context), layer(index), plan(context.plan.layers[index]) {}
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  virtual void forward(unsigned thread) = 0;
  /// What this thread can do of forward while it waits for the others' blocks of the layer below.
  virtual void start_forward(unsigned /*thread*/) {}
  /// The gradient dH of the layer below; never called for the first layer. Parameters are those of the forward pass.
  virtual void input_gradient(unsigned thread) = 0;
  /// The gradient of this thread's parameters; with plain gradient descent the update too. `dz` stays.
  virtual void parameter_gradient(unsigned thread) = 0;
  /// The parameter gradient may wait until the next input gradient is under way, for which other threads wait.
  [[nodiscard]] virtual bool may_postpone(unsigned /*thread*/) const { return false; }
  /// dZ of the layer below from its dH, for the blocks that this thread owns there; never called for the first layer.
  virtual void finish_input_gradient(unsigned thread);

 protected:
  /// Where the layer's z goes: in place of h, or beside it.
  T* z_of(unsigned thread, const Block& block) const;
  /// After z of a block: the activation (unless it is done), the value kept for backward, dropout.
  void finish_outputs(unsigned thread, const Block& block, bool activated);
  /// After dH of one block of the layer below, which stands at `dh` (dz of that layer, or elsewhere): what later layers
  /// add to it, the mask of its dropout, the derivative of its activation, the gradient of its slopes.
  void make_gradient_below(unsigned thread, const Block& block, const T* dh);

  Context<P>& c;
  const std::size_t layer;
  const LayerPlan& plan;
};

/// The stage for a layer of the plan.
template <class P>
std::unique_ptr<Stage<P>> make_stage(Context<P>& context, std::size_t layer);

extern template class Stage<Single>;
extern template class Stage<Double>;
extern template class Stage<Mixed>;

}  // namespace gradus::engine
