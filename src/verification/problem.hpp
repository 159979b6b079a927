// What is differentiated: a network with a batch, as a function of everything that can be moved (weights, biases and
// the inputs of every layer), along straight lines x + t d. All of it runs through the textbook.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "gradus/core/random.hpp"
#include "network/textbook.hpp"
#include "verification/jet.hpp"

namespace gradus::verification {

struct Problem {
  Network<double> network;
  Matrix<double> x;
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
};

enum class Part : std::uint8_t { kWeights, kBiases, kInputs };
inline constexpr Part kAllParts[] = {Part::kWeights, Part::kBiases, Part::kInputs};

/// A number for each weight and bias of a layer and each of its inputs (B x I). An empty matrix stands for zeros.
struct LayerTangent {
  Matrix<double> weights;
  Matrix<double> biases;  // 1 x O
  Matrix<double> inputs;

  Matrix<double>& operator[](Part part);
  const Matrix<double>& operator[](Part part) const;
};
/// A gradient or a direction.
using Tangent = std::vector<LayerTangent>;

/// The numbers of one part of one layer.
struct Group {
  std::size_t layer = 0;
  Part part = Part::kWeights;
  bool operator==(const Group&) const = default;
};
std::vector<Group> all_groups(const Problem& problem);
std::string group_name(const Group& group);  // "layer 1 weights"
std::size_t group_size(const Problem& problem, const Group& group);

/// The parameters' numbers of layer l from the textbook's layout.
LayerTangent layer_tangent(const Parameters<double>& parameters, std::size_t layer);
/// Zeros for every group.
Tangent make_tangent(const Problem& problem);
/// Standard normal numbers in `groups`, nothing elsewhere, scaled so that each group moves by its own size:
/// |d| = |what it moves| (1 where that is zero).
Tangent random_direction(const Problem& problem, std::span<const Group> groups, RandomStream& random);
/// sum of products over all groups, in one fixed order. Layer l of `direction` meets layer l + `layer` of `gradient`: a
/// direction of a tail needs no copy of the whole's gradient.
double dot(const Tangent& direction, const Tangent& gradient, std::size_t layer = 0);
/// sum of |products|, and the root of the sum of their squares.
double dot_magnitude(const Tangent& direction, const Tangent& gradient, std::size_t layer = 0);
double dot_norm(const Tangent& direction, const Tangent& gradient, std::size_t layer = 0);
double norm(std::span<const double> values);

/// A gradient with respect to everything; `backward` is what is under test.
using Backward = std::function<Tangent(const Problem&)>;
/// The textbook's backward; inputs of inner layers from the backward pass of the layers behind them.
Tangent textbook_gradient(const Problem& problem);

/// The layers from `layer` on with the inputs that reach them: the same function of everything it holds, less work.
Problem tail(const Problem& problem, const textbook::ForwardPass<double>& pass, std::size_t layer);
/// Rows [0, count) alone.
Problem first_rows(const Problem& problem, std::size_t count);

/// What backward differentiates: the loss without the floor that only reporting knows.
void use_differentiated_loss(NetworkSpec& spec);

/// f at x + t d.
double value_along(const Problem& problem, const Tangent& direction, double t);
/// The forward pass at x + t d; its x and h may be empty.
textbook::ForwardPass<double> pass_along(const Problem& problem, const Tangent& direction, double t);
/// The exact derivative of f along d: dual numbers.
double exact_slope(const Problem& problem, const Tangent& direction);
/// The same by the complex step; only where is_analytic().
double complex_step_slope(const Problem& problem, const Tangent& direction);
bool is_analytic(const NetworkSpec& spec);
/// The Taylor coefficients of f along d: f, f', f''/2 and so on.
using TaylorJet = Jet<6>;
TaylorJet jet_along(const Problem& problem, const Tangent& direction);
/// H d for weights, biases and the first layer's inputs: dual numbers through backward.
Tangent hessian_product(const Problem& problem, const Tangent& direction);
/// J v: how the outputs P (B x K) change along v.
Matrix<double> outputs_slope(const Problem& problem, const Tangent& direction);

}  // namespace gradus::verification
