// verify(): a network and some rows in, a certificate of its gradient out (docs/certificate.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/engine/engine.hpp"
#include "gradus/network/network.hpp"
#include "gradus/verification/certificate.hpp"

namespace gradus {

/// The point at which the gradient is checked: a network and a batch.
struct VerificationPoint {
  Network<double> network;  // a model in float converts exactly
  Matrix<double> inputs;    // B x I, scaled as for training
  std::vector<std::int32_t> labels;
  Matrix<double> values;        // targets where there are no labels
  std::vector<double> weights;  // empty or one per row
  OptimizerOptions optimizer{};
  double learning_rate = 0.01;
  /// Copied into the certificate.
  Provenance provenance{};
};

/// Which parameters of a group finite differences are taken of.
enum class DifferenceChoice : std::uint8_t { kSampled, kFirst, kAll };

struct VerifyOptions {
  std::uint64_t seed = 0;  // of samples, directions and masks
  unsigned threads = 0;    // 0: one per core
  /// Steps of the finite differences; empty: 1 / N, N = k * 10^i, k in {1, 5}, i in 0..5 (study s0).
  std::vector<double> difference_steps{};
  DifferenceChoice difference_choice = DifferenceChoice::kSampled;
  std::size_t differences_per_group = 10;
  bool four_points = false;  // five-point stencil without its centre: order 4 instead of 2
  bool check_engine = true;
  bool measure_detection = true;
};

/// Called now and then with the share of the work that is done and what is being done.
using VerifyProgress = std::function<void(double share, std::string_view what)>;

/// Throws InputError when the point does not fit together. Claims that fail do not throw: read holds().
Certificate verify(const VerificationPoint& point, const VerifyOptions& options = {},
                   const VerifyProgress& progress = {});

}  // namespace gradus
