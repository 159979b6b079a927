// Statistics of layers from what an engine of their own computes.
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

NetworkSpec without_dropout(NetworkSpec spec) {
  for (LayerSpec& layer : spec.layers) layer.dropout = 0.0;
  return spec;
}

// The outputs H of a layer, and its Z where the derivative needs it, else H again.
template <class T>
struct LayerOutputs {
  const Activation& activation;
  std::span<const T> slopes;  // learned ones, or empty
  const Matrix<T>& h;
  const Matrix<T>& z;

  [[nodiscard]] double derivative(std::size_t row, std::size_t unit) const {
    const T alpha = slopes.empty() ? static_cast<T>(activation.alpha) : slopes[unit];
    return static_cast<double>(textbook::activate_backward(activation.kind, alpha, z(row, unit), h(row, unit), T(1.0)));
  }
};

template <class T>
bool is_dead(const LayerOutputs<T>& layer, std::size_t unit) {
  for (std::size_t r = 0; r < layer.h.rows(); ++r) {
    if (layer.h(r, unit) != layer.h(0, unit) || layer.derivative(r, unit) != 0.0) return false;
  }
  return true;
}

template <class T>
bool is_saturated(const LayerOutputs<T>& layer, std::size_t unit, double largest_slope) {
  std::size_t small = 0;
  for (std::size_t r = 0; r < layer.h.rows(); ++r) {
    if (std::fabs(layer.derivative(r, unit)) < kSmallDerivative * largest_slope) ++small;
  }
  return static_cast<double>(small) > kMostRows * static_cast<double>(layer.h.rows());
}

// Derivatives are taken only where they decide: most activations cannot saturate, and few units are constant.
template <class T>
LayerStatistics describe_units(const LayerOutputs<T>& outputs) {
  LayerStatistics layer{.units = outputs.h.cols()};
  const std::optional<double> largest = largest_derivative(outputs.activation.kind);
  for (std::size_t o = 0; o < layer.units; ++o) {
    layer.dead += is_dead(outputs, o) ? 1U : 0U;
    layer.saturated += largest && is_saturated(outputs, o, *largest) ? 1U : 0U;
  }
  double sum = 0.0;
  double squares = 0.0;
  for (const T h : outputs.h.span()) {
    sum += static_cast<double>(h);
    squares += static_cast<double>(h) * static_cast<double>(h);
  }
  const auto count = static_cast<double>(std::max<std::size_t>(1, outputs.h.size()));
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
    engine.emplace(network, options);
  }

  void feed() {
    const MatrixView<T> buffer = engine->inputs(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      std::copy_n(inputs.row(r).data(), inputs.cols(), buffer.row(r).data());
    }
  }

  std::vector<std::uint32_t> rows;
  Scaling scaling;
  Network<T> network;
  Matrix<T> inputs;
  BatchFeeder<T> feeder;
  std::optional<Engine<T>> engine;
  Parameters<T> gradients;
};

// L2 norm of a layer's weights, or of all its parameters where it has none.
template <class T>
double layer_norm(const Parameters<T>& parameters, std::size_t layer) {
  if (!parameters.weights(layer).empty()) return norm<T>(parameters.weights(layer).span());
  double squares = 0.0;
  for (const ParameterBlock& block : parameters.blocks()) {
    if (block.layer == layer) squares += std::pow(norm<T>(parameters.values(block)), 2);
  }
  return std::sqrt(squares);
}

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
  s.engine->load_parameters(s.network);
  const BatchTargets<T> targets = s.feeder.targets(s.rows);
  s.feed();
  if (s.rows.size() > 1 || !s.network.spec.uses_batch()) s.engine->gradients(targets, s.gradients);
  s.feed();
  s.engine->evaluate(targets);
  std::vector<LayerStatistics> statistics;
  for (std::size_t l = 0; l < network.spec.layers.size(); ++l) {
    Matrix<T> h;
    Matrix<T> z;
    s.engine->store_hidden(l, h, z);
    LayerStatistics layer = describe_units<T>({.activation = network.spec.layers[l].activation,
                                               .slopes = network.parameters.values(l, BlockRole::kSlope),
                                               .h = h,
                                               .z = z.empty() ? h : z});
    layer.gradient_norm = layer_norm(s.gradients, l);
    layer.weight_norm = layer_norm(network.parameters, l);
    statistics.push_back(layer);
  }
  return statistics;
}

template class LayerProbe<float>;
template class LayerProbe<double>;

}  // namespace gradus
