// Kinks: where ReLU and its like, Huber's and the quantile loss and |W| change their formula. Derivatives are those of
// the piece the point is on; at z = 0 that is the left piece (ReLU: slope 0), at w = 0 the L1 term has slope 0.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "verification/problem.hpp"

namespace gradus::verification {

/// Which side of its kink every unit, residual and L1 weight is on. Two points with equal sides lie on one smooth piece
/// of f, if the line between them does.
std::vector<bool> kink_sides(const Problem& problem, const textbook::ForwardPass<double>& pass);
std::size_t count_switches(const std::vector<bool>& a, const std::vector<bool>& b);

/// f with ReLU, leaky ReLU and |W| held on the piece of the point: a unit's activation becomes the identity times the
/// slope that it has there, which is the work of a dropout mask; the L1 term becomes linear. Same value, same
/// derivatives at the point. The kinks that are left are those of curved activations, of learned slopes (which move
/// themselves) and of losses.
Problem smooth_piece(const Problem& problem, const textbook::ForwardPass<double>& pass);
bool has_hard_kinks(const Problem& problem);

/// Signs of the weights, 0 at 0, where a layer has an L1 term.
std::vector<Matrix<double>> l1_signs(const Network<double>& network);

}  // namespace gradus::verification
