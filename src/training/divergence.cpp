// SPDX-License-Identifier: Apache-2.0
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

// Whether a block holds one value for "weights", "biases", ...
std::string block_text(const ParameterBlock& block) {
  if (block.role == BlockRole::kWeight) return layer_text(block.layer, "weights");
  if (block.role == BlockRole::kBias) return layer_text(block.layer, "biases");
  return layer_text(block.layer, std::string(role_name(block.role)).c_str());
}

// Notes the first place where something is not finite.
template <class T>
class FiniteWatch : public textbook::Hooks<T> {
 public:
  void after_layer(std::size_t layer, const Matrix<T>& z, const Matrix<T>& h) override {
    if (place) return;
    if (!all_finite<T>(z.span())) {
      place = layer_text(layer, "its sums");
    } else if (!all_finite<T>(h.span())) {
      place = layer_text(layer, "its activations");
    }
  }
  std::optional<std::string> place;
};

}  // namespace

template <class T>
std::optional<std::string> non_finite_parameter(const Network<T>& network) {
  std::optional<std::string> place;
  const auto look_at = [&place](const ParameterBlock& block, std::span<const T> values) {
    if (!place && !all_finite(values)) place = block_text(block);
  };
  for_each_block(network.parameters, look_at);
  for_each_block(network.state, look_at);
  return place;
}

template <class T>
std::optional<std::string> non_finite_layer(const Network<T>& network, const Matrix<T>& x) {
  if (!all_finite<T>(x.span())) return "the inputs";
  FiniteWatch<T> watch;
  textbook::forward(network, x.view(), {}, {.hooks = &watch});
  return watch.place;
}

template std::optional<std::string> non_finite_parameter(const Network<float>&);
template std::optional<std::string> non_finite_parameter(const Network<double>&);
template std::optional<std::string> non_finite_layer(const Network<float>&, const Matrix<float>&);
template std::optional<std::string> non_finite_layer(const Network<double>&, const Matrix<double>&);

}  // namespace gradus
