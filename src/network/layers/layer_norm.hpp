// Layer normalisation: every row is centred and scaled by the mean and variance of its own columns, then moved by a
// learned scale and shift. Ba, Kiros and Hinton 2016.
//   m = sum_o x / O,  v = sum_o (x - m)^2 / O,  r = 1 / sqrt(v + epsilon),  y = (x - m) r,  z = scale y + shift
// Training and evaluation do the same. A sum over the O columns of a row has kRowLanes chains, chain j over the columns
// j, j + kRowLanes, ... in order, which are then added in a balanced tree: an order that depends on O alone and that
// vectors can follow.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "network/layers/layer_math.hpp"

namespace gradus::textbook {

/// Chains of a sum over a row: a cache line of T.
template <class T>
inline constexpr std::size_t kRowLanes = sizeof(T) == sizeof(float) ? 16 : 8;

/// The sum over `count` columns; add(chain, o) adds column o to a chain.
template <class T, class Add>
T sum_over_row(std::size_t count, const Add& add) {
  std::array<T, kRowLanes<T>> lanes;
  lanes.fill(T(0.0));
  for (std::size_t o = 0; o < count; ++o) lanes[o % kRowLanes<T>] = add(lanes[o % kRowLanes<T>], o);
  for (std::size_t half = kRowLanes<T> / 2; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) lanes[j] = lanes[j] + lanes[j + half];
  }
  return lanes[0];
}

struct LayerNormLayer {
  static constexpr LayerKind kKind = LayerKind::kLayerNorm;
  static constexpr std::string_view kName = "layer_norm";
  static constexpr bool kReadsEarlier = false;
  static constexpr bool kUsesBatch = false;
  static constexpr bool kUsesRow = true;
  static constexpr bool kNormalizes = true;

  static std::vector<BlockShape> blocks(const LayerSpec& layer, std::size_t /*inputs*/) {
    return {{BlockRole::kScale, 1, layer.units}, {BlockRole::kShift, 1, layer.units}};
  }
  static std::vector<BlockShape> state(const LayerSpec& /*layer*/) { return {}; }
  static void validate(const NetworkSpec& spec, std::size_t layer) { require_same_width(spec, layer); }
  static std::string title(const NetworkSpec& /*spec*/, std::size_t /*layer*/) { return "layer norm"; }

  template <class T>
  static void forward(const LayerForward<T>& at) {
    const T count = T(static_cast<double>(at.x.cols()));
    const std::span<const T> scale = at.parameters.values(at.layer, BlockRole::kScale);
    const std::span<const T> shift = at.parameters.values(at.layer, BlockRole::kShift);
    Moments<T>& m = at.moments;
    for (std::size_t b = 0; b < at.x.rows(); ++b) {
      const T sum = sum_over_row<T>(at.x.cols(), [&](const T& chain, std::size_t o) { return chain + at.x(b, o); });
      m.mean.push_back(sum / count);
      const T squares = sum_over_row<T>(at.x.cols(), [&](const T& chain, std::size_t o) {
        const T distance = at.x(b, o) - m.mean[b];
        return multiply_add(distance, distance, chain);
      });
      m.variance.push_back(squares / count);
    }
    set_inverse_std(at.spec.layers[at.layer].epsilon, m);
    for (std::size_t b = 0; b < at.z.rows(); ++b) {
      for (std::size_t o = 0; o < at.z.cols(); ++o) {
        at.z(b, o) = multiply_add(scale[o], (at.x(b, o) - m.mean[b]) * m.inverse_std[b], shift[o]);
      }
    }
  }

  /// g = scale dz;  dx = r ((g - sum_o g / O) - y (sum_o g y / O));  dshift = sum_b dz,  dscale = chain_b dz y.
  template <class T>
  static void backward(const LayerBackward<T>& at) {
    const T count = T(static_cast<double>(at.x->cols()));
    const Moments<T>& m = *at.moments;
    const std::span<const T> scale = at.parameters->values(at.layer, BlockRole::kScale);
    const std::span<T> dscale = at.gradient->values(at.layer, BlockRole::kScale);
    const std::span<T> dshift = at.gradient->values(at.layer, BlockRole::kShift);
    for (std::size_t b = 0; b < at.x->rows(); ++b) {
      const auto y = [&](std::size_t o) { return ((*at.x)(b, o) - m.mean[b]) * m.inverse_std[b]; };
      const auto g = [&](std::size_t o) { return scale[o] * (*at.dz)(b, o); };
      const T mean_sum =
          sum_over_row<T>(scale.size(), [&](const T& chain, std::size_t o) { return chain + g(o); }) / count;
      const T mean_product =
          sum_over_row<T>(scale.size(),
                          [&](const T& chain, std::size_t o) { return multiply_add(g(o), y(o), chain); }) /
          count;
      for (std::size_t o = 0; o < scale.size(); ++o) {
        (*at.dx)(b, o) = m.inverse_std[b] * multiply_add(-y(o), mean_product, g(o) - mean_sum);
        dshift[o] = dshift[o] + (*at.dz)(b, o);
        dscale[o] = multiply_add((*at.dz)(b, o), y(o), dscale[o]);
      }
    }
  }
};

}  // namespace gradus::textbook
