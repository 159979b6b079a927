// All kinds of layers, the one place that lists them. A kind is a class with its name, the blocks that it needs, what
// makes it valid, and its formulae (dense.hpp is the model).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>
#include <utility>

#include "network/layers/batch_norm.hpp"
#include "network/layers/dense.hpp"
#include "network/layers/layer_norm.hpp"
#include "network/layers/residual.hpp"

namespace gradus::textbook {

using AllLayers = std::tuple<DenseLayer, BatchNormLayer, ResidualLayer, LayerNormLayer>;
static_assert(std::tuple_size_v<AllLayers> == kAllLayerKinds.size(), "every LayerKind has its class here");

namespace detail {
template <std::size_t... I>
constexpr bool in_order(std::index_sequence<I...>) {
  return ((std::tuple_element_t<I, AllLayers>::kKind == kAllLayerKinds[I]) && ...);
}
}  // namespace detail
static_assert(detail::in_order(std::make_index_sequence<kAllLayerKinds.size()>()), "in the order of kAllLayerKinds");

/// f(L{}) for the class L of `kind`; f returns the same type for every kind.
template <std::size_t I = 0, class F>
decltype(auto) with_layer_kind(LayerKind kind, const F& f) {
  using Layer = std::tuple_element_t<I, AllLayers>;
  if constexpr (I + 1 < std::tuple_size_v<AllLayers>) {
    if (kind != Layer::kKind) return with_layer_kind<I + 1>(kind, f);
  }
  return f(Layer{});
}

}  // namespace gradus::textbook
