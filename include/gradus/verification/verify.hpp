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

/// Which numbers of a network finite differences are taken of.
struct DifferenceExperiment {
  std::size_t layer = 0;                // counted from 0
  BlockRole role = BlockRole::kWeight;  // a block that the layer has
  std::vector<std::size_t> positions;   // in the block, row-major; empty: as VerifyOptions choose them
};

/// Differences, the gradient beside them, and whether they agree.
struct DifferenceResult {
  DifferenceCurve curve;
  Claim claim;
};

/// The experiment of study s0 (gradient checking): each number is moved by +-h, for every step h, with all rows of the
/// point, and compared with backpropagation. Of `options` it reads seed and what is said of differences. Throws
/// InputError for a layer, block or position that the network does not have.
DifferenceResult run_difference_experiment(const VerificationPoint& point, const DifferenceExperiment& experiment,
                                           const VerifyOptions& options = {});

/// Called now and then with the share of the work that is done and what is being done.
using VerifyProgress = std::function<void(double share, std::string_view what)>;

/// Throws InputError when the point does not fit together. Claims that fail do not throw: read holds().
Certificate verify(const VerificationPoint& point, const VerifyOptions& options = {},
                   const VerifyProgress& progress = {});

}  // namespace gradus
