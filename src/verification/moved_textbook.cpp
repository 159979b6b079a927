// The textbook along a line, in double, in dual numbers, in jets and in complex numbers. All templates over number
// types are compiled here and nowhere else.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "verification/complex_step.hpp"
#include "verification/problem.hpp"

namespace gradus::verification {
namespace {

// to = from + t d; no direction: from.
template <class T>
void move_values(std::span<const double> from, std::span<const double> direction, const T& t, std::span<T> to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = T(from[i]);
    if (!direction.empty()) to[i] = multiply_add(T(direction[i]), t, to[i]);
  }
}

template <class T>
Matrix<T> moved(const Matrix<double>& from, const Matrix<double>& direction, const T& t) {
  Matrix<T> to(from.rows(), from.cols());
  move_values<T>(from.span(), direction.span(), t, to.span());
  return to;
}

template <class T>
Network<T> moved_network(const Problem& problem, const Tangent& direction, const T& t) {
  Network<T> network;
  network.spec = problem.spec();
  network.parameters = Parameters<T>(problem.network.parameters.layout());
  network.state = parameters_cast<T>(problem.network.state);
  for_each_block(network.parameters, [&](const ParameterBlock& block, std::span<T> to) {
    move_values<T>(problem.network.parameters.values(block), direction.values({block.layer, block.role}), t, to);
  });
  return network;
}

/// All that the textbook asks for, in T. Inputs of inner layers are moved as they come by (study s4 moves those of all
/// layers at once).
template <class T>
class MovedProblem : public textbook::Hooks<T> {
 public:
  MovedProblem(const Problem& problem, const Tangent& direction, const T& t)
      : network(moved_network(problem, direction, t)),
        first_layer_(problem.first_layer),
        x_(moved(problem.x, direction.inputs(problem.first_layer), t)),
        values_(moved(problem.values, {}, t)),
        weights_(problem.weights.begin(), problem.weights.end()),
        labels_(problem.labels),
        direction_(direction),
        t_(t) {
    for (const Matrix<double>& mask : problem.masks) masks.push_back(moved(mask, {}, t));
    for (const Matrix<double>& inputs : problem.earlier) earlier_.push_back(moved(inputs, {}, t));
  }
  [[nodiscard]] BatchTargets<T> targets() const {
    return {labels_, labels_.empty() ? values_.view() : MatrixView<const T>(), weights_};
  }
  textbook::ForwardPass<T> forward() {
    return textbook::forward<T>(network, x_.view(), masks,
                                {.hooks = this, .first_layer = first_layer_, .earlier = &earlier_});
  }
  void before_layer(std::size_t layer, Matrix<T>& x) override {
    if (layer == first_layer_) return;
    const Matrix<double>& d = direction_.inputs(layer);
    for (std::size_t i = 0; i < d.size(); ++i) x.data()[i] = multiply_add(T(d.data()[i]), t_, x.data()[i]);
  }

  Network<T> network;
  textbook::DropoutMasks<T> masks;

 private:
  std::size_t first_layer_;
  Matrix<T> x_;
  std::vector<Matrix<T>> earlier_;
  Matrix<T> values_;
  std::vector<T> weights_;
  std::span<const std::int32_t> labels_;
  const Tangent& direction_;
  T t_;
};

// l1 sum sign(W) W + l2 sum W^2 with the signs of the point that is checked.
template <class T>
T frozen_penalty(const Network<T>& network, const std::vector<Matrix<double>>& signs) {
  T total(0.0);
  for (std::size_t l = 0; l < network.spec.layers.size(); ++l) {
    const LayerSpec& layer = network.spec.layers[l];
    T sum(0.0);
    const std::span<const T> weights = network.weights(l).span();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const T& w = weights[i];
      sum = sum + (T(layer.l1 * signs[l].data()[i]) + T(layer.l2) * w) * w;
    }
    total = total + sum;
  }
  return total;
}

template <class T>
T objective_along(const Problem& problem, const Tangent& direction, const T& t) {
  MovedProblem<T> p(problem, direction, t);
  const textbook::ForwardPass<T> pass = p.forward();
  if (problem.functional.empty()) {
    const T loss = textbook::loss_mean(p.network, pass, p.targets());
    const bool frozen = !problem.frozen_signs.empty();
    return loss + (frozen ? frozen_penalty(p.network, problem.frozen_signs) : textbook::penalty(p.network));
  }
  T sum(0.0);
  for (std::size_t i = 0; i < pass.outputs.size(); ++i) {
    sum = sum + T(problem.functional.data()[i]) * pass.outputs.data()[i];
  }
  return sum;
}

}  // namespace

double value_along(const Problem& problem, const Tangent& direction, double t) {
  return objective_along<double>(problem, direction, t);
}

textbook::ForwardPass<double> pass_along(const Problem& problem, const Tangent& direction, double t) {
  return MovedProblem<double>(problem, direction, t).forward();
}

double exact_slope(const Problem& problem, const Tangent& direction) {
  return objective_along<Dual>(problem, direction, Dual(0.0, 1.0)).c[1];
}

double complex_step_slope(const Problem& problem, const Tangent& direction) {
  return objective_along<ComplexStep>(problem, direction, ComplexStep(0.0, kComplexStep)).im / kComplexStep;
}

TaylorJet jet_along(const Problem& problem, const Tangent& direction) {
  return objective_along<TaylorJet>(problem, direction, TaylorJet(0.0, 1.0));
}

Tangent hessian_product(const Problem& problem, const Tangent& direction) {
  MovedProblem<Dual> p(problem, direction, Dual(0.0, 1.0));
  const auto gradients = textbook::backward<Dual>(p.network, p.forward(), p.targets(), p.masks);
  Tangent product = no_motion(problem);
  for (const Group& group : independent_groups(problem)) {
    const std::span<double> to = set_group(problem, group, product);
    const std::span<const Dual> from =
        group.is_inputs() ? gradients.inputs.span() : gradients.parameters.values(group.layer, *group.role);
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i].c[1];
  }
  return product;
}

Matrix<double> outputs_slope(const Problem& problem, const Tangent& direction) {
  const auto pass = MovedProblem<Dual>(problem, direction, Dual(0.0, 1.0)).forward();
  Matrix<double> slope(pass.outputs.rows(), pass.outputs.cols());
  for (std::size_t i = 0; i < slope.size(); ++i) slope.data()[i] = pass.outputs.data()[i].c[1];
  return slope;
}

}  // namespace gradus::verification
