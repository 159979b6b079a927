// Groups and tangents: the numbers that a network's loss depends on, block by block of its parameters and layer by
// layer of its inputs, and a value for each of them (a gradient, a direction, a variance). SPDX-License-Identifier:
// Apache-2.0
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/network/parameters.hpp"

namespace gradus::verification {

/// A block of a layer's parameters, or the layer's inputs.
struct Group {
  std::size_t layer = 0;
  std::optional<BlockRole> role{};  // none: the inputs

  [[nodiscard]] bool is_inputs() const { return !role.has_value(); }
  bool operator==(const Group&) const = default;
};

/// "weights", "biases", "scale", "shift", "slope", "inputs".
std::string_view group_kind(const Group& group);
/// "layer 1 weights".
std::string group_name(const Group& group);

/// A number for every parameter, in the parameters' layout, and for every input of a layer (B x I). Groups that are not
/// set stand for zeros.
class Tangent {
 public:
  Tangent() = default;
  /// Nothing is set.
  Tangent(const std::shared_ptr<const ParameterLayout>& layout, std::size_t num_layers);
  /// All parameters are set, no inputs.
  Tangent(Parameters<double> parameters, std::size_t num_layers);

  /// Zeros for a block of parameters.
  std::span<double> set(std::size_t layer, BlockRole role);
  /// The inputs of a layer; empty: not set.
  void set_inputs(std::size_t layer, Matrix<double> inputs) { inputs_[layer] = std::move(inputs); }
  void set_parameters(Parameters<double> parameters);

  /// The groups that are set, layer by layer: parameters in the layout's order, then inputs.
  [[nodiscard]] std::vector<Group> groups() const;
  /// Empty where the group is not set.
  [[nodiscard]] std::span<double> values(const Group& group);
  [[nodiscard]] std::span<const double> values(const Group& group) const;
  [[nodiscard]] const Matrix<double>& inputs(std::size_t layer) const { return inputs_[layer]; }

 private:
  [[nodiscard]] const ParameterBlock* find_set(const Group& group) const;

  Parameters<double> parameters_;
  std::vector<bool> is_set_;  // by number of the block
  std::vector<Matrix<double>> inputs_;
};

/// sum of products over all groups that both have, in the order of `direction`. They may lie in different layouts: a
/// direction of a tail needs no copy of the whole's gradient.
double dot(const Tangent& direction, const Tangent& gradient);
/// sum of |products|, and the root of the sum of their squares.
double dot_magnitude(const Tangent& direction, const Tangent& gradient);
double dot_norm(const Tangent& direction, const Tangent& gradient);
/// The Euclidean norm, of numbers of any size.
double norm(std::span<const double> values);
/// The same groups with equal numbers.
bool same_numbers(const Tangent& a, const Tangent& b);

}  // namespace gradus::verification
