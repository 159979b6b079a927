// What an engine holds between and during calls: parameters by thread, activations and their gradients by layer, the
// batch and the outputs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "engine/numbers.hpp"
#include "engine/packed_parameters.hpp"
#include "engine/plan.hpp"
#include "gradus/engine/engine.hpp"

namespace gradus::engine {

/// Activations of one layer in blocks. Shared by all threads, or one per thread where the layer is replicated.
template <class P>
struct LayerBuffers {
  using T = typename P::Value;
  BlockBuffer<T> h;      // outputs of the layer; logits of the last one
  BlockBuffer<T> saved;  // z, or f(z) before dropout, where the plan keeps a value
  BlockBuffer<T> dz;     // gradient of z
  // Normalisations: of each output or row.
  AlignedBuffer<T> mean;
  AlignedBuffer<T> variance;
  AlignedBuffer<T> inverse_std;
  AlignedBuffer<T> mean_sum;
  AlignedBuffer<T> mean_product;
  // Mixed: what products read of h and dz.
  PairBuffer h_pairs;
  PairBuffer dz_pairs;

  /// The outputs P of the last layer, which their own gradient dz replaces.
  T* outputs(const Block& block) { return dz.block(block); }
};

/// Which columns of a batch of bytes are not 0 in all rows; every thread finds them for itself.
struct InputColumns {
  bool skipping = false;                  // only `used` are packed
  std::vector<std::uint8_t> seen;         // [column]: bits of all rows
  std::vector<std::uint32_t> used;        // column of each packed input
  std::vector<std::uint32_t> unused;      // the others
  std::vector<std::uint32_t> used_pairs;  // mixed: c for each pair of used columns 2 c and 2 c + 1
  std::vector<kernels::ColumnRun> runs;   // `used` as runs
  std::vector<std::uint8_t> last_row;     // copy of a row at the end of the data, with room to read whole vectors
};

/// What a narrow network holds of kColumnRows rows of the batch, in columns (narrow_step.cpp).
template <class T>
struct ColumnBuffers {
  struct Layer {
    AlignedBuffer<T> z;  // where the derivative needs it
    AlignedBuffer<T> h;  // logits for the last one
    AlignedBuffer<T> dz;
  };
  AlignedBuffer<T> x;
  std::vector<Layer> layers;
  AlignedBuffer<T> gradient_rows;  // dz of one layer row by row
  AlignedBuffer<T> labels, shares, best, log_sums;

  ColumnBuffers() = default;
  explicit ColumnBuffers(const std::vector<LayerPlan>& plan);
};

/// What belongs to one thread alone.
template <class P>
struct ThreadSpace {
  using T = typename P::Value;
  using Factor = typename P::Factor;
  std::vector<PackedSlice<T>> parameters;          // [layer]
  std::vector<PackedSlice<T>> gradients;           // [layer], weights only where a step needs them
  std::vector<std::vector<PackedSlice<T>>> slots;  // [slot][layer]
  std::vector<PackedSlice<T>> state;               // [layer]: what has no gradient
  std::vector<PairBuffer> weight_pairs;            // [layer], mixed: what products read of the weights
  std::vector<LayerBuffers<P>> own;                // [layer], replicated layers only
  Matrix<T> input;         // this thread's copy of the batch, where the engine packs it; thread 0 uses the shared one
  PairBuffer input_pairs;  // mixed: what products read of it
  BlockBuffer<T> input_blocks;  // the same in blocks, where the first layer is not dense
  InputColumns columns;
  // Scratch: for the input gradient a block of transposed weights (or dZ) and of chains; runs of factors; output rows.
  AlignedBuffer<Factor> transposed;
  AlignedBuffer<T> lane_chains;
  std::vector<kernels::InputRun<Factor>> runs;
  std::vector<kernels::OutputRun<T>> output_runs;
  Matrix<T> logit_rows;  // logits and their gradient row by row, where the last layer has several blocks
  Matrix<T> gradient_rows;
  AlignedBuffer<T> row;                // of the outputs
  AlignedBuffer<T> columns_of_rows;    // of softmax: the logits, one column of all rows after another
  AlignedBuffer<T> lane_sums;          // of normalisations over rows
  ColumnBuffers<T> columns_of_layers;  // narrow networks only
};

template <class P>
struct Workspace {
  using T = typename P::Value;
  /// `rows`: those that the buffers of activations hold.
  Workspace(const NetworkSpec& spec, const ParameterLayout& parameters, const ParameterLayout& state, const Plan& plan,
            const EngineOptions& options, std::size_t rows, bool in_columns);

  /// The buffers that `thread` uses for `layer`.
  LayerBuffers<P>& buffers(const Plan& plan, unsigned thread, std::size_t layer) {
    return plan.layers[layer].replicated ? threads[thread]->own[layer] : shared[layer];
  }

  std::vector<std::unique_ptr<ThreadSpace<P>>> threads;
  std::vector<LayerBuffers<P>> shared;           // [layer]; h of a split layer: chains
  std::vector<BlockBuffer<T>> dh;                // [layer]: chains of the input gradient, where they cross
  std::vector<BlockBuffer<T>> masks;             // [layer]: 0 or 1 / (1 - p), where the layer has dropout
  std::vector<std::vector<double>> square_sums;  // [layer][output]: for the gradient norm
  Matrix<T> input;                               // the batch, one row a sample
  Matrix<T> outputs;                             // P
  AlignedBuffer<T> loss_rows;
  std::vector<std::uint8_t> correct_rows;
};

extern template struct Workspace<Single>;
extern template struct Workspace<Double>;
extern template struct Workspace<Mixed>;

}  // namespace gradus::engine
