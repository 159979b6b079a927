// What is known about layers beside their formulae: names, and the layout of their parameters.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/network/layer.hpp"

#include "core/suggest.hpp"
#include "gradus/network/network.hpp"
#include "network/layers/all_layers.hpp"

namespace gradus {
namespace {

// The kinds by name, from their classes.
constexpr auto kLayerKindTable = []<std::size_t... I>(std::index_sequence<I...>) {
  return std::array{NamedKind<LayerKind>{std::tuple_element_t<I, textbook::AllLayers>::kKind,
                                         std::tuple_element_t<I, textbook::AllLayers>::kName}...};
}
(std::make_index_sequence<kAllLayerKinds.size()>());

}  // namespace

std::string_view layer_kind_name(LayerKind kind) {
  return row_of(kLayerKindTable, kind).name;
}

bool is_normalization(LayerKind kind) {
  return textbook::with_layer_kind(kind, [](auto layer) { return decltype(layer)::kNormalizes; });
}

bool uses_row(LayerKind kind) {
  return textbook::with_layer_kind(kind, [](auto layer) { return decltype(layer)::kUsesRow; });
}

LayerKind parse_layer_kind(std::string_view name) {
  return parse_kind("layer kind", kLayerKindTable, name);
}

std::shared_ptr<const ParameterLayout> parameter_layout(const NetworkSpec& spec) {
  std::vector<std::vector<BlockShape>> shapes;
  for (std::size_t l = 0; l < spec.layers.size(); ++l) {
    const LayerSpec& layer = spec.layers[l];
    shapes.push_back(textbook::with_layer_kind(
        layer.kind, [&](auto kind) { return decltype(kind)::blocks(layer, spec.inputs_of(l)); }));
    if (activation_facts(layer.activation.kind).has_slopes) {
      shapes.back().push_back({BlockRole::kSlope, 1, layer.units});
    }
  }
  return std::make_shared<const ParameterLayout>(shapes);
}

std::shared_ptr<const ParameterLayout> state_layout(const NetworkSpec& spec) {
  std::vector<std::vector<BlockShape>> shapes;
  for (const LayerSpec& layer : spec.layers) {
    shapes.push_back(textbook::with_layer_kind(layer.kind, [&](auto kind) { return decltype(kind)::state(layer); }));
  }
  return std::make_shared<const ParameterLayout>(shapes);
}

}  // namespace gradus
