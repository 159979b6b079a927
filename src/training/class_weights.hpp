// training.class_weights as written (weights of the classes by position, by name, or balanced), and what they make of
// the rows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradus/data/dataset.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus {

/// A weight per class, or none for an empty list. "balanced" alone: balanced_class_weights(). "NAME=WEIGHT": of that
/// class, 1 for classes that are not named. Otherwise numbers in the order of the classes. Throws InputError for an
/// unknown name (with a suggestion), a name that comes twice, what is no number, and a mixture.
std::vector<double> parse_class_weights(const std::vector<std::string>& texts, const Dataset& dataset);

/// Class weight times sample weight of every row; empty when the run has neither.
std::vector<double> make_row_weights(const TrainingRun& run, const Dataset& dataset);

/// Mean of the weights of `rows`, 0 where there are none: what the loss of a batch is divided by for each of its rows.
double mean_weight(std::span<const double> weights, std::span<const std::uint32_t> rows);

/// Refuses weights that leave nothing to learn or to measure: 0 for all rows of a part, or for all classes but one.
void require_useful_weights(const TrainingRun& run, const Dataset& dataset);

}  // namespace gradus
