// The losses, each tied to the output that it reads, and how the reported value is floored.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace gradus {

/// What turns the last layer's logits Z (B x K) into outputs P (B x K).
enum class OutputKind : std::uint8_t { kSoftmax, kSigmoid, kLinear };

/// All losses are means over the samples of the batch (weighted mean where samples have weights).
enum class LossKind : std::uint8_t {
  kSoftmaxCrossEntropy,  // softmax: -ln p[y]
  kBinaryCrossEntropy,   // sigmoid: -sum_k y_k ln p_k + (1 - y_k) ln(1 - p_k), summed over the K outputs
  kMeanSquaredError,     // linear: (1/K) sum_k (p_k - y_k)^2
  kHuber,  // linear: (1/K) sum_k h(p_k - y_k), h(r) = r^2/2 for |r| <= delta, delta (|r| - delta/2) beyond
};

/// How the loss that is reported treats probabilities near 0 (the published studies differ; STUDIES: s0 1e-10, s1 and
/// s2 1e-8, s3 1e-6 added inside the logarithm; s4 clips).
enum class FloorKind : std::uint8_t {
  kExact,  // from the logits, ln(sum exp), never infinite for finite logits
  kAdd,    // ln(p + floor)
  kClip,   // ln(clip(p, floor, 1 - floor))
};

struct Loss {
  LossKind kind = LossKind::kSoftmaxCrossEntropy;
  FloorKind floor_kind = FloorKind::kExact;
  double floor = 0.0;
  /// Study s2: differentiate the floored loss through the sigmoid term by term instead of using p - y.
  /// Only with kBinaryCrossEntropy and kAdd.
  bool gradient_through_floor = false;
  double huber_delta = 1.0;
  bool operator==(const Loss&) const = default;
};

std::string_view output_name(OutputKind kind);   // "softmax", "sigmoid", "linear"
OutputKind parse_output(std::string_view name);  // throws InputError with a suggestion
std::string_view loss_name(LossKind kind);       // "cross_entropy", "binary_cross_entropy", "mse", "huber"
LossKind parse_loss(std::string_view name);      // throws InputError with a suggestion
LossKind default_loss(OutputKind output);        // softmax: cross_entropy, sigmoid: bce, linear: mse
bool loss_fits_output(LossKind loss, OutputKind output);

}  // namespace gradus
