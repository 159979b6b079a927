// What the textbook's loop hands to a layer's own formulae, forward and backward.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gradus/network/network.hpp"
#include "network/scalar.hpp"

namespace gradus::textbook {

/// Training: statistics of the batch. Evaluation: those that training kept.
enum class Mode : std::uint8_t { kTraining, kEvaluation };

/// What a normalisation has measured, by unit or by row; empty for other layers.
template <class T>
struct Moments {
  std::vector<T> mean;
  std::vector<T> variance;
  std::vector<T> inverse_std;  // 1 / sqrt(variance + epsilon)
};

/// From the variance: 1 / sqrt(v + epsilon).
template <class T>
void set_inverse_std(double epsilon, Moments<T>& m) {
  using math::sqrt;
  m.inverse_std.clear();
  for (const T& variance : m.variance) m.inverse_std.push_back(T(1.0) / sqrt(variance + T(epsilon)));
}

/// Throws InputError unless the layer is as wide as its inputs.
void require_same_width(const NetworkSpec& spec, std::size_t layer);
/// Throws InputError unless LayerSpec::source is a layer before the one below, of the same width.
void require_earlier_source(const NetworkSpec& spec, std::size_t layer);

/// Forward of one layer: reads x (B x I), writes z (B x O) and, where its kind has any, its moments.
template <class T>
struct LayerForward {
  const NetworkSpec& spec;
  std::size_t layer;
  const Parameters<T>& parameters;
  const Parameters<T>& state;
  Mode mode;
  const Matrix<T>& x;
  const Matrix<T>* source;  // outputs of the earlier layer that the specification names; null: none
  Matrix<T>& z;
  Moments<T>& moments;
};

/// Backward of one layer: reads dz (B x O) and what forward left, adds to the gradient of its parameters (each chain
/// continues from what is there) and writes dx (B x I). Pointers, so that a fault can be injected by moving them.
template <class T>
struct LayerBackward {
  const NetworkSpec& spec;
  std::size_t layer;
  const Parameters<T>* parameters;
  Mode mode;
  const Matrix<T>* x;
  const Moments<T>* moments;
  const Matrix<T>* dz;
  Parameters<T>* gradient;
  Matrix<T>* dx;
  Matrix<T>* source_gradient;  // of the earlier layer's outputs, added to; null: none
};

}  // namespace gradus::textbook
