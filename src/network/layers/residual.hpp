// Residual addition: the outputs of an earlier layer of the same width are added. He et al. 2016.
//   Z = X + H(source),  dX = dZ,  dH(source) += dZ
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "network/layers/layer_math.hpp"

namespace gradus::textbook {

struct ResidualLayer {
  static constexpr LayerKind kKind = LayerKind::kResidual;
  static constexpr std::string_view kName = "residual";
  static constexpr bool kReadsEarlier = true;
  static constexpr bool kUsesBatch = false;
  static constexpr bool kUsesRow = false;
  static constexpr bool kNormalizes = false;

  static std::vector<BlockShape> blocks(const LayerSpec& /*layer*/, std::size_t /*inputs*/) { return {}; }
  static std::vector<BlockShape> state(const LayerSpec& /*layer*/) { return {}; }
  static void validate(const NetworkSpec& spec, std::size_t layer) {
    require_same_width(spec, layer);
    require_earlier_source(spec, layer);
  }
  static std::string title(const NetworkSpec& /*spec*/, std::size_t /*layer*/) { return "residual"; }

  template <class T>
  static void forward(const LayerForward<T>& at) {
    for (std::size_t i = 0; i < at.z.size(); ++i) at.z.data()[i] = at.x.data()[i] + at.source->data()[i];
  }

  template <class T>
  static void backward(const LayerBackward<T>& at) {
    *at.dx = *at.dz;
    if (at.source_gradient == nullptr) return;
    for (std::size_t i = 0; i < at.dz->size(); ++i) {
      at.source_gradient->data()[i] = at.source_gradient->data()[i] + at.dz->data()[i];
    }
  }
};

}  // namespace gradus::textbook
