// What is known about layers beside their formulae: names, and the layout of their parameters.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/network/layer.hpp"

#include "core/suggest.hpp"
#include "gradus/network/network.hpp"
#include "network/layers/all_layers.hpp"

namespace gradus {
namespace {

std::array<std::string_view, kAllLayerKinds.size()> all_names() {
  std::array<std::string_view, kAllLayerKinds.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = layer_kind_name(kAllLayerKinds[i]);
  return names;
}

}  // namespace

std::string_view layer_kind_name(LayerKind kind) {
  return textbook::with_layer_kind(kind, [](auto layer) { return decltype(layer)::kName; });
}

bool is_normalization(LayerKind kind) {
  return textbook::with_layer_kind(kind, [](auto layer) { return decltype(layer)::kNormalizes; });
}

bool uses_row(LayerKind kind) {
  return textbook::with_layer_kind(kind, [](auto layer) { return decltype(layer)::kUsesRow; });
}

LayerKind parse_layer_kind(std::string_view name) {
  for (const LayerKind kind : kAllLayerKinds) {
    if (name == layer_kind_name(kind)) return kind;
  }
  throw unknown_name("layer kind", name, all_names());
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
