// Dense layers: Z = X W + b. Rumelhart, Hinton and Williams 1986.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "network/layers/layer_math.hpp"

namespace gradus::textbook {

struct DenseLayer {
  static constexpr LayerKind kKind = LayerKind::kDense;
  static constexpr std::string_view kName = "dense";
  static constexpr bool kReadsEarlier = false;  // the outputs of LayerSpec::source
  static constexpr bool kUsesBatch = false;     // what becomes of a row depends on the others
  static constexpr bool kUsesRow = false;       // an output depends on other columns of its row, without weights
  static constexpr bool kNormalizes = false;

  static std::vector<BlockShape> blocks(const LayerSpec& layer, std::size_t inputs) {
    return {{BlockRole::kWeight, inputs, layer.units}, {BlockRole::kBias, 1, layer.units}};
  }
  static std::vector<BlockShape> state(const LayerSpec& /*layer*/) { return {}; }
  static void validate(const NetworkSpec& /*spec*/, std::size_t /*layer*/) {}
  static std::string title(const NetworkSpec& /*spec*/, std::size_t /*layer*/) { return "dense"; }

  /// z(b, o) = chain_k x(b, k) w(k, o), then + b(o).
  template <class T>
  static void forward(const LayerForward<T>& at) {
    const MatrixView<const T> w = at.parameters.weights(at.layer);
    const std::span<const T> bias = at.parameters.biases(at.layer);
    for (std::size_t b = 0; b < at.z.rows(); ++b) {
      for (std::size_t o = 0; o < at.z.cols(); ++o) {
        T chain(0.0);
        for (std::size_t k = 0; k < at.x.cols(); ++k) chain = multiply_add(at.x(b, k), w(k, o), chain);
        at.z(b, o) = chain + bias[o];
      }
    }
  }

  /// dW = X^T dZ, db = sum_b dZ, dX = dZ W^T.
  template <class T>
  static void backward(const LayerBackward<T>& at) {
    weight_gradient(*at.x, *at.dz, at.gradient->weights(at.layer));
    bias_gradient(*at.dz, at.gradient->biases(at.layer));
    input_gradient(*at.dz, at.parameters->weights(at.layer), *at.dx);
  }

  /// dw(k, o) continues its chain with x(b, k) dz(b, o), b = 0, 1, ...
  template <class T>
  static void weight_gradient(const Matrix<T>& x, const Matrix<T>& dz, MatrixView<T> dw) {
    for (std::size_t k = 0; k < dw.rows(); ++k) {
      for (std::size_t o = 0; o < dw.cols(); ++o) {
        T chain = dw(k, o);
        for (std::size_t b = 0; b < x.rows(); ++b) chain = multiply_add(x(b, k), dz(b, o), chain);
        dw(k, o) = chain;
      }
    }
  }

  /// db(o) continues its sum with dz(b, o), b = 0, 1, ...
  template <class T>
  static void bias_gradient(const Matrix<T>& dz, std::span<T> db) {
    for (std::size_t o = 0; o < db.size(); ++o) {
      for (std::size_t b = 0; b < dz.rows(); ++b) db[o] = db[o] + dz(b, o);
    }
  }

  /// dx(b, k) = chain_o dz(b, o) w(k, o).
  template <class T>
  static void input_gradient(const Matrix<T>& dz, MatrixView<const T> weights, Matrix<T>& dx) {
    for (std::size_t b = 0; b < dx.rows(); ++b) {
      for (std::size_t k = 0; k < dx.cols(); ++k) {
        T chain(0.0);
        for (std::size_t o = 0; o < dz.cols(); ++o) chain = multiply_add(dz(b, o), weights(k, o), chain);
        dx(b, k) = chain;
      }
    }
  }
};

}  // namespace gradus::textbook
