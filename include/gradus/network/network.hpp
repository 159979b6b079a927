// A fully connected network as data: its architecture and its parameters. The formulae that run it are in the textbook
// (src/network/textbook.hpp); the fast twin that trains it is the engine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/core/numpy_random.hpp"
#include "gradus/network/layer.hpp"
#include "gradus/network/loss.hpp"
#include "gradus/network/parameters.hpp"

namespace gradus {

/// The architecture: I inputs, L layers (the last one gives the K logits), output and loss.
struct NetworkSpec {
  std::size_t num_inputs = 0;
  std::vector<LayerSpec> layers{};
  OutputKind output = OutputKind::kSoftmax;
  Loss loss{};
  bool operator==(const NetworkSpec&) const = default;

  [[nodiscard]] std::size_t num_outputs() const { return layers.empty() ? 0 : layers.back().units; }
  [[nodiscard]] std::size_t inputs_of(std::size_t layer) const {
    return layer == 0 ? num_inputs : layers[layer - 1].units;
  }
  /// The earlier layer whose outputs layer `l` reads again, where its kind does that.
  [[nodiscard]] std::optional<std::size_t> source_of(std::size_t l) const;
  /// A layer's outputs for one row depend on the other rows of the batch.
  [[nodiscard]] bool uses_batch() const;
  /// Everything that is trained.
  [[nodiscard]] std::size_t num_parameters() const;
  /// Throws InputError: no layer, a width of 0 or over 2^31 - 1, loss and output that do not fit, softmax over one
  /// output, an activation or dropout on the last layer, dropout outside [0, 1), negative penalties, a floor out of
  /// range, gradient_through_floor without its loss and floor.
  void validate() const;
};

/// The usual network in one line: widths 784, 512, ..., 10 from the inputs to the outputs, one activation for all
/// hidden layers, the output's default loss. Throws InputError where validate() would.
NetworkSpec make_network_spec(std::span<const std::size_t> widths, const Activation& hidden, OutputKind output,
                              const Initializer& initializer = {});

/// The places of everything that is trained, and of what is kept beside it without a gradient (running statistics).
std::shared_ptr<const ParameterLayout> parameter_layout(const NetworkSpec& spec);
std::shared_ptr<const ParameterLayout> state_layout(const NetworkSpec& spec);

/// Architecture, parameters and state. T is float or double (the textbook also runs others).
template <class T>
struct Network {
  NetworkSpec spec;
  Parameters<T> parameters;
  Parameters<T> state;  // what training keeps without a gradient; stored, hashed and restored with the parameters

  Network() = default;
  /// Validates `spec`; all parameters zero, the state as it starts.
  explicit Network(NetworkSpec architecture);

  /// W (I x O) and b (O) of a dense layer.
  [[nodiscard]] MatrixView<T> weights(std::size_t layer) { return parameters.weights(layer); }
  [[nodiscard]] MatrixView<const T> weights(std::size_t layer) const { return parameters.weights(layer); }
  [[nodiscard]] std::span<T> biases(std::size_t layer) { return parameters.biases(layer); }
  [[nodiscard]] std::span<const T> biases(std::size_t layer) const { return parameters.biases(layer); }
};

template <class T>
Network<T>::Network(NetworkSpec architecture) : spec(std::move(architecture)) {
  spec.validate();
  parameters = Parameters<T>(parameter_layout(spec));
  state = Parameters<T>(state_layout(spec));
  for_each_block(state, [](const ParameterBlock& block, std::span<T> values) {
    if (block.role == BlockRole::kRunningVariance) std::fill(values.begin(), values.end(), T(1.0));
  });
}

/// The same numbers in another scalar type, each converted by T(value).
template <class T, class Source>
Parameters<T> parameters_cast(const Parameters<Source>& source) {
  Parameters<T> result(source.layout());
  for (const ParameterBlock& block : source.blocks()) {
    const std::span<const Source> from = source.values(block);
    std::transform(from.begin(), from.end(), result.values(block).begin(), [](const Source& v) { return T(v); });
  }
  return result;
}

/// The same network in another scalar type.
template <class T, class Source>
Network<T> network_cast(const Network<Source>& source) {
  Network<T> result;
  result.spec = source.spec;
  result.parameters = parameters_cast<T>(source.parameters);
  result.state = parameters_cast<T>(source.state);
  return result;
}

/// Draws all parameters: layer l from RandomStream(seed, kInitialization, l), weights row-major, then biases; scales
/// start at 1, shifts at 0, slopes at the activation's alpha.
/// Values are drawn in double and rounded to T.
template <class T>
void initialize(Network<T>& network, std::uint64_t seed);
/// The same from numpy's generator, layer after layer on one stream (studies s2, s4); zeros and constants draw nothing.
template <class T>
void initialize(Network<T>& network, NumpyRandomState& stream);

/// SHA-256 of the little-endian bytes in T of all blocks in order: parameters, then state.
template <class T>
std::string weights_sha256(const Network<T>& network);

/// The table that is printed before training: layer, shape, activation, parameters; last line the total.
std::string network_summary(const NetworkSpec& spec);

/// "784-512-256-10".
std::string shape_string(const NetworkSpec& spec);

extern template struct Network<float>;
extern template struct Network<double>;

}  // namespace gradus
