// One layer of a network as data: its kind and what that kind needs to know. What a kind computes is in its own file,
// src/network/layers; src/network/layers/all_layers.hpp lists them all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gradus/network/activation.hpp"
#include "gradus/network/initializer.hpp"

namespace gradus {

// Every kind makes Z (B x O) from its inputs X (B x I); then H = f(Z), and the next layer's X = H o M (M dropout).
enum class LayerKind : std::uint8_t {
  kDense,      // Z = X W + b
  kBatchNorm,  // Z = scale (X - mean) / std + shift, mean and std of each column over the batch; I = O
  kResidual,   // Z = X + outputs of an earlier layer; I = O
  kLayerNorm,  // Z = scale (X - mean) / std + shift, mean and std of each row; I = O
};

inline constexpr std::array kAllLayerKinds = {LayerKind::kDense, LayerKind::kBatchNorm, LayerKind::kResidual,
                                              LayerKind::kLayerNorm};

/// "dense", "batch_norm", "residual", "layer_norm".
std::string_view layer_kind_name(LayerKind kind);
/// Throws InputError with a suggestion.
LayerKind parse_layer_kind(std::string_view name);

/// Centres and scales its inputs: batch_norm, ...
bool is_normalization(LayerKind kind);

/// An output depends on other columns of its row, without weights.
bool uses_row(LayerKind kind);

/// One layer.
struct LayerSpec {
  std::size_t units = 0;    // O
  Activation activation{};  // identity for the last layer: its outputs are logits
  double l1 = 0.0;          // penalty l1 * sum |W| added to the loss (weights only, never biases)
  double l2 = 0.0;          // penalty l2 * sum W^2 (gradient 2 l2 W); study s3's lambda12
  double dropout = 0.0;  // probability of zeroing an output of this layer while training, survivors scaled by 1/(1-p)
  Initializer initializer{};
  LayerKind kind = LayerKind::kDense;
  double epsilon = 1e-5;   // normalisations: added to the variance
  double momentum = 0.1;   // batch normalisation: share of a batch in the running statistics
  std::size_t source = 0;  // kinds that read the outputs of an earlier layer: its number, counted from 0
  bool operator==(const LayerSpec&) const = default;
};

}  // namespace gradus
