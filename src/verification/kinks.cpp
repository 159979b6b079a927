// Kinks: sides, switches, and the piece that the point is on.
// SPDX-License-Identifier: Apache-2.0
#include "verification/kinks.hpp"

#include <algorithm>

namespace gradus::verification {
namespace {

bool is_hard(ActivationKind kind) {
  const ActivationFacts& facts = activation_facts(kind);
  return facts.kink == Kink::kPiecewiseLinear && !facts.has_slopes;
}

double left_slope(const Activation& activation) {
  return textbook::activate_backward(activation, -1.0, textbook::activate(activation, -1.0), 1.0);
}

bool has_l1(std::span<const LayerSpec> layers) {
  return std::ranges::any_of(layers, [](const LayerSpec& layer) { return layer.l1 != 0.0; });
}

}  // namespace

bool has_hard_kinks(const Problem& problem) {
  return has_l1(problem.layers()) ||
         std::ranges::any_of(problem.layers(), [](const LayerSpec& layer) { return is_hard(layer.activation.kind); });
}

std::vector<bool> kink_sides(const Problem& problem, const textbook::ForwardPass<double>& pass) {
  std::vector<bool> sides;
  const NetworkSpec& spec = problem.spec();
  for (std::size_t l = problem.first_layer; l < pass.z.size(); ++l) {
    const ActivationKind kind = spec.layers[l].activation.kind;
    if (activation_facts(kind).kink != Kink::kNone) {
      for (const double z : pass.z[l].span()) sides.push_back(z > 0.0);
    }
    if (spec.layers[l].l1 != 0.0 && problem.functional.empty() && problem.frozen_signs.empty()) {
      for (const double w : problem.network.weights(l).span()) {
        sides.push_back(w > 0.0);
        sides.push_back(w < 0.0);
      }
    }
  }
  if (!problem.functional.empty()) return sides;
  const std::vector<double> kinks = loss_kinks(spec.loss);
  for (std::size_t i = 0; !kinks.empty() && i < pass.outputs.size(); ++i) {
    const double r = pass.outputs.data()[i] - problem.values.data()[i];
    for (const double kink : kinks) sides.push_back(r > kink);
  }
  return sides;
}

std::size_t count_switches(const std::vector<bool>& a, const std::vector<bool>& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i] ? 1 : 0;
  return count;
}

std::vector<Matrix<double>> l1_signs(const Network<double>& network) {
  if (!has_l1(network.spec.layers)) return {};
  std::vector<Matrix<double>> signs;
  for (std::size_t l = 0; l < network.spec.layers.size(); ++l) {
    const MatrixView<const double> weights = network.weights(l);
    signs.emplace_back(weights.rows(), weights.cols());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double w = weights.data()[i];
      signs.back().data()[i] = w > 0.0 ? 1.0 : (w < 0.0 ? -1.0 : 0.0);
    }
  }
  return signs;
}

Problem smooth_piece(const Problem& problem, const textbook::ForwardPass<double>& pass) {
  Problem result = problem;
  result.frozen_signs = l1_signs(problem.network);
  for (std::size_t l = problem.first_layer; l < problem.num_layers(); ++l) {
    Activation& activation = result.network.spec.layers[l].activation;
    if (!is_hard(activation.kind)) continue;
    if (result.masks.empty()) result.masks.resize(problem.num_layers());
    Matrix<double>& mask = result.masks[l];
    if (mask.empty()) {
      mask = Matrix<double>(pass.z[l].rows(), pass.z[l].cols());
      std::ranges::fill(mask.span(), 1.0);
    }
    for (std::size_t i = 0; i < mask.size(); ++i) {
      if (!(pass.z[l].data()[i] > 0.0)) mask.data()[i] *= left_slope(activation);
    }
    activation = make_activation(ActivationKind::kIdentity);
  }
  return result;
}

}  // namespace gradus::verification
