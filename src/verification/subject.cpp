// Subjects: what is prepared once for all measurements.
// SPDX-License-Identifier: Apache-2.0
#include "verification/subject.hpp"

namespace gradus::verification {

Subject::Subject(Problem checked_problem) : problem(std::move(checked_problem)) {
  pass = forward_pass(problem);
  sides = kink_sides(problem, pass);
  // |W| has slope 0 at 0 by convention, which no other number type can know by itself.
  if (problem.functional.empty()) problem.frozen_signs = l1_signs(problem.network);
  tails.resize(problem.first_layer);
  for (std::size_t l = problem.first_layer; l < problem.num_layers(); ++l) tails.push_back(tail(problem, pass, l));
  rounding = rounding_error(problem, kDoubleArithmetic, ForwardErrors::kShared);
  value_roundoff = rounding_error(problem, kDoubleArithmetic, ForwardErrors::kCounted).value;
}

double Subject::forward_cost(std::size_t layer) const {
  double parameters = 0.0;
  for (const ParameterBlock& block : problem.network.parameters.blocks()) {
    // A bias is added where a chain ends.
    if (block.layer >= layer && block.role != BlockRole::kBias) parameters += static_cast<double>(block.size());
  }
  return parameters * static_cast<double>(problem.x.rows());
}

}  // namespace gradus::verification
