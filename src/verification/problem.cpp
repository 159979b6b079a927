// Problems: their groups, parts of them, and what is known about them without running them.
// SPDX-License-Identifier: Apache-2.0
#include "verification/problem.hpp"

#include <algorithm>
#include <cmath>

namespace gradus::verification {
namespace {

Matrix<double> top_rows(const Matrix<double>& matrix, std::size_t count) {
  if (matrix.empty()) return {};
  Matrix<double> rows(count, matrix.cols());
  std::copy_n(matrix.data(), rows.size(), rows.data());
  return rows;
}

/// The blocks of the layers from `layer` on.
Parameters<double> parameters_from(const Parameters<double>& parameters, std::size_t num_layers, std::size_t layer) {
  std::vector<std::vector<BlockShape>> shapes(num_layers);
  for (const ParameterBlock& block : parameters.blocks()) {
    if (block.layer >= layer) shapes[block.layer].push_back({block.role, block.rows, block.cols});
  }
  Parameters<double> result(std::make_shared<const ParameterLayout>(shapes));
  for_each_block(result, [&parameters](const ParameterBlock& block, std::span<double> values) {
    std::ranges::copy(parameters.values(block.layer, block.role), values.begin());
  });
  return result;
}

bool is_read_shift_removed(const Problem& problem, std::size_t layer);

// A number that is added to z of the layer in every row.
bool is_made_shift_removed(const Problem& problem, std::size_t layer) {
  const bool is_last = layer + 1 == problem.num_layers();
  const bool is_masked = !problem.masks.empty() && !problem.masks[layer].empty();
  const bool is_linear = problem.spec().layers[layer].activation.kind == ActivationKind::kIdentity;
  return !is_last && !is_masked && is_linear && is_read_shift_removed(problem, layer + 1);
}

bool is_kind_shift_removed(const Problem& problem, std::size_t layer) {
  switch (problem.spec().layers[layer].kind) {
    case LayerKind::kBatchNorm:
      return true;
    case LayerKind::kDense:  // what it makes of the number is added to every row, too
    case LayerKind::kResidual:
      return is_made_shift_removed(problem, layer);
    case LayerKind::kLayerNorm:  // takes away what is added to every unit of a row
      return false;
  }
  return false;
}

// A number that is added to an input x of the layer in every row: by all layers that read it.
bool is_read_shift_removed(const Problem& problem, std::size_t layer) {
  if (!is_kind_shift_removed(problem, layer)) return false;
  for (std::size_t l = layer + 1; l < problem.num_layers(); ++l) {
    const auto source = problem.spec().source_of(l);
    if (source && *source + 1 == layer && !is_kind_shift_removed(problem, l)) return false;
  }
  return true;
}

}  // namespace

std::vector<Group> all_groups(const Problem& problem) {
  std::vector<Group> groups;
  const std::span<const ParameterBlock> blocks = problem.network.parameters.blocks();
  for (std::size_t l = problem.first_layer; l < problem.num_layers(); ++l) {
    for (const ParameterBlock& block : blocks) {
      if (block.layer == l) groups.push_back({l, block.role});
    }
    groups.push_back({l, std::nullopt});
  }
  return groups;
}

std::vector<Group> independent_groups(const Problem& problem) {
  std::vector<Group> groups = all_groups(problem);
  std::erase_if(groups, [&](const Group& group) { return group.is_inputs() && group.layer > problem.first_layer; });
  return groups;
}

std::size_t group_size(const Problem& problem, const Group& group) {
  if (group.is_inputs()) return problem.x.rows() * problem.spec().inputs_of(group.layer);
  return problem.network.parameters.values(group.layer, *group.role).size();
}

Tangent no_motion(const Problem& problem) {
  return {problem.network.parameters.layout(), problem.num_layers()};
}

std::span<double> set_group(const Problem& problem, const Group& group, Tangent& tangent) {
  if (!group.is_inputs()) return tangent.set(group.layer, *group.role);
  tangent.set_inputs(group.layer, Matrix<double>(problem.x.rows(), problem.spec().inputs_of(group.layer)));
  return tangent.values(group);
}

Tangent make_tangent(const Problem& problem) {
  Tangent tangent = no_motion(problem);
  for (const Group& group : all_groups(problem)) set_group(problem, group, tangent);
  return tangent;
}

Tangent random_direction(const Problem& problem, std::span<const Group> groups, RandomStream& random) {
  Tangent direction = no_motion(problem);
  for (const Group& group : groups) {
    const std::span<double> d = set_group(problem, group, direction);
    double size = std::sqrt(static_cast<double>(d.size()));
    if (!group.is_inputs()) size = norm(problem.network.parameters.values(group.layer, *group.role));
    if (group.is_inputs() && group.layer == problem.first_layer) size = norm(problem.x.span());
    for (double& v : d) v = random.normal();
    const double scale = (size > 0.0 ? size : 1.0) / norm(d);
    for (double& v : d) v *= scale;
  }
  return direction;
}

textbook::ForwardPass<double> forward_pass(const Problem& problem) {
  return textbook::forward(problem.network, problem.x.view(), problem.masks,
                           {.first_layer = problem.first_layer, .earlier = &problem.earlier});
}

Problem tail(const Problem& problem, const textbook::ForwardPass<double>& pass, std::size_t layer) {
  Problem result = problem;
  result.network.parameters = parameters_from(problem.network.parameters, problem.num_layers(), layer);
  result.first_layer = layer;
  result.x = pass.x[layer];
  result.earlier.assign(problem.num_layers(), {});
  for (std::size_t l = layer; l < problem.num_layers(); ++l) {
    const auto source = problem.spec().source_of(l);
    if (!source || *source + 1 >= layer) continue;
    const bool is_constant = *source + 1 < problem.first_layer;
    result.earlier[*source + 1] = is_constant ? problem.earlier[*source + 1] : pass.x[*source + 1];
  }
  for (std::size_t l = 0; l < layer && !result.masks.empty(); ++l) result.masks[l] = {};
  for (std::size_t l = 0; l < layer && !result.frozen_signs.empty(); ++l) result.frozen_signs[l] = {};
  return result;
}

Problem first_rows(const Problem& problem, std::size_t count) {
  if (count >= problem.x.rows()) return problem;
  Problem result = problem;
  result.x = top_rows(problem.x, count);
  if (!result.labels.empty()) result.labels.resize(count);
  result.values = top_rows(problem.values, count);
  if (!result.weights.empty()) result.weights.resize(count);
  for (Matrix<double>& mask : result.masks) mask = top_rows(mask, count);
  for (Matrix<double>& inputs : result.earlier) inputs = top_rows(inputs, count);
  result.functional = top_rows(problem.functional, count);
  return result;
}

void use_differentiated_loss(NetworkSpec& spec) {
  if (spec.loss.gradient_through_floor) return;
  spec.loss.floor_kind = FloorKind::kExact;
  spec.loss.floor = 0.0;
}

bool is_shift_removed(const Problem& problem, std::size_t layer) {
  return is_made_shift_removed(problem, layer);
}

bool is_zero_by_construction(const Problem& problem, const Group& group) {
  const bool is_shift = group.role == BlockRole::kBias || group.role == BlockRole::kShift;
  return is_shift && is_shift_removed(problem, group.layer);
}

Tangent textbook_gradient(const Problem& problem) {
  // The gradients of all layers' inputs on the way.
  class KeptInputs : public textbook::Hooks<double> {
   public:
    explicit KeptInputs(Tangent& to) : to_(to) {}
    void after_backward(textbook::LayerBackward<double>& at) override { to_.set_inputs(at.layer, *at.dx); }

   private:
    Tangent& to_;
  };
  Tangent tangent = no_motion(problem);
  KeptInputs kept(tangent);
  auto gradients = textbook::backward(problem.network, forward_pass(problem), problem.targets(), problem.masks, &kept);
  tangent.set_parameters(std::move(gradients.parameters));
  return tangent;
}

bool is_analytic(const Problem& problem) {
  if (loss_facts(problem.spec().loss.kind).has_kinks) return false;
  return std::ranges::all_of(
      problem.layers(), [](const LayerSpec& layer) { return activation_facts(layer.activation.kind).is_analytic; });
}

}  // namespace gradus::verification
