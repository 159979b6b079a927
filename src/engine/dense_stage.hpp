// Dense layers: H = f(X W + b) and its gradients, for the slice of weights that a thread owns for good. Only
// activations and their gradients cross between threads. The chain of the input gradient, which runs over all outputs
// of a layer in order, passes from thread to thread block by block (Crew::progress), so it keeps its single order
// without moving weights. dense_forward.cpp, dense_input_gradient.cpp, dense_weight_gradient.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/factors.hpp"
#include "engine/stage.hpp"

namespace gradus::engine {

template <class P>
class DenseStage : public Stage<P> {
 public:
  using T = typename P::Value;
  using Factor = typename P::Factor;
  using FactorRun = kernels::InputRun<Factor>;
  using Stage<P>::Stage;

  void forward(unsigned thread) override;
  void start_forward(unsigned thread) override;
  void input_gradient(unsigned thread) override;
  void parameter_gradient(unsigned thread) override;
  [[nodiscard]] bool may_postpone(unsigned thread) const override;
  void finish_input_gradient(unsigned thread) override;

 private:
  using Stage<P>::c;
  using Stage<P>::layer;
  using Stage<P>::plan;

  /// A layer whole, or its first block alone as far as this thread's own outputs of the layer below go, or the rest.
  enum class ForwardPart : std::uint8_t { kAll, kStart, kRest };
  /// Where the chains of one block start and end (kernels::ForwardArgs).
  struct Chain {
    ChainPart part;
    const T* start;
    const T* positive;
    T* out;
    bool streams;
    const T* bias = nullptr;
  };
  /// How the products of an input gradient read weights (dense_input_gradient.cpp).
  enum class GradientWay : std::uint8_t { kRowLanes, kFewRows, kTransposed };

  PackedSlice<T>& parameters(unsigned thread) const { return c.thread(thread).parameters[layer]; }
  /// Columns that the inputs of `thread` have in this batch.
  [[nodiscard]] std::size_t packed_inputs(unsigned thread) const;
  /// The inputs of the layer as factors: for a product over them, from row `first_row` of the part on; or over the
  /// rows.
  std::span<const FactorRun> input_runs(unsigned thread, std::size_t first_row) const;
  std::span<const FactorRun> input_row_runs(unsigned thread) const;

  [[nodiscard]] bool starts_early(unsigned thread) const;
  void forward_blocks(unsigned thread, ForwardPart part);
  void forward_block(unsigned thread, const Block& block, ForwardPart part, std::span<const FactorRun> runs);
  void forward_split(unsigned thread);
  void continue_chains(unsigned thread, const ChainPart& part);

  [[nodiscard]] GradientWay gradient_way() const;
  [[nodiscard]] ChainParts chain_parts(const Block& column) const;
  [[nodiscard]] bool ends_chains(unsigned thread) const { return plan.replicated || thread + 1 == c.plan.threads; }
  /// Whoever ends the chains of this layer's input gradient applies the derivative of the layer below.
  [[nodiscard]] bool masks_in_product() const;
  [[nodiscard]] bool ends_in_dz(unsigned thread) const { return ends_chains(thread) && masks_in_product(); }
  void column_gradient(unsigned thread, const Block& column, GradientWay way, std::uint32_t& finished);
  void column_part(unsigned thread, const Block& column, const ChainPart& part, GradientWay way,
                   std::uint32_t finished);
  void turn_gradients(unsigned thread);
  void turn_back(unsigned thread, const Block& column);
  void multiply_in_lanes(unsigned thread, const Block& column, const Chain& chain);
  void multiply_few_rows(unsigned thread, const Block& column, const Chain& chain);
  void transpose_weights(unsigned thread, const Block& column);
  void multiply_transposed(unsigned thread, const Block& column, const Chain& chain);
  /// The forward kernel as a product of chains that pass from thread to thread: runs times `w`, added to the chains.
  void multiply_chain(std::span<const FactorRun> runs, const Factor* w, std::size_t units, const Chain& chain) const;

  void weight_gradient_of_block(unsigned thread, const Block& block, std::span<const FactorRun> runs,
                                kernels::RowLines& ahead);
  void unused_columns(unsigned thread, const Block& block, kernels::WeightGradientArgs<T, Factor>& args);
  void weights_updated(unsigned thread, const Block& block, std::size_t first, std::size_t count);
};

}  // namespace gradus::engine
