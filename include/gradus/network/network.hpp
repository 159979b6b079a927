// A fully connected network as data: its architecture and its parameters. The formulae that run it are in the textbook
// (src/network/textbook.hpp); the fast twin that trains it is the engine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/core/numpy_random.hpp"
#include "gradus/network/activation.hpp"
#include "gradus/network/initializer.hpp"
#include "gradus/network/loss.hpp"

namespace gradus {

/// One dense layer: H = f(X W + b), W (I x O), b (O).
struct LayerSpec {
  std::size_t units = 0;    // O
  Activation activation{};  // identity for the last layer: its outputs are logits
  double l1 = 0.0;          // penalty l1 * sum |W| added to the loss (weights only, never biases)
  double l2 = 0.0;          // penalty l2 * sum W^2 (gradient 2 l2 W); study s3's lambda12
  double dropout = 0.0;  // probability of zeroing an output of this layer while training, survivors scaled by 1/(1-p)
  Initializer initializer{};
  bool operator==(const LayerSpec&) const = default;
};

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
  /// Weights and biases.
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

/// Parameters of one layer: W (I x O, row-major), b (O).
template <class T>
struct LayerParameters {
  Matrix<T> weights;
  AlignedBuffer<T> biases;
};

/// Architecture and parameters. T is float or double (the textbook also runs others).
template <class T>
struct Network {
  NetworkSpec spec;
  std::vector<LayerParameters<T>> layers;

  Network() = default;
  /// Validates `spec`; all parameters zero.
  explicit Network(NetworkSpec architecture) : spec(std::move(architecture)) {
    spec.validate();
    layers.reserve(spec.layers.size());
    for (std::size_t l = 0; l < spec.layers.size(); ++l) {
      layers.push_back({Matrix<T>(spec.inputs_of(l), spec.layers[l].units), AlignedBuffer<T>(spec.layers[l].units)});
    }
  }
};

/// The same network in another scalar type, each parameter converted by T(value).
template <class T, class Source>
Network<T> network_cast(const Network<Source>& source) {
  Network<T> result(source.spec);
  const auto convert = [](std::span<const Source> from, std::span<T> to) {
    std::transform(from.begin(), from.end(), to.begin(), [](const Source& value) { return T(value); });
  };
  for (std::size_t l = 0; l < source.layers.size(); ++l) {
    convert(source.layers[l].weights.span(), result.layers[l].weights.span());
    convert(source.layers[l].biases.span(), result.layers[l].biases.span());
  }
  return result;
}

/// Draws all parameters: layer l from RandomStream(seed, kInitialization, l), weights row-major, then biases.
/// Values are drawn in double and rounded to T.
template <class T>
void initialize(Network<T>& network, std::uint64_t seed);
/// The same from numpy's generator, layer after layer on one stream (studies s2, s4); zeros and constants draw nothing.
template <class T>
void initialize(Network<T>& network, NumpyRandomState& stream);

/// SHA-256 of the parameters' little-endian bytes in T, layer by layer, weights before biases.
template <class T>
std::string weights_sha256(const Network<T>& network);

/// The table that is printed before training: layer, shape, activation, parameters; last line the total.
std::string network_summary(const NetworkSpec& spec);

/// "784-512-256-10".
std::string shape_string(const NetworkSpec& spec);

extern template struct Network<float>;
extern template struct Network<double>;

}  // namespace gradus
