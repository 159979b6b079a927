// Inputs, targets and masks are checked once at the door of the textbook, so that its loops need not be.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradus/core/error.hpp"
#include "gradus/network/network.hpp"
#include "gradus/network/targets.hpp"
#include "network/parse_call.hpp"
#include "network/scalar.hpp"

namespace gradus {

/// Throws InputError unless every label is below the number of classes (2 for a network with one output). Linear
/// outputs may learn labels too: the target is then 1 for the class and 0 for the others.
void check_labels(const NetworkSpec& spec, std::span<const std::int32_t> labels);

/// Throws InputError unless the inputs fit layer `first` of the network and each mask is empty or (B x O) of its layer.
template <class T>
void check_inputs(const NetworkSpec& spec, std::size_t first, std::size_t num_columns, std::size_t num_samples,
                  const std::vector<Matrix<T>>& masks) {
  if (num_columns != spec.inputs_of(first)) {
    throw InputError({"inputs", std::to_string(spec.inputs_of(first)) + " columns", std::to_string(num_columns), ""});
  }
  if (num_samples == 0) throw InputError({"inputs", "at least one row", "none", ""});
  if (!masks.empty() && masks.size() != spec.layers.size()) {
    throw InputError({"dropout masks", std::to_string(spec.layers.size()), std::to_string(masks.size()), ""});
  }
  for (std::size_t l = 0; l < masks.size(); ++l) {
    if (masks[l].empty()) continue;
    if (masks[l].rows() != num_samples || masks[l].cols() != spec.layers[l].units) {
      throw InputError({"dropout mask of layer " + std::to_string(l + 1), "one factor for each output of each row",
                        "another shape", ""});
    }
  }
}

/// Throws InputError for a target value that the loss has no meaning for.
template <class T>
void check_target_values(const Loss& loss, MatrixView<const T> values) {
  const LossFacts& facts = loss_facts(loss.kind);
  if (!std::isfinite(facts.lowest_target)) return;
  for (std::size_t b = 0; b < values.rows(); ++b) {
    for (const T& y : values.row(b)) {
      if (real_value(y) >= facts.lowest_target) continue;
      throw InputError({"target of row " + std::to_string(b + 1),
                        shortest(facts.lowest_target) + " or more with the loss " + std::string(facts.name),
                        shortest(real_value(y)), "choose another loss"});
    }
  }
}

/// Throws InputError unless the targets fit the loss, the outputs and the number of rows.
template <class T>
void check_targets(const NetworkSpec& spec, const BatchTargets<T>& targets, std::size_t num_samples) {
  const std::string rows = std::to_string(num_samples);
  if (!targets.weights.empty() && targets.weights.size() != num_samples) {
    throw InputError({"sample weights", rows, std::to_string(targets.weights.size()), "give one weight per row"});
  }
  for (const T& weight : targets.weights) {
    if (!(real_value(weight) >= 0.0)) throw InputError({"sample weights", "0 or more", "a negative or NaN weight", ""});
  }
  if (!targets.labels.empty()) {
    if (targets.labels.size() != num_samples) {
      throw InputError({"labels", rows, std::to_string(targets.labels.size()), "give one label per row"});
    }
    return check_labels(spec, targets.labels);
  }
  if (spec.output == OutputKind::kSoftmax) {
    throw InputError({"targets", "labels for softmax outputs", "none", "give one label per row"});
  }
  if (targets.values.rows() != num_samples || targets.values.cols() != spec.num_outputs()) {
    throw InputError({"target values", rows + " rows x " + std::to_string(spec.num_outputs()) + " columns",
                      std::to_string(targets.values.rows()) + " x " + std::to_string(targets.values.cols()), ""});
  }
  check_target_values(spec.loss, targets.values);
}

}  // namespace gradus
