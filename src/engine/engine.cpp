// The public face of the engine: checks what comes in, runs the program of the network's numbers.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/engine/engine.hpp"

#include <cmath>

#include "engine/program.hpp"
#include "gradus/core/error.hpp"

namespace gradus {
namespace engine {

template <>
std::unique_ptr<ProgramOf<double>> make_program(const Network<double>& network, const EngineOptions& options) {
  if (options.mixed) throw InputError("engine: mixed is for float parameters");
  return std::make_unique<Program<Double>>(network, options);
}

template <>
std::unique_ptr<ProgramOf<float>> make_program(const Network<float>& network, const EngineOptions& options) {
  if (options.mixed) return std::make_unique<Program<Mixed>>(network, options);
  return std::make_unique<Program<Single>>(network, options);
}

}  // namespace engine

using engine::CallKind;

template <class T>
Engine<T>::Engine(const Network<T>& network, const EngineOptions& options) {
  network.spec.validate();
  program_ = engine::make_program<T>(network, options);
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
  return program_->inputs(rows);
}

template <class T>
void Engine<T>::set_inputs(const ByteRows& rows) {
  program_->set_inputs(rows);
}

template <class T>
void Engine<T>::set_inputs(const ValueRows<float>& rows) {
  program_->set_inputs(rows);
}

template <class T>
void Engine<T>::set_inputs(const ValueRows<double>& rows) {
  program_->set_inputs(rows);
}

template <class T>
BatchStats Engine<T>::train_step(const BatchTargets<T>& targets, const StepOptions& options) {
  return program_->run(CallKind::kTrain, &targets, options);
}

template <class T>
BatchStats Engine<T>::evaluate(const BatchTargets<T>& targets) {
  return program_->run(CallKind::kEvaluate, &targets, {});
}

template <class T>
MatrixView<const T> Engine<T>::predict() {
  program_->run(CallKind::kEvaluate, nullptr, {});
  return program_->outputs();
}

template <class T>
MatrixView<const T> Engine<T>::outputs() const {
  return program_->outputs();
}

template <class T>
void Engine<T>::store_hidden(std::size_t layer, Matrix<T>& h, Matrix<T>& z) const {
  if (layer >= spec().layers.size()) throw InputError("engine: a hidden layer that the network does not have");
  program_->store_hidden(layer, h, z);
}

template <class T>
BatchStats Engine<T>::gradients(const BatchTargets<T>& targets, Parameters<T>& gradients, const StepOptions& options) {
  const BatchStats stats = program_->run(CallKind::kGradients, &targets, options);
  program_->store_gradients(gradients);
  return stats;
}

template <class T>
void Engine<T>::apply(const Parameters<T>& gradients, const StepOptions& options) {
  program_->apply(gradients, options);
}

template <class T>
void Engine<T>::store_parameters(Network<T>& network) const {
  network.spec = spec();
  program_->store(network.parameters, network.state);
}

template <class T>
void Engine<T>::load_parameters(const Network<T>& network) {
  program_->load(network.parameters, network.state);
}

template <class T>
OptimizerState<T> Engine<T>::store_state() const {
  OptimizerState<T> stored;
  stored.slots.resize(num_slots());
  for (std::size_t s = 0; s < num_slots(); ++s) store_slot(s, stored.slots[s]);
  return stored;
}

template <class T>
void Engine<T>::load_state(const OptimizerState<T>& stored) {
  if (stored.slots.size() != num_slots()) throw InputError("optimizer state is of another optimizer");
  for (std::size_t s = 0; s < num_slots(); ++s) load_slot(s, stored.slots[s]);
}

template <class T>
void Engine<T>::release_gradients() {
  program_->release_gradients();
}

template <class T>
std::size_t Engine<T>::num_slots() const {
  return program_->num_slots();
}

template <class T>
void Engine<T>::store_slot(std::size_t slot, Parameters<T>& values) const {
  program_->store_slot(slot, values);
}

template <class T>
void Engine<T>::load_slot(std::size_t slot, const Parameters<T>& values) {
  program_->load_slot(slot, values);
}

// Inputs first, then outputs, then layers: independent of the slices.
template <class T>
double Engine<T>::penalty() const {
  Network<T> network;
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
  return program_->spec();
}
template <class T>
unsigned Engine<T>::threads() const {
  return program_->threads();
}
template <class T>
const char* Engine<T>::target() const {
  return program_->target();
}

template class Engine<float>;
template class Engine<double>;

}  // namespace gradus
