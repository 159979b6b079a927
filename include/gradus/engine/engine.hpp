// The engine trains and predicts: the fast twin of the textbook, vectorised, fused and threaded. Its bits depend on the
// network, the data and the options, never on threads or instruction set (docs/engine.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/engine/optimizer.hpp"
#include "gradus/network/network.hpp"
#include "gradus/network/targets.hpp"

namespace gradus {

namespace engine {
template <class T>
class ProgramOf;
}

struct EngineOptions {
  std::size_t max_batch = 256;  // largest number of rows a call may have
  std::size_t typical_batch =
      0;                 // rows of most calls, to which the layout is fitted; 0: max_batch. Never changes a bit
  unsigned threads = 1;  // at most; fewer where a step is too small to share. Never changes a bit
  bool shares_small_work = false;  // `threads` exactly, for tests and measurements
  /// The cores of the threads are far apart: what threads exchange then goes past the caches. Empty: they
  /// measure it between calls. Never changes a bit.
  std::optional<bool> far_cores{};
  bool trains = true;  // false: evaluate and predict only, without the memory of the backward pass
  /// Rows of a call worked on at a time, so that activations take less memory; 0: all. Never changes a bit. Engines
  /// that train batch normalisation take whole batches whatever it says.
  std::size_t part_rows = 0;
  /// Every factor of a product (inputs, weights, activations, their gradients) is rounded to bfloat16; sums, biases,
  /// losses and the parameters themselves stay in float. Only in Engine<float>.
  bool mixed = false;
  OptimizerOptions optimizer{};
  std::uint64_t dropout_seed = 0;
  std::string target{};  // "plain", "avx2", ...; empty: GRADUS_TARGET, else the best of this CPU. Never changes a bit
};

/// Rows of a matrix of bytes as inputs: x(b, i) = data[rows[b] * I + i] / divisor, computed in double and rounded once.
struct ByteRows {
  const std::uint8_t* data = nullptr;   // count x I
  std::size_t count = 0;                // rows of `data`
  std::span<const std::uint32_t> rows;  // row numbers of the batch, each below `count`
  double divisor = 1.0;
  /// Rows of the batch after this one, if they are known: a training step brings them near. Never changes a bit.
  std::span<const std::uint32_t> next_rows{};
};

/// Rows of a matrix of numbers as inputs: x(b, i) = data[rows[b] * I + i], rounded once where T is narrower.
template <class S>
struct ValueRows {
  const S* data = nullptr;              // count x I
  std::size_t count = 0;                // rows of `data`
  std::span<const std::uint32_t> rows;  // row numbers of the batch, each below `count`
  /// Rows of the batch after this one, if they are known: a training step brings them near. Never changes a bit.
  std::span<const std::uint32_t> next_rows{};
};

/// What one step is told beside its data.
struct StepOptions {
  double learning_rate = 0.01;
  double clip_norm = 0.0;   // > 0: scale all gradients when their global L2 norm exceeds it
  double clip_value = 0.0;  // > 0: clamp every gradient element to +-clip_value
  std::uint64_t step = 1;   // counted from 1 over the whole training: Adam's t, index of the dropout stream
};

/// What one step or evaluation tells about its rows (before the update).
struct BatchStats {
  double loss_sum = 0.0;    // sum over rows of w_b * reported loss, without penalties
  double penalty = 0.0;     // sum over layers of l1 sum|W| + l2 sum W^2; only where asked for
  double weight_sum = 0.0;  // sum of w_b
  std::size_t correct = 0;  // classification: rows whose largest output is the label's (first of equals)
  std::size_t rows = 0;
  [[nodiscard]] double loss_mean() const { return weight_sum > 0 ? loss_sum / weight_sum : 0.0; }
};

/// Optimizer state in the layout of the parameters.
template <class T>
struct OptimizerState {
  std::vector<Parameters<T>> slots;
};

/// Trains and evaluates one network. Not thread-safe; any number of engines may run side by side.
template <class T>
class Engine {
 public:
  /// Copies the parameters. Optimizer state starts at zero. Throws InputError for a network that cannot be run.
  Engine(const Network<T>& network, const EngineOptions& options);
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();

  /// The buffer to fill with the inputs of the next call, `rows` x I (rows <= max_batch); contents are lost by
  /// every call that computes.
  MatrixView<T> inputs(std::size_t rows);

  /// Bytes as the inputs of the next call, instead of inputs(): converted as the batch is packed, without the columns
  /// that are 0 in all of its rows (which changes no bit as long as the weights are finite). The bytes and row numbers
  /// are read during that call.
  void set_inputs(const ByteRows& rows);
  /// The same for numbers: every thread copies the rows for itself, which is faster than reading what another one
  /// wrote.
  void set_inputs(const ValueRows<float>& rows);
  void set_inputs(const ValueRows<double>& rows);

  /// Forward, backward and update on the rows in inputs(). One engine step equals one step of textbook backward
  /// followed by the optimizer's rule.
  BatchStats train_step(const BatchTargets<T>& targets, const StepOptions& options);
  /// Forward and loss without update or dropout.
  BatchStats evaluate(const BatchTargets<T>& targets);
  /// Forward without dropout: outputs P (rows x K), valid until the next call.
  MatrixView<const T> predict();
  /// The outputs P (rows x K) of the last evaluate() or predict(), valid until the next call.
  [[nodiscard]] MatrixView<const T> outputs() const;
  /// H = f(Z) of a layer (rows x O, of the last one the logits) as the last evaluate() or predict() left it, and its Z
  /// where the activation's derivative is computed from that (ActivationFacts::needs_z; else an empty matrix). Throws
  /// InputError where that call worked in parts.
  void store_hidden(std::size_t layer, Matrix<T>& h, Matrix<T>& z) const;
  /// Gradients of the batch's mean loss and penalties without update, in the textbook's layout.
  BatchStats gradients(const BatchTargets<T>& targets, Parameters<T>& gradients, const StepOptions& options = {});

  /// One update from `gradients` (of loss and penalties, in the parameters' layout): what train_step() does after its
  /// own backward pass. Throws InputError for another layout.
  void apply(const Parameters<T>& gradients, const StepOptions& options);

  /// Parameters and state.
  void store_parameters(Network<T>& network) const;
  void load_parameters(const Network<T>& network);
  [[nodiscard]] OptimizerState<T> store_state() const;
  void load_state(const OptimizerState<T>& state);
  /// The same one slot at a time (below num_slots()), so that the whole state need not be there twice.
  [[nodiscard]] std::size_t num_slots() const;
  void store_slot(std::size_t slot, Parameters<T>& values) const;
  void load_slot(std::size_t slot, const Parameters<T>& values);
  /// Gives back the memory of the gradients, which the next step takes again.
  void release_gradients();
  /// Sum over layers of l1 sum|W| + l2 sum W^2, in double, fixed order.
  [[nodiscard]] double penalty() const;

  [[nodiscard]] const NetworkSpec& spec() const;
  [[nodiscard]] unsigned threads() const;
  /// The target whose kernels run.
  [[nodiscard]] const char* target() const;

 private:
  std::unique_ptr<engine::ProgramOf<T>> program_;
};

extern template class Engine<float>;
extern template class Engine<double>;

}  // namespace gradus
