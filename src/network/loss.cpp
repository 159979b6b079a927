// SPDX-License-Identifier: Apache-2.0
#include "gradus/network/loss.hpp"

#include <array>
#include <cstddef>

#include "core/suggest.hpp"

namespace gradus {
namespace {

// In the order of OutputKind and LossKind.
constexpr std::array<std::string_view, 3> kOutputNames = {"softmax", "sigmoid", "linear"};
constexpr std::array<std::string_view, 4> kLossNames = {"cross_entropy", "binary_cross_entropy", "mse", "huber"};

}  // namespace

std::string_view output_name(OutputKind kind) {
  return kOutputNames[static_cast<std::size_t>(kind)];
}

OutputKind parse_output(std::string_view name) {
  for (std::size_t i = 0; i < kOutputNames.size(); ++i) {
    if (name == kOutputNames[i]) return static_cast<OutputKind>(i);
  }
  throw unknown_name("output", name, kOutputNames);
}

std::string_view loss_name(LossKind kind) {
  return kLossNames[static_cast<std::size_t>(kind)];
}

LossKind parse_loss(std::string_view name) {
  for (std::size_t i = 0; i < kLossNames.size(); ++i) {
    if (name == kLossNames[i]) return static_cast<LossKind>(i);
  }
  throw unknown_name("loss", name, kLossNames);
}

LossKind default_loss(OutputKind output) {
  if (output == OutputKind::kSoftmax) return LossKind::kSoftmaxCrossEntropy;
  return output == OutputKind::kSigmoid ? LossKind::kBinaryCrossEntropy : LossKind::kMeanSquaredError;
}

bool loss_fits_output(LossKind loss, OutputKind output) {
  if (output == OutputKind::kLinear) return loss == LossKind::kMeanSquaredError || loss == LossKind::kHuber;
  return loss == default_loss(output);
}

}  // namespace gradus
