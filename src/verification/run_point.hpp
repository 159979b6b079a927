// From a run or a model and a data set to the point at which the gradient is checked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "gradus/training/trainer.hpp"
#include "gradus/verification/verify.hpp"

namespace gradus {

/// Rows of the training part, chosen at random.
struct RowChoice {
  std::size_t rows = 64;
  std::uint64_t seed = 0;
  std::optional<std::uint64_t> row{};  // of the training part: this one alone
  bool may_use_losses = true;          // rows of a trained network: those that tell more, where those drawn tell little
};

/// `run` with these parameters instead of its initial ones; null: the initial ones.
VerificationPoint make_point(const TrainingRun& run, const Dataset& dataset, const RowChoice& choice,
                             const Model* model = nullptr);
/// A model without its run: no optimizer but SGD, no class weights.
VerificationPoint make_point(const Model& model, const Dataset& dataset, const RowChoice& choice);

}  // namespace gradus
