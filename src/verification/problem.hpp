// What is differentiated: a network with a batch, as a function of everything that can be moved (parameters and the
// inputs of every layer), along straight lines x + t d. All of it runs through the textbook.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "gradus/core/random.hpp"
#include "network/textbook.hpp"
#include "verification/jet.hpp"
#include "verification/tangent.hpp"

namespace gradus::verification {

/// A network on a batch, in training: normalisations use the statistics of the batch. It may begin at a later layer;
/// then the parameters hold the layers from there on alone.
struct Problem {
  Network<double> network;
  std::size_t first_layer = 0;
  Matrix<double> x;  // inputs of the first layer
  /// Inputs of the layers before the first, by layer, where a later one reads them again: constants. Else empty.
  std::vector<Matrix<double>> earlier;
  std::vector<std::int32_t> labels;
  Matrix<double> values;
  std::vector<double> weights;
  textbook::DropoutMasks<double> masks;
  /// u (B x K): the function is sum u o P instead of loss and penalties; `values` are chosen so that backward starts
  /// with exactly this u. Empty: the loss.
  Matrix<double> functional;
  /// sign(W) by layer where the L1 term is held on its linear piece (smooth_piece); empty: |W| itself.
  std::vector<Matrix<double>> frozen_signs;

  [[nodiscard]] BatchTargets<double> targets() const {
    return {labels, labels.empty() ? values.view() : MatrixView<const double>(), weights};
  }
  [[nodiscard]] std::size_t num_layers() const { return network.spec.layers.size(); }
  [[nodiscard]] const NetworkSpec& spec() const { return network.spec; }
  /// Of the layers from the first one on.
  [[nodiscard]] std::span<const LayerSpec> layers() const { return std::span(spec().layers).subspan(first_layer); }
};

/// Layer by layer: its blocks in the layout's order, then its inputs.
std::vector<Group> all_groups(const Problem& problem);
/// Those that move together without moving the same thing twice: all but the inputs of inner layers.
std::vector<Group> independent_groups(const Problem& problem);
std::size_t group_size(const Problem& problem, const Group& group);

/// Nothing is set: the direction that stands still.
Tangent no_motion(const Problem& problem);
/// Zeros for every group, and for one.
Tangent make_tangent(const Problem& problem);
std::span<double> set_group(const Problem& problem, const Group& group, Tangent& tangent);
/// Standard normal numbers in `groups`, nothing elsewhere, scaled so that each group moves by its own size:
/// |d| = |what it moves| (1 where that is zero).
Tangent random_direction(const Problem& problem, std::span<const Group> groups, RandomStream& random);

/// Forward through the problem's layers.
textbook::ForwardPass<double> forward_pass(const Problem& problem);

/// A gradient with respect to everything; `backward` is what is under test.
using Backward = std::function<Tangent(const Problem&)>;
/// The textbook's backward; inputs of inner layers on the way.
Tangent textbook_gradient(const Problem& problem);

/// The layers from `layer` on with the inputs that reach them: the same function of everything it holds, less work.
Problem tail(const Problem& problem, const textbook::ForwardPass<double>& pass, std::size_t layer);
/// Rows [0, count) alone.
Problem first_rows(const Problem& problem, std::size_t count);

/// What backward differentiates: the loss without the floor that only reporting knows.
void use_differentiated_loss(NetworkSpec& spec);

/// A number that is added to an output z of this layer in every row reaches no output of the network, because batch
/// normalisation takes it away again: the layer's biases (or shifts) have no gradient, whatever the data.
bool is_shift_removed(const Problem& problem, std::size_t layer);
/// The group is such biases or shifts: rounding is all that its gradient can be.
bool is_zero_by_construction(const Problem& problem, const Group& group);

/// f at x + t d.
double value_along(const Problem& problem, const Tangent& direction, double t);
/// The forward pass at x + t d; its x and h may be empty.
textbook::ForwardPass<double> pass_along(const Problem& problem, const Tangent& direction, double t);
/// The exact derivative of f along d: dual numbers.
double exact_slope(const Problem& problem, const Tangent& direction);
/// The same by the complex step; only where is_analytic().
double complex_step_slope(const Problem& problem, const Tangent& direction);
bool is_analytic(const Problem& problem);
/// The Taylor coefficients of f along d: f, f', f''/2 and so on.
using TaylorJet = Jet<6>;
TaylorJet jet_along(const Problem& problem, const Tangent& direction);
/// H d for the independent groups: dual numbers through backward.
Tangent hessian_product(const Problem& problem, const Tangent& direction);
/// J v: how the outputs P (B x K) change along v.
Matrix<double> outputs_slope(const Problem& problem, const Tangent& direction);

}  // namespace gradus::verification
