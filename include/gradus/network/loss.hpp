// The outputs and the losses, each loss tied to the output that it reads: one table each of what is known about them
// beside the formulae (src/network/loss_math.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "gradus/core/fact_table.hpp"

namespace gradus {

/// What turns the last layer's logits Z (B x K) into outputs P (B x K).
enum class OutputKind : std::uint8_t {
  kSoftmax,  // p_k = exp z_k / sum_j exp z_j
  kSigmoid,  // p_k = 1 / (1 + exp(-z_k))
  kLinear,   // p_k = z_k
  kExp,      // p_k = exp z_k: expected counts
};

/// All losses are means over the samples of the batch (weighted mean where samples have weights).
enum class LossKind : std::uint8_t {
  kSoftmaxCrossEntropy,  // softmax: -ln p[y]
  kBinaryCrossEntropy,   // sigmoid: -sum_k y_k ln p_k + (1 - y_k) ln(1 - p_k), summed over the K outputs
  kMeanSquaredError,     // linear: (1/K) sum_k (p_k - y_k)^2
  kHuber,        // linear: (1/K) sum_k h(p_k - y_k), h(r) = r^2/2 for |r| <= delta, delta (|r| - delta/2) beyond
  kQuantile,     // linear: (1/K) sum_k max(q (y_k - p_k), (1 - q) (p_k - y_k)), the pinball loss of the quantile q
  kFocal,        // softmax: -(1 - p[y])^gamma ln p[y]                                      Lin et al. 2017
  kBinaryFocal,  // sigmoid: -sum_k y_k (1 - p_k)^gamma ln p_k + (1 - y_k) p_k^gamma ln(1 - p_k)
  kPoisson,      // exp: (1/K) sum_k p_k - y_k z_k, -ln of the Poisson distribution of mean p_k up to ln y_k!
};

/// How the loss that is reported treats probabilities near 0 (the published studies differ; STUDIES: s0 1e-10, s1 and
/// s2 1e-8, s3 1e-6 added inside the logarithm; s4 clips).
enum class FloorKind : std::uint8_t {
  kExact,  // from the logits, ln(sum exp), never infinite for finite logits
  kAdd,    // ln(p + floor)
  kClip,   // ln(clip(p, floor, 1 - floor))
};

struct OutputFacts {
  OutputKind kind;
  std::string_view name;
  LossKind default_loss;
  /// Outputs are probabilities of classes, and labels can be their targets.
  bool has_probabilities = false;
};

inline constexpr std::array kOutputTable = {
    OutputFacts{.kind = OutputKind::kSoftmax,
                .name = "softmax",
                .default_loss = LossKind::kSoftmaxCrossEntropy,
                .has_probabilities = true},
    OutputFacts{.kind = OutputKind::kSigmoid,
                .name = "sigmoid",
                .default_loss = LossKind::kBinaryCrossEntropy,
                .has_probabilities = true},
    OutputFacts{.kind = OutputKind::kLinear, .name = "linear", .default_loss = LossKind::kMeanSquaredError},
    OutputFacts{.kind = OutputKind::kExp, .name = "exp", .default_loss = LossKind::kPoisson},
};

struct LossFacts {
  LossKind kind;
  std::string_view name;
  OutputKind output;
  /// Reads logarithms of probabilities, so that the reported value may have a floor.
  bool has_floor = false;
  /// label_smoothing changes its targets.                    Szegedy et al. 2016
  bool has_smoothing = false;
  /// (1/K) sum over the K outputs; else their sum, or a single term.
  bool is_mean_over_outputs = false;
  /// The slope or the curvature jumps at some residuals p - y: those of loss_kinks().
  bool has_kinks = false;
  /// Smaller targets are refused.
  double lowest_target = -std::numeric_limits<double>::infinity();
};

inline constexpr std::array kLossTable = {
    LossFacts{.kind = LossKind::kSoftmaxCrossEntropy,
              .name = "cross_entropy",
              .output = OutputKind::kSoftmax,
              .has_floor = true,
              .has_smoothing = true},
    LossFacts{.kind = LossKind::kBinaryCrossEntropy,
              .name = "binary_cross_entropy",
              .output = OutputKind::kSigmoid,
              .has_floor = true,
              .has_smoothing = true},
    LossFacts{.kind = LossKind::kMeanSquaredError,
              .name = "mse",
              .output = OutputKind::kLinear,
              .is_mean_over_outputs = true},
    LossFacts{.kind = LossKind::kHuber,
              .name = "huber",
              .output = OutputKind::kLinear,
              .is_mean_over_outputs = true,
              .has_kinks = true},
    LossFacts{.kind = LossKind::kQuantile,
              .name = "quantile",
              .output = OutputKind::kLinear,
              .is_mean_over_outputs = true,
              .has_kinks = true},
    LossFacts{.kind = LossKind::kFocal, .name = "focal", .output = OutputKind::kSoftmax},
    LossFacts{.kind = LossKind::kBinaryFocal, .name = "binary_focal", .output = OutputKind::kSigmoid},
    LossFacts{.kind = LossKind::kPoisson,
              .name = "poisson",
              .output = OutputKind::kExp,
              .is_mean_over_outputs = true,
              .lowest_target = 0.0},
};

inline constexpr std::array kFloorTable = {
    NamedKind<FloorKind>{FloorKind::kExact, "exact"},
    NamedKind<FloorKind>{FloorKind::kAdd, "add"},
    NamedKind<FloorKind>{FloorKind::kClip, "clip"},
};

/// All of them, for whoever walks through them.
inline constexpr auto kAllOutputs = kinds_of(kOutputTable);
inline constexpr auto kAllLosses = kinds_of(kLossTable);

constexpr const OutputFacts& output_facts(OutputKind kind) {
  return row_of(kOutputTable, kind);
}
constexpr const LossFacts& loss_facts(LossKind kind) {
  return row_of(kLossTable, kind);
}

struct Loss {
  LossKind kind = LossKind::kSoftmaxCrossEntropy;
  FloorKind floor_kind = FloorKind::kExact;
  double floor = 0.0;
  /// Study s2: differentiate the floored loss through the sigmoid term by term instead of using p - y.
  /// Only with kBinaryCrossEntropy and kAdd.
  bool gradient_through_floor = false;
  double huber_delta = 1.0;
  /// Share e of the targets that is spread evenly over the answers, in [0, 1): y (1 - e) + e / K with softmax, y (1 -
  /// e) + e / 2 with sigmoid. Cross-entropies only.
  double label_smoothing = 0.0;
  double quantile = 0.5;     // q of kQuantile, in (0, 1)
  double focal_gamma = 2.0;  // gamma of the focal losses, 0 or more; 0 is cross-entropy
  bool operator==(const Loss&) const = default;
};

/// The residuals p - y at which the loss is not smooth, increasing; empty for smooth losses.
std::vector<double> loss_kinks(const Loss& loss);

std::string_view output_name(OutputKind kind);   // "softmax", "sigmoid", "linear", ...: the names of the table
OutputKind parse_output(std::string_view name);  // throws InputError with a suggestion
std::string_view loss_name(LossKind kind);       // "cross_entropy", "binary_cross_entropy", "mse", "huber", ...
LossKind parse_loss(std::string_view name);      // throws InputError with a suggestion
std::string_view floor_name(FloorKind kind);     // "exact", "add", "clip"
FloorKind parse_floor(std::string_view name);    // throws InputError with a suggestion
LossKind default_loss(OutputKind output);        // softmax: cross_entropy, sigmoid: bce, linear: mse
bool loss_fits_output(LossKind loss, OutputKind output);

}  // namespace gradus
