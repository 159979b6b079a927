#include "training/divergence.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "network/textbook.hpp"

namespace gradus {
namespace {

template <class T>
bool all_finite(std::span<const T> values) {
  return std::all_of(values.begin(), values.end(), [](T value) { return std::isfinite(value); });
}

std::string layer_text(std::size_t layer, const char* what) {
  return "layer " + std::to_string(layer + 1) + " (" + what + ")";
}

}  // namespace

template <class T>
std::optional<std::string> non_finite_parameter(const Network<T>& network) {
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    if (!all_finite(network.layers[l].weights.span())) return layer_text(l, "weights");
    if (!all_finite(network.layers[l].biases.span())) return layer_text(l, "biases");
  }
  return std::nullopt;
}

template <class T>
std::optional<std::string> non_finite_layer(const Network<T>& network, const Matrix<T>& x) {
  Matrix<T> h = x;
  if (!all_finite<T>(h.span())) return "the inputs";
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    h = textbook::affine(h, network.layers[l]);
    if (!all_finite<T>(h.span())) return layer_text(l, "its sums");
    for (T& value : h.span()) value = textbook::activate(network.spec.layers[l].activation, value);
    if (!all_finite<T>(h.span())) return layer_text(l, "its activations");
  }
  return std::nullopt;
}

template std::optional<std::string> non_finite_parameter(const Network<float>&);
template std::optional<std::string> non_finite_parameter(const Network<double>&);
template std::optional<std::string> non_finite_layer(const Network<float>&, const Matrix<float>&);
template std::optional<std::string> non_finite_layer(const Network<double>&, const Matrix<double>&);

}  // namespace gradus
