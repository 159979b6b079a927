// SPDX-License-Identifier: Apache-2.0
#include "verification/point_problem.hpp"

#include "gradus/core/error.hpp"
#include "verification/engine_check.hpp"

namespace gradus::verification {
namespace {

// Dropout's derivative is that of one draw.
textbook::DropoutMasks<double> frozen_masks(const NetworkSpec& spec, std::uint64_t seed, std::size_t rows) {
  return engine_masks(spec, seed, 0, rows, false);
}

}  // namespace

Problem make_problem(const VerificationPoint& point, const VerifyOptions& options) {
  Problem problem;
  problem.network = point.network;
  problem.network.spec.validate();
  use_differentiated_loss(problem.network.spec);
  problem.x = point.inputs;
  problem.labels = point.labels;
  problem.values = point.labels.empty() ? point.values : Matrix<double>();
  problem.weights = point.weights;
  problem.masks = frozen_masks(problem.network.spec, options.seed, problem.x.rows());
  if (problem.spec().uses_batch() && problem.x.rows() < 2) {
    throw InputError({.where = "rows",
                      .expected = "at least 2 for batch normalisation, which measures them against each other",
                      .found = std::to_string(problem.x.rows()),
                      .advice = ""});
  }
  return problem;
}

}  // namespace gradus::verification
