// Batch normalisation: every input is centred and scaled by the mean and variance that it has over the batch, then
// moved by a learned scale and shift. Ioffe and Szegedy 2015.
//   training     m = sum_b x / B,  v = sum_b (x - m)^2 / B,  r = 1 / sqrt(v + epsilon),  y = (x - m) r,
//                z = scale y + shift
//   evaluation   the same with the running mean and variance, which training moves by
//                running = (1 - momentum) running + momentum of the batch, variance with B - 1 (PyTorch's form)
// A batch of one row has no variance: it is refused. An incomplete last batch counts with its own statistics.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "network/layers/layer_math.hpp"

namespace gradus::textbook {

struct BatchNormLayer {
  static constexpr LayerKind kKind = LayerKind::kBatchNorm;
  static constexpr std::string_view kName = "batch_norm";
  static constexpr bool kReadsEarlier = false;
  static constexpr bool kUsesBatch = true;
  static constexpr bool kUsesRow = false;
  static constexpr bool kNormalizes = true;

  static std::vector<BlockShape> blocks(const LayerSpec& layer, std::size_t /*inputs*/) {
    return {{BlockRole::kScale, 1, layer.units}, {BlockRole::kShift, 1, layer.units}};
  }
  static std::vector<BlockShape> state(const LayerSpec& layer) {
    return {{BlockRole::kRunningMean, 1, layer.units}, {BlockRole::kRunningVariance, 1, layer.units}};
  }
  static void validate(const NetworkSpec& spec, std::size_t layer) { require_same_width(spec, layer); }
  static std::string title(const NetworkSpec& /*spec*/, std::size_t /*layer*/) { return "batch norm"; }

  template <class T>
  static void forward(const LayerForward<T>& at) {
    const LayerSpec& layer = at.spec.layers[at.layer];
    Moments<T>& m = at.moments;
    if (at.mode == Mode::kTraining) {
      measure(at.x, m);
    } else {
      const auto running = [&](BlockRole role) {
        const std::span<const T> values = at.state.values(at.layer, role);
        return std::vector<T>(values.begin(), values.end());
      };
      m.mean = running(BlockRole::kRunningMean);
      m.variance = running(BlockRole::kRunningVariance);
    }
    set_inverse_std(layer.epsilon, m);
    const std::span<const T> scale = at.parameters.values(at.layer, BlockRole::kScale);
    const std::span<const T> shift = at.parameters.values(at.layer, BlockRole::kShift);
    for (std::size_t b = 0; b < at.z.rows(); ++b) {
      for (std::size_t o = 0; o < at.z.cols(); ++o) {
        at.z(b, o) = multiply_add(scale[o], (at.x(b, o) - m.mean[o]) * m.inverse_std[o], shift[o]);
      }
    }
  }

  /// y = (x - m) r;  dshift = sum_b dz,  dscale = chain_b dz y,  dx = scale r ((dz - dshift / B) - y (dscale / B)); in
  /// evaluation dx = scale r dz.
  template <class T>
  static void backward(const LayerBackward<T>& at) {
    const T rows = T(static_cast<double>(at.x->rows()));
    const Moments<T>& m = *at.moments;
    const std::span<const T> scale = at.parameters->values(at.layer, BlockRole::kScale);
    const std::span<T> dscale = at.gradient->values(at.layer, BlockRole::kScale);
    const std::span<T> dshift = at.gradient->values(at.layer, BlockRole::kShift);
    for (std::size_t o = 0; o < scale.size(); ++o) {
      T sum(0.0);
      T product(0.0);
      const auto y = [&](std::size_t b) { return ((*at.x)(b, o) - m.mean[o]) * m.inverse_std[o]; };
      for (std::size_t b = 0; b < at.x->rows(); ++b) {
        sum = sum + (*at.dz)(b, o);
        product = multiply_add((*at.dz)(b, o), y(b), product);
      }
      const T factor = scale[o] * m.inverse_std[o];
      const bool moves = at.mode == Mode::kTraining;
      const T mean_sum = moves ? sum / rows : T(0.0);
      const T mean_product = moves ? product / rows : T(0.0);
      for (std::size_t b = 0; b < at.x->rows(); ++b) {
        (*at.dx)(b, o) = factor * multiply_add(-y(b), mean_product, (*at.dz)(b, o) - mean_sum);
      }
      dshift[o] = dshift[o] + sum;
      dscale[o] = dscale[o] + product;
    }
  }

  /// The running statistics of layer `number` after a batch of `rows` rows. (Kinds that keep no state have no such
  /// function.)
  template <class T>
  static void update_state(const LayerSpec& layer, const Moments<T>& batch, std::size_t rows, std::size_t number,
                           Parameters<T>& state) {
    const std::span<T> mean = state.values(number, BlockRole::kRunningMean);
    const std::span<T> variance = state.values(number, BlockRole::kRunningVariance);
    const T unbiased = T(static_cast<double>(rows) / static_cast<double>(rows - 1));
    const T kept = T(1.0 - layer.momentum);
    const T moved = T(layer.momentum);
    for (std::size_t o = 0; o < mean.size(); ++o) {
      mean[o] = multiply_add(moved, batch.mean[o], kept * mean[o]);
      variance[o] = multiply_add(moved, batch.variance[o] * unbiased, kept * variance[o]);
    }
  }

 private:
  template <class T>
  static void measure(const Matrix<T>& x, Moments<T>& m) {
    const T rows = T(static_cast<double>(x.rows()));
    m.mean.assign(x.cols(), T(0.0));
    m.variance.assign(x.cols(), T(0.0));
    for (std::size_t o = 0; o < x.cols(); ++o) {
      for (std::size_t b = 0; b < x.rows(); ++b) m.mean[o] = m.mean[o] + x(b, o);
      m.mean[o] = m.mean[o] / rows;
      for (std::size_t b = 0; b < x.rows(); ++b) {
        const T distance = x(b, o) - m.mean[o];
        m.variance[o] = multiply_add(distance, distance, m.variance[o]);
      }
      m.variance[o] = m.variance[o] / rows;
    }
  }
};

}  // namespace gradus::textbook
