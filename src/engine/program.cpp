// One call on all threads.
// SPDX-License-Identifier: Apache-2.0
#include "engine/program.hpp"

#include <algorithm>
#include <utility>

#include "core/dropout_stream.hpp"
#include "engine/factors.hpp"
#include "gradus/core/error.hpp"
#include "network/check_inputs.hpp"

namespace gradus::engine {

template <class P>
Program<P>::Program(const Network<T>& network, const EngineOptions& options)
    : c_(network, options), inputs_(c_), outputs_(c_), narrow_(c_, inputs_, outputs_), update_(c_) {
  for (std::size_t l = 0; l < c_.plan.layers.size(); ++l) stages_.push_back(make_stage<P>(c_, l));
}

template <class P>
MatrixView<typename P::Value> Program<P>::inputs(std::size_t rows) {
  inputs_.use_buffer(rows);
  return {c_.space.input.data(), rows, c_.spec.num_inputs, c_.space.input.cols()};
}

template <class P>
MatrixView<const typename P::Value> Program<P>::outputs() const {
  return {c_.space.outputs.data(), c_.call.batch_rows, c_.spec.num_outputs(), c_.space.outputs.cols()};
}

template <class P>
void Program<P>::make_room_for_gradients() {
  for (auto& thread : c_.space.threads) {
    for (std::size_t l = 0; l < c_.plan.layers.size(); ++l) {
      PackedSlice<T>& gradient = thread->gradients[l];
      const PackedSlice<T>& like = thread->parameters[l];
      if (gradient.weights.size() == like.weights.size()) continue;
      gradient = PackedSlice<T>(like.blocks, {like.first_input, like.inputs}, roles_of(*c_.layout, l));
    }
  }
}

template <class P>
void Program<P>::release_gradients() {
  for (auto& thread : c_.space.threads) {
    for (std::size_t l = 0; l < c_.plan.layers.size(); ++l) {
      thread->gradients[l] = PackedSlice<T>(thread->parameters[l].blocks, InputRange(), roles_of(*c_.layout, l));
    }
  }
}

template <class P>
void Program<P>::begin_call(CallKind kind, const BatchTargets<T>* targets, const StepOptions& step) {
  Call<T>& call = c_.call;
  const EngineOptions& options = c_.options;
  call.kind = kind;
  call.step = step;
  call.part_rows = options.part_rows == 0 ? call.batch_rows : options.part_rows;
  call.first_row = 0;
  call.rows = std::min(call.part_rows, call.batch_rows);
  call.set_targets(targets);
  call.in_columns = call.trains() && c_.suits_columns && call.rows >= kMinColumnRows<T>;
  call.stores_gradients = kind == CallKind::kGradients || options.optimizer.kind != OptimizerKind::kSgd ||
                          step.clip_norm > 0.0 || step.clip_value > 0.0 || call.rows < call.batch_rows ||
                          call.in_columns;
  if (call.trains() && call.stores_gradients) make_room_for_gradients();
  c_.crew.reset_progress();
}

template <class P>
BatchStats Program<P>::run(CallKind kind, const BatchTargets<T>* targets, const StepOptions& step) {
  if (kind != CallKind::kEvaluate && !c_.options.trains) {
    throw InputError("engine: made without EngineOptions::trains");
  }
  const std::size_t rows = c_.call.batch_rows;
  if (rows == 0) throw InputError("engine: a batch needs at least one row");
  if (kind != CallKind::kEvaluate && rows < 2 && c_.spec.uses_batch()) {
    throw InputError("engine: a batch of batch normalisation needs at least two rows");
  }
  if (targets != nullptr) check_targets(c_.spec, *targets, rows);
  begin_call(kind, targets, step);
  const auto work = [this](unsigned thread) { run_thread(thread); };
  if (c_.call.in_columns && kind == CallKind::kTrain) {
    c_.crew.run_in_turns(c_.call.batch_rows, c_.options.shares_small_work, work,
                         [this] { narrow_.copy_to_other_threads(); });
  } else {
    c_.crew.run_together(work);
  }
  inputs_.forget();
  return stats();
}

template <class P>
BatchStats Program<P>::stats() const {
  const Call<T>& call = c_.call;
  BatchStats stats;
  stats.rows = call.batch_rows;
  if (call.targets == nullptr) return stats;
  stats.weight_sum = call.weight_sum;
  for (std::size_t b = 0; b < call.batch_rows; ++b) stats.loss_sum += static_cast<double>(c_.space.loss_rows[b]);
  for (std::size_t b = 0; b < call.batch_rows && !call.targets->labels.empty(); ++b) {
    stats.correct += c_.space.correct_rows[b];
  }
  return stats;
}

// Whole batches are one part. Between parts everyone has finished with the buffers before thread 0 moves on.
template <class P>
void Program<P>::run_thread(unsigned thread) {
  Call<T>& call = c_.call;
  for (;;) {
    run_part(thread);
    if (call.ends_batch()) break;
    c_.crew.sync();
    if (thread == 0) {
      call.first_row += call.rows;
      call.rows = std::min(call.part_rows, call.batch_rows - call.first_row);
      c_.crew.reset_progress();
    }
    c_.crew.sync();
  }
  if (call.kind == CallKind::kTrain && call.stores_gradients) update_.run(thread);
}

template <class P>
void Program<P>::run_part(unsigned thread) {
  if (c_.call.in_columns) return narrow_.run(thread);
  inputs_.prepare(thread);
  forward(thread);
  outputs_.run(thread);
  if (c_.call.trains()) backward(thread);
}

// A thread that would wait for the others' blocks begins with the layer above.
template <class P>
void Program<P>::forward(unsigned thread) {
  if (c_.call.trains()) draw_masks(thread);
  for (std::size_t l = 0; l < stages_.size(); ++l) {
    stages_[l]->forward(thread);
    if (!c_.plan.outputs_cross(l)) continue;
    c_.crew.sync([&] {
      if (l < c_.plan.last_layer()) stages_[l + 1]->start_forward(thread);
    });
    Factors<P>::fetch_outputs(c_, thread, l);
  }
}

template <class P>
void Program<P>::backward(unsigned thread) {
  std::size_t postponed = 0;
  for (std::size_t l = stages_.size(); l-- > 0;) {
    if (l > 0) stages_[l]->input_gradient(thread);  // before the parameters of layer l change
    if (postponed > 0) parameter_gradient(thread, std::exchange(postponed, 0));
    if (stages_[l]->may_postpone(thread)) {
      postponed = l;
    } else {
      parameter_gradient(thread, l);
    }
    if (l > 0) stages_[l]->finish_input_gradient(thread);
  }
}

template <class P>
void Program<P>::parameter_gradient(unsigned thread, std::size_t layer) {
  stages_[layer]->parameter_gradient(thread);
  if (!c_.call.stores_gradients) update_.step_vectors(thread, layer);
}

// Row b of a layer is drawn by one thread (core/dropout_stream.hpp). Every block but the last has an even number of
// outputs.
template <class P>
void Program<P>::draw_masks(unsigned thread) {
  bool any = false;
  for (std::size_t l = 0; l < c_.plan.layers.size(); ++l) {
    const LayerPlan& layer = c_.plan.layers[l];
    if (layer.dropout <= 0.0) continue;
    any = true;
    for (std::size_t b = thread; b < c_.call.rows; b += c_.plan.threads) {
      DropoutRow<T> row(layer.dropout, {.seed = c_.options.dropout_seed,
                                        .step = c_.call.step.step,
                                        .num_layers = c_.plan.layers.size(),
                                        .layer = l,
                                        .row = c_.call.first_row + b});
      for (const Block& block : layer.blocks) {
        row.next({c_.space.masks[l].block(block) + b * block.width<T>(), block.outputs});
      }
    }
  }
  if (any) c_.crew.sync();
}

template <class P>
void Program<P>::apply(const Parameters<T>& gradients, const StepOptions& step) {
  if (!c_.options.trains) throw InputError("engine: made without EngineOptions::trains");
  if (gradients.count() != c_.layout->count()) throw InputError("engine: gradients of another network");
  c_.call.batch_rows = 1;
  begin_call(CallKind::kGradients, nullptr, step);
  for (auto& thread : c_.space.threads) {
    for (std::size_t l = 0; l < c_.plan.layers.size(); ++l) pack(gradients, l, thread->gradients[l]);
  }
  c_.crew.run_together([this](unsigned thread) { update_.run(thread); });
}

template class Program<Single>;
template class Program<Double>;
template class Program<Mixed>;

}  // namespace gradus::engine
