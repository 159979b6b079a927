// Random networks of every kind as verification problems.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "network/random_case.hpp"
#include "verification/measurements.hpp"

namespace gradus::test {

inline verification::Problem make_problem_from(const RandomCase& c) {
  verification::Problem problem;
  problem.network = c.network;
  verification::use_differentiated_loss(problem.network.spec);
  problem.x = c.x;
  problem.labels = c.labels;
  problem.values = c.values;
  problem.weights = c.weights;
  problem.masks = c.masks;
  return problem;
}

/// Number `seed` goes through all activations, losses, depths 1 to 8, with and without penalties, weights, dropout;
/// every fourth has up to 3 blocks of all kinds.
inline RandomCase make_any_case(std::uint64_t seed) {
  CaseOptions options;
  options.task = kAllTasks[seed % std::size(kAllTasks)];
  options.activation = kAllActivations[seed / 7 % kAllActivations.size()];
  const bool is_mixture = seed / 4 % 4 == 3;
  options.depth = 1 + seed / 3 % (is_mixture ? 4 : 8);
  options.penalties = seed % 2 == 1;
  options.sample_weights = seed % 3 == 0;
  options.dropout = seed % 5 == 0;
  if (is_mixture) options.kind = std::nullopt;
  return make_random_case(options, seed);
}

/// All claims about `backward` on one problem, measured on this thread.
inline std::vector<Claim> judge_problem(const verification::Problem& problem, const verification::Backward& backward,
                                        VerifyOptions options = {}) {
  verification::Measurements measurements(problem, verification::choose_rows(problem.network.spec, problem.x.rows()),
                                          options);
  verification::Work work;
  measurements.plan(work);
  work.run(1, {});
  return measurements.judge(backward);
}

}  // namespace gradus::test
