// The program that an engine runs for its network: the same stages on every thread,
//   inputs -> forward, layer by layer -> outputs and losses -> backward, layer by layer -> update,
// or, for narrow networks, a training step in columns. A large call is worked on part by part.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "engine/input_rows.hpp"
#include "engine/narrow_step.hpp"
#include "engine/output_rows.hpp"
#include "engine/stage.hpp"
#include "engine/update.hpp"

namespace gradus::engine {

/// What an engine can do, whatever the numbers of its program are.
template <class T>
class ProgramOf {
 public:
  ProgramOf() = default;
  ProgramOf(const ProgramOf&) = delete;
  ProgramOf& operator=(const ProgramOf&) = delete;
  virtual ~ProgramOf() = default;

  virtual MatrixView<T> inputs(std::size_t rows) = 0;
  virtual void set_inputs(const ByteRows& rows) = 0;
  virtual void set_inputs(const ValueRows<float>& rows) = 0;
  virtual void set_inputs(const ValueRows<double>& rows) = 0;
  /// Runs a call on all threads.
  virtual BatchStats run(CallKind kind, const BatchTargets<T>* targets, const StepOptions& step) = 0;
  /// The update alone, from gradients of the caller's.
  virtual void apply(const Parameters<T>& gradients, const StepOptions& step) = 0;
  [[nodiscard]] virtual MatrixView<const T> outputs() const = 0;
  virtual void store_hidden(std::size_t layer, Matrix<T>& h, Matrix<T>& z) = 0;
  virtual void store_gradients(Parameters<T>& gradients) = 0;
  virtual void store(Parameters<T>& parameters, Parameters<T>& state) = 0;
  virtual void load(const Parameters<T>& parameters, const Parameters<T>& state) = 0;
  virtual void release_gradients() = 0;
  virtual void store_slot(std::size_t slot, Parameters<T>& values) = 0;
  virtual void load_slot(std::size_t slot, const Parameters<T>& values) = 0;
  [[nodiscard]] virtual std::size_t num_slots() const = 0;
  [[nodiscard]] virtual const NetworkSpec& spec() const = 0;
  [[nodiscard]] virtual unsigned threads() const = 0;
  [[nodiscard]] virtual const char* target() const = 0;
};

template <class P>
class Program final : public ProgramOf<typename P::Value> {
 public:
  using T = typename P::Value;
  Program(const Network<T>& network, const EngineOptions& options);

  MatrixView<T> inputs(std::size_t rows) override;
  void set_inputs(const ByteRows& rows) override { inputs_.use(rows); }
  void set_inputs(const ValueRows<float>& rows) override { inputs_.use(rows); }
  void set_inputs(const ValueRows<double>& rows) override { inputs_.use(rows); }
  BatchStats run(CallKind kind, const BatchTargets<T>* targets, const StepOptions& step) override;
  void apply(const Parameters<T>& gradients, const StepOptions& step) override;
  [[nodiscard]] MatrixView<const T> outputs() const override;
  void store_hidden(std::size_t layer, Matrix<T>& h, Matrix<T>& z) override;
  void store_gradients(Parameters<T>& gradients) override;
  void store(Parameters<T>& parameters, Parameters<T>& state) override;
  void load(const Parameters<T>& parameters, const Parameters<T>& state) override;
  void release_gradients() override;
  void store_slot(std::size_t slot, Parameters<T>& values) override;
  void load_slot(std::size_t slot, const Parameters<T>& values) override;
  [[nodiscard]] std::size_t num_slots() const override { return optimizer_slots(c_.options.optimizer.kind); }
  [[nodiscard]] const NetworkSpec& spec() const override { return c_.spec; }
  [[nodiscard]] unsigned threads() const override { return c_.plan.threads; }
  [[nodiscard]] const char* target() const override { return c_.kernels->name; }
  /// What the program works with: for tests.
  Context<P>& context() { return c_; }

 private:
  void begin_call(CallKind kind, const BatchTargets<T>* targets, const StepOptions& step);
  /// Room for the gradients of weights, which engines that never need it do not take.
  void make_room_for_gradients();
  /// The whole call, part by part.
  void run_thread(unsigned thread);
  void run_part(unsigned thread);
  void forward(unsigned thread);
  void backward(unsigned thread);
  void parameter_gradient(unsigned thread, std::size_t layer);
  void draw_masks(unsigned thread);
  [[nodiscard]] BatchStats stats() const;

  Context<P> c_;
  InputRows<P> inputs_;
  OutputRows<P> outputs_;
  NarrowStep<P> narrow_;
  Update<P> update_;
  std::vector<std::unique_ptr<Stage<P>>> stages_;  // [layer]
};

extern template class Program<Single>;
extern template class Program<Double>;
extern template class Program<Mixed>;

/// Throws InputError where the network or the options cannot be run.
template <class T>
std::unique_ptr<ProgramOf<T>> make_program(const Network<T>& network, const EngineOptions& options);

}  // namespace gradus::engine
