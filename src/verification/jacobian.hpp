// Jacobians. g(x) = f(x).u for a layer or the network without its loss, against J^T u as backward computes it (study
// s4): a linear functional is a loss like any other, so exact derivatives and Taylor remainders apply as they are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>

#include "verification/exact.hpp"
#include "verification/taylor.hpp"

namespace gradus::verification {

/// H = f(layer(X)) of one hidden layer as a network that begins there: the layer, then an identity of its width. Its
/// functional u and its targets are drawn such that backward of the squared error starts with exactly u. Outputs of
/// earlier layers that it reads are constants.
Problem layer_functional(const Problem& problem, const textbook::ForwardPass<double>& pass, std::size_t layer,
                         RandomStream& random);
/// The logits of the whole network, in the same way.
Problem network_functional(const Problem& problem, RandomStream& random);

/// Measurements on one functional.
struct JacobianEvidence {
  std::string name;  // "layer 1", "network (logits)"
  bool is_layer = false;
  std::unique_ptr<Subject> subject;
  ExactEvidence exact;
  std::vector<TaylorEvidence> taylor;
  Tangent input_direction;  // v
  double u_dot_jv = 0.0;
  /// Full Jacobian of the first rows' logits by columns (each output of each row x each input of each row); empty for
  /// large networks.
  Matrix<double> columns;
  std::size_t jacobian_rows = 1;  // where rows depend on each other: enough of them for that
};

struct JacobianOptions {
  std::uint64_t seed = 0;
  double budget = 2e7;  // multiply-adds for all of one functional's single numbers
  bool figure_steps = true;
};

void measure_jacobians(const Subject& subject, const JacobianOptions& options, std::deque<JacobianEvidence>& evidence,
                       Work& work);
/// The claims for a `backward` under test, which is run on the functional.
void judge_jacobian(const JacobianEvidence& evidence, const Backward& backward, std::vector<Claim>& claims,
                    std::vector<TaylorCurve>* curves = nullptr);

}  // namespace gradus::verification
