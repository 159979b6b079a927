#include "verification/kinks.hpp"

#include <algorithm>

namespace gradus::verification {
namespace {

bool is_hard(ActivationKind kind) {
  return activation_facts(kind).kink == Kink::kPiecewiseLinear;
}

double left_slope(const Activation& activation) {
  return textbook::activate_backward(activation, -1.0, textbook::activate(activation, -1.0), 1.0);
}

bool has_l1(const NetworkSpec& spec) {
  return std::ranges::any_of(spec.layers, [](const LayerSpec& layer) { return layer.l1 != 0.0; });
}

}  // namespace

bool has_hard_kinks(const NetworkSpec& spec) {
  return has_l1(spec) ||
         std::ranges::any_of(spec.layers, [](const LayerSpec& layer) { return is_hard(layer.activation.kind); });
}

std::vector<bool> kink_sides(const Problem& problem, const textbook::ForwardPass<double>& pass) {
  std::vector<bool> sides;
  const NetworkSpec& spec = problem.network.spec;
  for (std::size_t l = 0; l < pass.z.size(); ++l) {
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
  for (const double kink : loss_kinks(spec.loss)) {
    for (std::size_t i = 0; i < pass.outputs.size(); ++i) {
      sides.push_back(pass.outputs.data()[i] - problem.values.data()[i] > kink);
    }
  }
  return sides;
}

std::size_t count_switches(const std::vector<bool>& a, const std::vector<bool>& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i] ? 1 : 0;
  return count;
}

std::vector<Matrix<double>> l1_signs(const Network<double>& network) {
  if (!has_l1(network.spec)) return {};
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
  for (std::size_t l = 0; l < problem.num_layers(); ++l) {
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
