// Everything one engine holds, and the phases of a step. A step runs the same function on every thread:
//   forward, layer by layer -> outputs and loss rows -> backward, layer by layer, with the update.
// Each thread owns its slice of every layer's outputs for good. Only activations and gradients of activations cross
// between threads; the chain of the input gradient, which runs over all outputs of a layer in order, passes from thread
// to thread block by block (Progress), so it keeps its single order without moving weights.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "core/core_latency.hpp"
#include "core/thread_pool.hpp"
#include "engine/packed_parameters.hpp"
#include "engine/pair_buffer.hpp"
#include "engine/plan.hpp"
#include "engine/turns.hpp"
#include "gradus/engine/engine.hpp"
#include "kernels/kernel_table.hpp"

namespace gradus::engine {

/// Activations of one layer in blocks. Shared by all threads, or one per thread where the layer is
/// replicated.
template <class T>
struct LayerBuffers {
  BlockBuffer<T> h;     // outputs of the layer; logits for the last one. Shared, of a split layer: chains
  BlockBuffer<T> kept;  // z, or f(z) before dropout, where the plan says so
  BlockBuffer<T> dz;    // gradient of z
  // Mixed: what products read of h and dz.
  PairBuffer h_pairs;
  PairBuffer dz_pairs;
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

/// Fewer rows than lanes of a vector are not worth columns.
template <class T>
inline constexpr std::size_t kMinColumnRows = kernels::kUnit<T>;

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

/// Loss and gradient are those of softmax cross-entropy in its exact form.
inline bool has_exact_cross_entropy(const NetworkSpec& spec) {
  return spec.output == OutputKind::kSoftmax && spec.loss.kind == LossKind::kSoftmaxCrossEntropy &&
         spec.loss.floor_kind == FloorKind::kExact && spec.loss.label_smoothing == 0.0;
}

/// How the products of an input gradient read weights (input_gradient.cpp).
enum class InputGradientWay : std::uint8_t { kRowLanes, kFewRows, kTransposed };

/// Training steps of this network run in columns, if there are enough rows for that.
inline bool suits_columns(const NetworkSpec& spec, const EngineOptions& options) {
  return options.trains && !options.mixed && is_narrow(spec) && has_exact_cross_entropy(spec);
}

/// What belongs to one thread alone.
template <class T>
struct ThreadState {
  std::vector<PackedSlice<T>> parameters;          // [layer]
  std::vector<PackedSlice<T>> gradients;           // [layer], empty until a step needs them
  std::vector<std::vector<PackedSlice<T>>> slots;  // [slot][layer]
  std::vector<LayerBuffers<T>> own;                // [layer], replicated layers only
  AlignedBuffer<T> transposed;                     // for the input gradient: block of transposed weights, or dZ
  AlignedBuffer<T> lane_chains;                    // the same where rows lie in the lanes: chains of one block
  // Logits and their gradient row by row, where the last layer has several blocks.
  Matrix<T> logit_rows;
  Matrix<T> gradient_rows;
  std::vector<kernels::InputRun<T>> runs;          // scratch of input_runs()
  std::vector<kernels::OutputRun<T>> output_runs;  // scratch of input_gradient()
  InputColumns columns;
  AlignedBuffer<T> row;              // scratch of the output rows
  AlignedBuffer<T> columns_of_rows;  // scratch of softmax: the logits, one column of all rows after another
  // Mixed: what products read of the inputs, of the weights by layer, of transposed weights, and runs of them.
  PairBuffer input_pairs;
  std::vector<PairBuffer> weight_pairs;
  AlignedBuffer<kernels::BfloatPair> transposed_pairs;
  std::vector<kernels::InputRun<kernels::BfloatPair>> pair_runs;
  ColumnBuffers<T> columns_of_layers;  // narrow networks only
  Matrix<T> input;  // this thread's copy of the batch, where the engine packs it; thread 0 uses the shared one
};

/// The output rows of one thread: logits z and outputs p (rows x stride each, K columns used, padding kept 0).
template <class T>
struct OutputBlock {
  std::size_t first;
  std::size_t rows;
  std::size_t k_count;
  std::size_t stride;
  const T* z;
  T* p;
  T* log_sums;  // softmax: m + ln sum exp(z - m) of each row, room for whole units of rows
  T* columns;   // softmax: scratch for the transposed logits and three values a row

  [[nodiscard]] std::span<const T> z_row(std::size_t b) const { return {z + b * stride, k_count}; }
  [[nodiscard]] std::span<T> p_row(std::size_t b) const { return {p + b * stride, k_count}; }
};

/// What a step does with its gradients.
enum class StepKind : std::uint8_t { kEvaluate, kTrain, kGradients };

/// Brings memory that another core has written into this core's cache. Loads in order are what the hardware fetches
/// ahead; between cores that are far apart they take a tenth of the time that the loads of a product's tiles take.
template <class T>
void fetch(const T* values, std::size_t count) {
  for (std::size_t i = 0; i < count; i += kAlignment / sizeof(T)) {
    [[maybe_unused]] const volatile T seen = values[i];
  }
}

template <class T>
struct EngineState {
  EngineState(const Network<T>& network, const EngineOptions& engine_options);

  NetworkSpec spec;
  std::shared_ptr<const ParameterLayout> layout;
  EngineOptions options;
  Plan plan;
  const kernels::KernelTable<T>* kernels = nullptr;
  const kernels::PairKernels* pairs = nullptr;  // mixed only
  std::unique_ptr<ThreadPool> pool;
  std::vector<std::unique_ptr<ThreadState<T>>> threads;
  std::vector<LayerBuffers<T>> shared;           // [layer]
  std::vector<BlockBuffer<T>> dh;                // [layer]: chains of the input gradient, where they cross
  std::vector<BlockBuffer<T>> masks;             // [layer]: 0 or 1 / (1 - p), where the layer has dropout
  std::vector<std::vector<Progress>> progress;   // [layer][thread]: finished blocks of the input gradient
  Progress finished_lots;                        // narrow networks: lots of rows whose gradients are added up
  std::vector<std::vector<double>> square_sums;  // [layer][output]: for the gradient norm
  Matrix<T> input;
  std::variant<std::monostate, ByteRows, ValueRows<float>, ValueRows<double>> row_source;  // where not in `input`
  kernels::RowLines next_rows;       // of the batch after this one
  std::array<T, 256> byte_values{};  // each byte divided by `byte_divisor`
  double byte_divisor = 0.0;
  bool divides_exactly = false;  // the kernel's division gives exactly these values
  Matrix<T> outputs;             // P
  AlignedBuffer<T> loss_rows;
  std::vector<std::uint8_t> correct_rows;

  TurnsPolicy turns;
  CoreDistance core_distance;

  // The call in progress.
  unsigned working_threads = 0;
  bool far_cores = false;
  std::size_t batch_rows = 0;
  std::size_t first_row = 0;  // the part in progress: rows [first_row, first_row + rows) of the batch
  std::size_t rows = 0;
  StepKind kind = StepKind::kEvaluate;
  const BatchTargets<T>* targets = nullptr;  // null: outputs only
  StepOptions step;
  double weight_sum = 0.0;
  T factor_sum{};    // the same sum in T, in increasing b: the textbook's sample_factors
  T common_share{};  // 1 / factor_sum, or 0 where there is nothing to share

  /// Runs forward, outputs and, by `step_kind`, backward on all threads.
  BatchStats run(StepKind step_kind, const BatchTargets<T>* batch_targets, const StepOptions& step_options);
  void set_inputs(const ByteRows& from);
  template <class S>
  void set_inputs(const ValueRows<S>& from);
  template <class Rows>
  void set_rows(const Rows& from);
  void check_targets(const BatchTargets<T>& batch_targets) const;

  /// The call on all threads, or on the first one alone.
  void run_threads();
  /// The whole call, part by part.
  void run_thread(unsigned thread);
  /// A barrier for the threads of this call.
  void sync() {
    if (working_threads > 1) pool->sync();
  }
  void reset_progress();

  // Phases of one thread.
  void prepare_inputs(unsigned thread);
  void find_columns(unsigned thread, const ByteRows& bytes);
  void pack_bytes(unsigned thread, const ByteRows& bytes, std::size_t row, T* to);
  void forward(unsigned thread);
  /// A layer whole, or its first block alone as far as this thread's own outputs of the layer below go, or the rest.
  enum class ForwardPart : std::uint8_t { kAll, kStart, kRest };
  void forward_layer(unsigned thread, std::size_t layer, ForwardPart part);
  template <class Product, class Run, class Panel>
  void multiply_blocks(unsigned thread, std::size_t layer, ForwardPart part, const Product& product,
                       std::span<const Run> runs, const Panel& panel, const std::vector<std::uint32_t>& used);
  void forward_split_layer(unsigned thread, std::size_t layer);
  void multiply_own_inputs(unsigned thread, std::size_t layer, const ChainPart& part);
  /// Where the chains of one block start and end (kernels::ForwardArgs).
  struct Chain {
    ChainPart part;
    const T* start;
    const T* positive;
    T* out;
    bool streams;
    const T* bias = nullptr;
  };
  template <class Product, class Run, class Panel>
  void continue_chains(unsigned thread, std::size_t layer, const ChainPart& part, const Product& product,
                       std::span<const Run> runs, const Panel& panel);
  [[nodiscard]] bool starts_early(unsigned thread, std::size_t layer) const;
  void fetch_outputs(unsigned thread, std::size_t layer);
  void finish_block(unsigned thread, std::size_t layer, const Block& block, bool activated);
  void output_rows(unsigned thread);
  void cross_entropy_in_columns(const OutputBlock<T>& block, bool reports);
  /// Of `count` rows of the batch from row `first` on; lanes up to `n` become 0.
  void labels_and_shares(std::size_t first, std::size_t count, std::size_t n, T* labels, T* shares) const;
  /// Loss and correctness of these rows; `logit(b, k)` is the logit k of row first + b.
  template <class Logit>
  void report_cross_entropy(std::size_t first, std::size_t count, const T* log_sums, const T* labels, const T* best,
                            const Logit& logit);
  void any_output_rows(unsigned thread, const OutputBlock<T>& block, bool reports);
  void gather_logits(unsigned thread, std::size_t first, std::size_t end);
  void scatter_gradients(unsigned thread, std::size_t first, std::size_t end);
  void backward(unsigned thread);
  void input_gradient(unsigned thread, std::size_t layer);
  void pair_inputs(unsigned thread);
  void pair_outputs(unsigned thread, std::size_t layer, const Block& block);
  void pair_gradients(unsigned thread, std::size_t layer);
  /// The weights [first, first + count) of a block's panel as products will read them from now on; `first` is even.
  void pair_weights(unsigned thread, std::size_t layer, const Block& block, std::size_t first, std::size_t count);
  [[nodiscard]] InputGradientWay input_gradient_way() const;
  [[nodiscard]] ChainParts chain_parts(std::size_t layer, const Block& column) const;
  /// Whoever ends the chains of this layer's input gradient applies the derivative of the layer below.
  [[nodiscard]] bool masks_in_product(std::size_t layer) const;
  void turn_gradients(unsigned thread, std::size_t layer);
  void turn_back(unsigned thread, const Block& column, T* to, const T* positive);
  void multiply_in_lanes(unsigned thread, std::size_t layer, const Block& column, const Chain& chain);
  void multiply_few_rows(unsigned thread, std::size_t layer, const Block& column, const Chain& chain);
  void transpose_weights(unsigned thread, std::size_t layer, const Block& column);
  void multiply_transposed(unsigned thread, std::size_t layer, const Block& column, const Chain& chain);
  void finish_input_gradient(unsigned thread, std::size_t layer);
  void weight_gradient(unsigned thread, std::size_t layer);
  template <class F, class Kernel, class Factors, class PieceDone>
  void weight_gradient_of(unsigned thread, std::size_t layer, const Kernel& kernel,
                          std::span<const kernels::InputRun<F>> runs, std::size_t factor_rows, const Factors& dz_of,
                          const PieceDone& piece_done);
  // Phases of a step in columns (narrow_step.cpp).
  void train_in_columns(unsigned thread);
  void gather_columns(unsigned thread, std::size_t first, std::size_t count);
  void forward_columns(unsigned thread, std::size_t num_rows);
  void cross_entropy_columns(unsigned thread, std::size_t first, std::size_t count);
  void input_gradients_of_columns(unsigned thread, std::size_t num_rows);
  void take_gradients_after(unsigned thread, std::size_t lot);
  void copy_to_other_threads();
  void weight_gradients_of_columns(unsigned thread, std::size_t first, std::size_t count);
  void add_penalties(unsigned thread);
  void sum_squares(unsigned thread, std::size_t layer);
  void scale_and_update(unsigned thread);
  void draw_masks(unsigned thread);

  /// The inputs that `thread` reads, one row a sample.
  Matrix<T>& inputs_of(unsigned thread) {
    return thread == 0 || row_source.index() == 0 ? input : threads[thread]->input;
  }
  /// The buffers that `thread` uses for `layer`.
  LayerBuffers<T>& buffers(unsigned thread, std::size_t layer) {
    return plan.layers[layer].replicated ? threads[thread]->own[layer] : shared[layer];
  }
  /// Blocks that `thread` computes in `layer`.
  [[nodiscard]] std::span<const Block> owned_blocks(unsigned thread, std::size_t layer) const {
    const BlockRange range = plan.layers[layer].owned[thread];
    return std::span(plan.layers[layer].blocks).subspan(range.begin, range.end - range.begin);
  }
  /// `block` of the layer's blocks is one that `thread` computes.
  [[nodiscard]] bool owns(unsigned thread, std::size_t layer, const Block& block) const {
    const std::span<const Block> owned = owned_blocks(thread, layer);
    return &block >= owned.data() && &block < owned.data() + owned.size();
  }
  /// The blocks of the layer below that `thread` multiplies its weights with.
  [[nodiscard]] std::span<const Block> inputs_read_by(unsigned thread, std::size_t layer) const {
    return plan.layers[layer].splits_inputs ? owned_blocks(thread, layer - 1)
                                            : std::span<const Block>(plan.layers[layer - 1].blocks);
  }
  /// Where the inputs of a layer lie: one run of the input matrix, or those blocks; from row `first` of the
  /// part on.
  std::span<const kernels::InputRun<T>> input_runs(unsigned thread, std::size_t layer, std::size_t first);
  /// Mixed: the same as pairs of inputs for a forward product, or as pairs of rows for a weight gradient.
  enum class PairsAlong : std::uint8_t { kColumns, kRows };
  std::span<const kernels::InputRun<kernels::BfloatPair>> input_pair_runs(unsigned thread, std::size_t layer,
                                                                          PairsAlong along, std::size_t first);
  /// What the loss of a row of the batch counts for in the mean.
  [[nodiscard]] T share_of(std::size_t row) const {
    const bool weighted = !targets->weights.empty() && factor_sum != T{0};
    return weighted ? targets->weights[row] / factor_sum : common_share;
  }
  void record_loss(std::size_t row, T loss) {
    loss_rows[row] = targets->weights.empty() ? loss : targets->weights[row] * loss;
  }
  /// This call is a training step in columns.
  [[nodiscard]] bool works_in_columns() const {
    return suits_columns(spec, options) && kind != StepKind::kEvaluate &&
           std::min(part_size(), batch_rows) >= kMinColumnRows<T>;
  }
  /// Gradients go through a buffer instead of straight into the weights.
  [[nodiscard]] bool stores_gradients() const {
    return kind == StepKind::kGradients || options.optimizer.kind != OptimizerKind::kSgd || step.clip_norm > 0.0 ||
           step.clip_value > 0.0 || part_size() < batch_rows || works_in_columns();
  }
  [[nodiscard]] std::size_t part_size() const { return options.part_rows == 0 ? batch_rows : options.part_rows; }
  /// Columns that the inputs of `thread` have in this batch.
  [[nodiscard]] std::size_t packed_inputs(unsigned thread) const {
    const InputColumns& columns = threads[thread]->columns;
    return columns.skipping ? columns.used.size() : spec.num_inputs;
  }
  /// Threads share out this layer: the gradient of its inputs is read by other threads than wrote it.
  [[nodiscard]] bool crosses(std::size_t layer) const { return plan.threads > 1 && !plan.layers[layer].replicated; }
  /// ... whose cores are far apart: it is written past the caches, and fetched in order.
  [[nodiscard]] bool crosses_far(std::size_t layer) const { return far_cores && crosses(layer); }
  /// The same of its outputs. Whoever computes those below a split layer is the only one who reads them.
  [[nodiscard]] bool outputs_cross(std::size_t layer) const {
    return crosses(layer) && (layer == last_layer() || !plan.layers[layer + 1].splits_inputs);
  }
  [[nodiscard]] bool outputs_cross_far(std::size_t layer) const { return far_cores && outputs_cross(layer); }
  [[nodiscard]] std::size_t last_layer() const { return plan.layers.size() - 1; }
};

/// The forward kernel as a product of chains that pass from thread to thread: runs times `w`, added to the chains.
template <class Product, class Runs, class Factor, class Chain>
void multiply_chain(const Product& product, const Runs& runs, const Factor* w, std::size_t units, const Chain& chain) {
  product({.runs = runs.data(),
           .num_runs = runs.size(),
           .rows = chain.part.count,
           .row_of_k = nullptr,
           .w = w,
           .units = units,
           .bias = chain.bias,
           .start = chain.start,
           .positive = chain.positive,
           .out = chain.out,
           .relu = false,
           .streams = chain.streams});
}

template <class T>
template <class Logit>
void EngineState<T>::report_cross_entropy(std::size_t first, std::size_t count, const T* log_sums, const T* labels,
                                          const T* best, const Logit& logit) {
  for (std::size_t b = 0; b < count; ++b) {
    record_loss(first + b, log_sums[b] - logit(b, static_cast<std::size_t>(targets->labels[first + b])));
    correct_rows[first + b] = best[b] == labels[b] ? 1 : 0;
  }
}

/// Applies the optimizer to one slice: weights with `decay`, biases without.
template <class T>
void update_slice(const kernels::KernelTable<T>& kernels, const OptimizerOptions& optimizer, const StepOptions& step,
                  ThreadState<T>& state, std::size_t layer);

}  // namespace gradus::engine
