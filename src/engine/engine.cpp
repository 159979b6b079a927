// SPDX-License-Identifier: Apache-2.0
#include "gradus/engine/engine.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/engine_state.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace engine {
namespace {

template <class T>
LayerBuffers<T> make_buffers(const LayerPlan& layer, std::size_t rows, bool is_last, bool trains, bool mixed) {
  LayerBuffers<T> buffers;
  buffers.h = BlockBuffer<T>(layer, rows);
  // The outputs P stand where their gradient will be.
  if (trains || is_last) buffers.dz = BlockBuffer<T>(layer, rows);
  if (layer.keeps_value) buffers.kept = BlockBuffer<T>(layer, rows);
  if (mixed && !is_last) buffers.h_pairs = PairBuffer(layer.units, rows);
  if (mixed && trains) buffers.dz_pairs = PairBuffer(layer.units, rows);
  return buffers;
}

// Rows that the buffers of activations must hold.
std::size_t part_rows(const EngineOptions& options) {
  return options.part_rows == 0 ? options.max_batch : std::min(options.part_rows, options.max_batch);
}

// Rows of most passes.
std::size_t typical_rows(const EngineOptions& options) {
  return options.typical_batch == 0 ? part_rows(options) : std::min(options.typical_batch, part_rows(options));
}

template <class T>
unsigned num_threads(const NetworkSpec& spec, const EngineOptions& options) {
  if (options.shares_small_work) return std::max(1U, options.threads);
  if (suits_columns(spec, options)) return worthwhile_turns(typical_rows(options), options.threads);
  return worthwhile_threads<T>(spec, typical_rows(options), options.threads, options.mixed);
}

kernels::Target target_of(const EngineOptions& options) {
  return options.target.empty() ? kernels::active_target() : kernels::parse_target("target", options.target);
}

template <class T>
std::unique_ptr<ThreadState<T>> make_thread_state(const Plan& plan, const EngineOptions& options, bool in_columns,
                                                  unsigned thread) {
  auto state = std::make_unique<ThreadState<T>>();
  state->slots.resize(optimizer_slots(options.optimizer.kind));
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    const LayerPlan& layer = plan.layers[l];
    const InputRange inputs = plan.inputs_of(l, thread);
    const BlockRange range = layer.owned[thread];
    const std::span<const Block> owned = std::span(layer.blocks).subspan(range.begin, range.end - range.begin);
    state->parameters.emplace_back(owned, inputs);
    state->gradients.emplace_back(owned, InputRange());  // biases only; weights when a step needs them
    if (options.mixed)
      state->weight_pairs.emplace_back(state->parameters.back().biases.size() / kernels::kUnit<T>, inputs.count);
    for (auto& slot : state->slots) slot.emplace_back(owned, options.trains ? inputs : InputRange());
    const bool is_last = l + 1 == plan.layers.size();
    state->own.push_back(layer.replicated
                             ? make_buffers<T>(layer, part_rows(options), is_last, options.trains, options.mixed)
                             : LayerBuffers<T>{});
  }
  state->columns.seen.resize(plan.layers.front().inputs);
  state->columns.last_row.resize(plan.layers.front().inputs + kAlignment);
  // The largest slice's outputs (in whole blocks of the transposing kernel) x one panel.
  std::size_t outputs = 0;
  for (const PackedSlice<T>& slice : state->parameters) outputs = std::max(outputs, slice.biases.size());
  const std::size_t transposed = options.trains ? outputs * kernels::kPanelUnits * kernels::kUnit<T> : 0;
  constexpr std::size_t kPanelWidth = kernels::kPanelUnits * kernels::kUnit<T>;
  if (options.trains) state->lane_chains = AlignedBuffer<T>(kPanelWidth * kPanelWidth);
  if (options.mixed) {
    state->transposed_pairs = AlignedBuffer<kernels::BfloatPair>(transposed);
    state->input_pairs = PairBuffer(kernels::units_for<T>(plan.layers.front().inputs), part_rows(options));
  } else {
    state->transposed = AlignedBuffer<T>(transposed);
  }
  const std::size_t output_width = plan.layers.back().units * kernels::kUnit<T>;
  const std::size_t padded_rows = kernels::padded<T>(part_rows(options));
  state->row = AlignedBuffer<T>(output_width + padded_rows);
  state->columns_of_rows = AlignedBuffer<T>((output_width + 3) * padded_rows);
  if (in_columns) state->columns_of_layers = ColumnBuffers<T>(plan.layers);
  return state;
}

}  // namespace

template <class T>
EngineState<T>::EngineState(const Network<T>& network, const EngineOptions& engine_options)
    : spec(network.spec),
      layout(network.parameters.layout()),
      options(engine_options),
      plan(make_plan<T>(network.spec, num_threads<T>(network.spec, engine_options), typical_rows(engine_options))),
      kernels(&kernels::kernel_table<T>(target_of(engine_options))),
      pool(std::make_unique<ThreadPool>(plan.threads)) {
  spec.validate();
  for (const LayerSpec& layer : spec.layers) {
    if (layer.kind != LayerKind::kDense) throw InputError("engine: dense layers only so far");
  }
  if (options.mixed) {
    if (sizeof(T) != sizeof(float)) throw InputError("engine: mixed is for float parameters");
    pairs = &kernels::pair_kernels(target_of(options));
  }
  const std::size_t batch = part_rows(options);
  for (unsigned t = 0; t < plan.threads; ++t) {
    threads.push_back(make_thread_state<T>(plan, options, suits_columns(spec, options), t));
  }
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    const LayerPlan& layer = plan.layers[l];
    const bool is_last = l + 1 == plan.layers.size();
    shared.push_back(layer.replicated ? LayerBuffers<T>{}
                                      : make_buffers<T>(layer, batch, is_last, options.trains, options.mixed));
    if (layer.splits_inputs) shared.back().h = BlockBuffer<T>(layer, batch);
    dh.emplace_back(layer, !is_last && options.trains ? batch : 0);
    masks.emplace_back(layer, layer.dropout > 0.0 && options.trains ? batch : 0);
    progress.emplace_back(plan.threads);
    square_sums.emplace_back(layer.units * kernels::kUnit<T>);
  }
  // One unit more than the inputs: the packing of bytes writes whole vectors.
  const std::size_t input_width = kernels::padded<T>(spec.num_inputs) + kernels::kUnit<T>;
  input = Matrix<T>(options.max_batch, input_width);
  for (unsigned t = 1; t < plan.threads; ++t) threads[t]->input = Matrix<T>(options.max_batch, input_width);
  const LayerPlan& last = plan.layers.back();
  const std::size_t output_width = last.units * kernels::kUnit<T>;
  outputs = Matrix<T>(options.max_batch, output_width);
  for (auto& thread : threads) {
    if (last.blocks.size() > 1) thread->logit_rows = thread->gradient_rows = Matrix<T>(batch, output_width);
  }
  loss_rows = AlignedBuffer<T>(options.max_batch);
  correct_rows.resize(options.max_batch);
}

template <class T>
void EngineState<T>::check_targets(const BatchTargets<T>& batch_targets) const {
  const auto count = static_cast<std::int64_t>(std::max<std::size_t>(2, spec.num_outputs()));
  for (const std::int32_t label : batch_targets.labels) {
    if (label < 0 || (label >= count && spec.num_outputs() > 1) || label >= count) {
      throw InputError("label " + std::to_string(label) + " is outside 0.." + std::to_string(count - 1));
    }
  }
  const bool labelled = batch_targets.labels.size() == batch_rows;
  const bool valued = batch_targets.values.rows() == batch_rows && batch_targets.values.cols() == spec.num_outputs();
  const bool fits = spec.loss.kind == LossKind::kSoftmaxCrossEntropy ? labelled : labelled || valued;
  const bool weights_fit = batch_targets.weights.empty() || batch_targets.weights.size() == batch_rows;
  if (!fits || !weights_fit)
    throw InputError("targets do not fit the batch of " + std::to_string(batch_rows) + " rows");
}

template <class T>
void EngineState<T>::reset_progress() {
  finished_lots.reset();
  for (auto& layer : progress) {
    for (Progress& thread : layer) thread.reset();
  }
}

// Whole batches are one part. Between parts everyone has finished with the buffers before thread 0 moves on.
template <class T>
void EngineState<T>::run_thread(unsigned thread) {
  for (;;) {
    if (works_in_columns()) {
      train_in_columns(thread);
    } else {
      prepare_inputs(thread);
      forward(thread);
      output_rows(thread);
      if (kind != StepKind::kEvaluate) backward(thread);
    }
    if (first_row + rows == batch_rows) break;
    sync();
    if (thread == 0) {
      first_row += rows;
      rows = std::min(part_size(), batch_rows - first_row);
      reset_progress();
    }
    sync();
  }
  if (kind == StepKind::kTrain && stores_gradients()) scale_and_update(thread);
}

template <class T>
void EngineState<T>::run_threads() {
  using Clock = std::chrono::steady_clock;
  const bool takes_turns =
      plan.threads > 1 && !options.shares_small_work && kind == StepKind::kTrain && works_in_columns();
  const Clock::time_point start = takes_turns ? Clock::now() : Clock::time_point();
  far_cores =
      plan.threads > 1 && !takes_turns && (options.far_cores ? *options.far_cores : core_distance.is_far(*pool));
  working_threads = takes_turns && !turns.shares_next() ? 1 : plan.threads;
  if (working_threads == plan.threads) {
    pool->run([this](unsigned thread) { run_thread(thread); });
  } else {
    run_thread(0);
    copy_to_other_threads();
  }
  if (takes_turns) turns.note_step(std::chrono::duration<double>(Clock::now() - start).count(), batch_rows);
}

template <class T>
BatchStats EngineState<T>::run(StepKind step_kind, const BatchTargets<T>* batch_targets,
                               const StepOptions& step_options) {
  if (step_kind != StepKind::kEvaluate && !options.trains)
    throw InputError("engine: made without EngineOptions::trains");
  if (batch_rows == 0) throw InputError("engine: a batch needs at least one row");
  if (batch_targets != nullptr) check_targets(*batch_targets);
  kind = step_kind;
  targets = batch_targets;
  step = step_options;
  weight_sum = static_cast<double>(batch_rows);
  factor_sum = static_cast<T>(batch_rows);
  if (targets != nullptr && !targets->weights.empty()) {
    weight_sum = 0.0;
    factor_sum = T{0};
    for (const T weight : targets->weights) {
      weight_sum += static_cast<double>(weight);
      factor_sum += weight;
    }
  }
  common_share = factor_sum == T{0} ? T{0} : T{1} / factor_sum;
  if (kind != StepKind::kEvaluate && stores_gradients()) {
    for (auto& thread : threads) {
      for (std::size_t l = 0; l < plan.layers.size(); ++l) {
        PackedSlice<T>& gradient = thread->gradients[l];
        const PackedSlice<T>& like = thread->parameters[l];
        if (gradient.inputs == 0) gradient = PackedSlice<T>(like.blocks, {like.first_input, like.inputs});
      }
    }
  }
  first_row = 0;
  rows = std::min(part_size(), batch_rows);
  reset_progress();
  run_threads();
  row_source = std::monostate();
  next_rows = {};
  BatchStats stats;
  stats.rows = batch_rows;
  if (targets == nullptr) return stats;
  stats.weight_sum = weight_sum;
  for (std::size_t b = 0; b < batch_rows; ++b) stats.loss_sum += static_cast<double>(loss_rows[b]);
  for (std::size_t b = 0; b < batch_rows && !targets->labels.empty(); ++b) stats.correct += correct_rows[b];
  return stats;
}

}  // namespace engine

template <class T>
struct Engine<T>::State : engine::EngineState<T> {
  using engine::EngineState<T>::EngineState;
};

template <class T>
Engine<T>::Engine(const Network<T>& network, const EngineOptions& options)
    : state_(std::make_unique<State>(network, options)) {
  load_parameters(network);
}
template <class T>
Engine<T>::Engine(Engine&&) noexcept = default;
template <class T>
Engine<T>& Engine<T>::operator=(Engine&&) noexcept = default;
template <class T>
Engine<T>::~Engine() = default;

template <class T>
MatrixView<T> Engine<T>::inputs(std::size_t rows) {
  if (rows > state_->options.max_batch) throw InputError("engine: more rows than max_batch");
  state_->batch_rows = rows;
  state_->row_source = std::monostate();
  return {state_->input.data(), rows, state_->spec.num_inputs, state_->input.cols()};
}

template <class T>
void Engine<T>::set_inputs(const ByteRows& rows) {
  state_->set_inputs(rows);
}

template <class T>
void Engine<T>::set_inputs(const ValueRows<float>& rows) {
  state_->set_inputs(rows);
}

template <class T>
void Engine<T>::set_inputs(const ValueRows<double>& rows) {
  state_->set_inputs(rows);
}

template <class T>
BatchStats Engine<T>::train_step(const BatchTargets<T>& targets, const StepOptions& options) {
  return state_->run(engine::StepKind::kTrain, &targets, options);
}

template <class T>
BatchStats Engine<T>::evaluate(const BatchTargets<T>& targets) {
  return state_->run(engine::StepKind::kEvaluate, &targets, {});
}

template <class T>
MatrixView<const T> Engine<T>::predict() {
  state_->run(engine::StepKind::kEvaluate, nullptr, {});
  return outputs();
}

template <class T>
MatrixView<const T> Engine<T>::outputs() const {
  return {state_->outputs.data(), state_->batch_rows, state_->spec.num_outputs(), state_->outputs.cols()};
}

template <class T>
BatchStats Engine<T>::gradients(const BatchTargets<T>& targets, Parameters<T>& gradients, const StepOptions& options) {
  const BatchStats stats = state_->run(engine::StepKind::kGradients, &targets, options);
  gradients = Parameters<T>(state_->layout);
  for (const auto& thread : state_->threads) {
    for (std::size_t l = 0; l < spec().layers.size(); ++l) engine::unpack(thread->gradients[l], l, gradients);
  }
  return stats;
}

template <class T>
void Engine<T>::store_parameters(Network<T>& network) const {
  if (network.parameters.count() != state_->layout->count()) network = Network<T>(spec());
  for (const auto& thread : state_->threads) {
    for (std::size_t l = 0; l < spec().layers.size(); ++l) engine::unpack(thread->parameters[l], l, network.parameters);
  }
}

template <class T>
void Engine<T>::load_parameters(const Network<T>& network) {
  for (const auto& thread : state_->threads) {
    for (std::size_t l = 0; l < network.spec.layers.size(); ++l)
      engine::pack(network.parameters, l, thread->parameters[l]);
  }
  for (unsigned t = 0; t < threads(); ++t) {
    for (std::size_t l = 0; l < network.spec.layers.size(); ++l) {
      const engine::PackedSlice<T>& slice = state_->threads[t]->parameters[l];
      for (const engine::Block& block : slice.blocks) state_->pair_weights(t, l, block, 0, slice.inputs);
    }
  }
}

template <class T>
OptimizerState<T> Engine<T>::store_state() const {
  OptimizerState<T> stored;
  for (std::size_t s = 0; s < optimizer_slots(state_->options.optimizer.kind); ++s) {
    stored.slots.emplace_back(state_->layout);
    for (const auto& thread : state_->threads) {
      for (std::size_t l = 0; l < spec().layers.size(); ++l) {
        engine::unpack(thread->slots[s][l], l, stored.slots[s]);
      }
    }
  }
  return stored;
}

template <class T>
void Engine<T>::load_state(const OptimizerState<T>& stored) {
  if (stored.slots.size() != optimizer_slots(state_->options.optimizer.kind)) {
    throw InputError("optimizer state is of another optimizer");
  }
  for (std::size_t s = 0; s < stored.slots.size(); ++s) {
    for (const auto& thread : state_->threads) {
      for (std::size_t l = 0; l < spec().layers.size(); ++l) {
        engine::pack(stored.slots[s], l, thread->slots[s][l]);
      }
    }
  }
}

// Columns first, then outputs, then layers: independent of the slices.
template <class T>
double Engine<T>::penalty() const {
  Network<T> network(spec());
  store_parameters(network);
  double total = 0.0;
  for (std::size_t l = 0; l < spec().layers.size(); ++l) {
    const LayerSpec& layer = spec().layers[l];
    if (layer.l1 == 0.0 && layer.l2 == 0.0) continue;
    double absolute = 0.0;
    double square = 0.0;
    for (const T value : network.weights(l).span()) {
      const auto w = static_cast<double>(value);
      absolute += std::fabs(w);
      square += w * w;
    }
    total += layer.l1 * absolute + layer.l2 * square;
  }
  return total;
}

template <class T>
const NetworkSpec& Engine<T>::spec() const {
  return state_->spec;
}
template <class T>
unsigned Engine<T>::threads() const {
  return state_->plan.threads;
}

template <class T>
const char* Engine<T>::target() const {
  return state_->kernels->name;
}

template class Engine<float>;
template class Engine<double>;

}  // namespace gradus
