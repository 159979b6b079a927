// SPDX-License-Identifier: Apache-2.0
#include "training/layer_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "network/activation_math.hpp"
#include "training/batch_feeder.hpp"

namespace gradus {
namespace {

constexpr double kSmallDerivative = 0.01;  // share of the largest derivative
constexpr double kMostRows = 0.99;

// The largest derivative of a bounded activation; nothing for the others, which do not saturate.
std::optional<double> largest_derivative(ActivationKind kind) {
  const double largest = activation_facts(kind).largest_derivative;
  return largest > 0.0 ? std::optional<double>(largest) : std::nullopt;
}

template <class T>
double norm(std::span<const T> values) {
  double squares = 0.0;
  for (const T value : values) squares += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(squares);
}

// A network of layer l alone, whose outputs are that layer's Z.
NetworkSpec single_layer(const NetworkSpec& spec, std::size_t l) {
  NetworkSpec single;
  single.num_inputs = spec.inputs_of(l);
  single.layers.push_back({.units = spec.layers[l].units});
  single.output = OutputKind::kLinear;
  single.loss.kind = LossKind::kMeanSquaredError;
  return single;
}

NetworkSpec without_dropout(NetworkSpec spec) {
  for (LayerSpec& layer : spec.layers) layer.dropout = 0.0;
  return spec;
}

// H = f(Z), written over `z`, and what it says about the layer's units.
template <class T>
LayerStatistics activate_rows(const Activation& activation, Matrix<T>& z) {
  const std::size_t rows = z.rows();
  const std::optional<double> largest = largest_derivative(activation.kind);
  std::vector<std::size_t> zero(z.cols(), 0);
  std::vector<std::size_t> small(z.cols(), 0);
  std::vector<bool> constant(z.cols(), true);
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t o = 0; o < z.cols(); ++o) {
      const T input = z(r, o);
      const T h = textbook::activate(activation, input);
      const auto slope = static_cast<double>(textbook::activate_backward(activation, input, h, T(1.0)));
      z(r, o) = h;
      zero[o] += slope == 0.0 ? 1U : 0U;
      small[o] += largest && std::fabs(slope) < kSmallDerivative * *largest ? 1U : 0U;
      if (h != z(0, o)) constant[o] = false;
      sum += static_cast<double>(h);
      squares += static_cast<double>(h) * static_cast<double>(h);
    }
  }
  LayerStatistics layer{.units = z.cols()};
  for (std::size_t o = 0; o < z.cols(); ++o) {
    layer.dead += constant[o] && zero[o] == rows ? 1U : 0U;
    layer.saturated += static_cast<double>(small[o]) > kMostRows * static_cast<double>(rows) ? 1U : 0U;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(1, z.size()));
  layer.activation_mean = sum / count;
  layer.activation_std = std::sqrt(std::max(0.0, squares / count - layer.activation_mean * layer.activation_mean));
  return layer;
}

}  // namespace

std::vector<std::uint32_t> spread_rows(std::span<const std::uint32_t> rows, std::size_t most) {
  const std::size_t count = std::min(most, rows.size());
  std::vector<std::uint32_t> chosen(count);
  for (std::size_t i = 0; i < count; ++i) chosen[i] = rows[i * rows.size() / count];
  return chosen;
}

template <class T>
struct LayerProbe<T>::State {
  State(const TrainingRun& run, const Dataset& dataset)
      : rows(spread_rows(dataset.train, kMaxRows)),
        scaling(run.scaling),
        network(without_dropout(run.spec)),
        inputs(rows.size(), run.spec.num_inputs),
        feeder(dataset, scaling, {}) {
    gather_rows<T>(dataset.table.features, scaling, rows, inputs.view());
    EngineOptions options{.max_batch = std::max<std::size_t>(1, rows.size())};
    options.mixed = run.dtype == DType::kMixed;
    gradient_engine.emplace(network, options);
    options.trains = false;
    for (std::size_t l = 0; l < run.spec.layers.size(); ++l) {
      singles.emplace_back(single_layer(run.spec, l));
      layer_engines.emplace_back(singles[l], options);
    }
  }

  // X of the next layer, from X of this one.
  Matrix<T> affine(std::size_t l, const Matrix<T>& x) {
    layer_engines[l].load_parameters(singles[l]);
    const MatrixView<T> buffer = layer_engines[l].inputs(x.rows());
    for (std::size_t r = 0; r < x.rows(); ++r) std::copy_n(x.row(r).data(), x.cols(), buffer.row(r).data());
    const MatrixView<const T> outputs = layer_engines[l].predict();
    Matrix<T> z(outputs.rows(), outputs.cols());
    for (std::size_t r = 0; r < z.rows(); ++r) std::copy_n(outputs.row(r).data(), z.cols(), z.row(r).data());
    return z;
  }

  std::vector<std::uint32_t> rows;
  Scaling scaling;
  Network<T> network;
  Matrix<T> inputs;
  BatchFeeder<T> feeder;
  std::optional<Engine<T>> gradient_engine;
  std::vector<Network<T>> singles;
  std::vector<Engine<T>> layer_engines;
  Parameters<T> gradients;
};

template <class T>
LayerProbe<T>::LayerProbe(const TrainingRun& run, const Dataset& dataset)
    : state_(std::make_unique<State>(run, dataset)) {}

template <class T>
LayerProbe<T>::~LayerProbe() = default;

template <class T>
std::vector<LayerStatistics> LayerProbe<T>::measure(const Network<T>& network) {
  State& s = *state_;
  s.network.parameters = network.parameters;
  s.network.state = network.state;
  s.gradient_engine->load_parameters(s.network);
  const MatrixView<T> buffer = s.gradient_engine->inputs(s.rows.size());
  for (std::size_t r = 0; r < s.rows.size(); ++r) {
    std::copy_n(s.inputs.row(r).data(), s.inputs.cols(), buffer.row(r).data());
  }
  s.gradient_engine->gradients(s.feeder.targets(s.rows), s.gradients);
  std::vector<LayerStatistics> statistics;
  Matrix<T> x = s.inputs;
  for (std::size_t l = 0; l < network.spec.layers.size(); ++l) {
    std::ranges::copy(network.weights(l).span(), s.singles[l].weights(0).data());
    std::ranges::copy(network.biases(l), s.singles[l].biases(0).begin());
    Matrix<T> z = s.affine(l, x);
    LayerStatistics layer = activate_rows(network.spec.layers[l].activation, z);
    layer.gradient_norm = norm<T>(s.gradients.weights(l).span());
    layer.weight_norm = norm<T>(network.weights(l).span());
    statistics.push_back(layer);
    x = std::move(z);
  }
  return statistics;
}

template class LayerProbe<float>;
template class LayerProbe<double>;

}  // namespace gradus
