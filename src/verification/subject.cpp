// SPDX-License-Identifier: Apache-2.0
#include "verification/subject.hpp"

namespace gradus::verification {

Subject::Subject(Problem checked_problem) : problem(std::move(checked_problem)) {
  pass = textbook::forward(problem.network, problem.x.view(), problem.masks);
  sides = kink_sides(problem, pass);
  // |W| has slope 0 at 0 by convention, which no other number type can know by itself.
  if (problem.functional.empty()) problem.frozen_signs = l1_signs(problem.network);
  for (std::size_t l = 0; l < problem.num_layers(); ++l) tails.push_back(tail(problem, pass, l));
  rounding = rounding_error(problem, kDoubleArithmetic, ForwardErrors::kShared);
  value_roundoff = rounding_error(problem, kDoubleArithmetic, ForwardErrors::kCounted).value;
}

double Subject::forward_cost(std::size_t layer) const {
  double parameters = 0.0;
  for (std::size_t l = layer; l < problem.num_layers(); ++l) {
    parameters += static_cast<double>(problem.network.weights(l).size());
  }
  return parameters * static_cast<double>(problem.x.rows());
}

}  // namespace gradus::verification
