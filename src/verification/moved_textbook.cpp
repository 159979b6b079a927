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
void move_values(std::span<const double> from, const Matrix<double>& direction, const T& t, std::span<T> to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = T(from[i]);
    if (!direction.empty()) to[i] = multiply_add(T(direction.data()[i]), t, to[i]);
  }
}

template <class T>
Matrix<T> moved(const Matrix<double>& from, const Matrix<double>& direction, const T& t) {
  Matrix<T> to(from.rows(), from.cols());
  move_values<T>(from.span(), direction, t, to.span());
  return to;
}

template <class T>
Network<T> moved_network(const Problem& problem, const Tangent& direction, const T& t) {
  Network<T> network(problem.network.spec);
  for (std::size_t l = 0; l < problem.num_layers(); ++l) {
    move_values<T>(problem.network.weights(l).span(), direction[l].weights, t, network.weights(l).span());
    move_values<T>(problem.network.biases(l), direction[l].biases, t, network.biases(l));
  }
  return network;
}

/// All that the textbook asks for, in T.
template <class T>
struct MovedProblem {
  MovedProblem(const Problem& problem, const Tangent& direction, const T& t)
      : network(moved_network(problem, direction, t)),
        x(moved(problem.x, direction[0].inputs, t)),
        values(moved(problem.values, {}, t)),
        weights(problem.weights.begin(), problem.weights.end()),
        labels(problem.labels) {
    for (const Matrix<double>& mask : problem.masks) masks.push_back(moved(mask, {}, t));
  }
  [[nodiscard]] BatchTargets<T> targets() const {
    return {labels, labels.empty() ? values.view() : MatrixView<const T>(), weights};
  }
  Network<T> network;
  Matrix<T> x;
  Matrix<T> values;
  std::vector<T> weights;
  std::span<const std::int32_t> labels;
  textbook::DropoutMasks<T> masks;
};

// Moves the inputs of inner layers (study s4 moves those of all layers at once).
template <class T>
class MovedInputs : public textbook::Hooks<T> {
 public:
  MovedInputs(const Tangent& direction, const T& t) : direction_(direction), t_(t) {}
  void before_layer(std::size_t layer, Matrix<T>& x) override {
    const Matrix<double>& d = direction_[layer].inputs;
    for (std::size_t i = 0; layer > 0 && i < d.size(); ++i) {
      x.data()[i] = multiply_add(T(d.data()[i]), t_, x.data()[i]);
    }
  }

 private:
  const Tangent& direction_;
  T t_;
};

template <class T>
textbook::ForwardPass<T> forward_along(const MovedProblem<T>& p, const Tangent& direction, const T& t) {
  MovedInputs<T> inner(direction, t);
  return textbook::forward<T>(p.network, p.x.view(), p.masks, {.hooks = &inner});
}

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
  const MovedProblem<T> p(problem, direction, t);
  const textbook::ForwardPass<T> pass = forward_along(p, direction, t);
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
  return forward_along(MovedProblem<double>(problem, direction, t), direction, t);
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
  const Dual t(0.0, 1.0);
  const MovedProblem<Dual> p(problem, direction, t);
  const auto pass = textbook::forward<Dual>(p.network, p.x.view(), p.masks);
  const auto gradients = textbook::backward<Dual>(p.network, pass, p.targets(), p.masks);
  Tangent product = make_tangent(problem);
  const auto take = [](std::span<const Dual> from, Matrix<double>& to) {
    for (std::size_t i = 0; i < from.size(); ++i) to.data()[i] = from[i].c[1];
  };
  for (std::size_t l = 0; l < product.size(); ++l) {
    take(std::as_const(gradients.parameters).weights(l).span(), product[l].weights);
    take(std::as_const(gradients.parameters).biases(l), product[l].biases);
  }
  take(gradients.inputs.span(), product[0].inputs);
  return product;
}

Matrix<double> outputs_slope(const Problem& problem, const Tangent& direction) {
  const Dual t(0.0, 1.0);
  const MovedProblem<Dual> p(problem, direction, t);
  const auto pass = forward_along(p, direction, t);
  Matrix<double> slope(pass.outputs.rows(), pass.outputs.cols());
  for (std::size_t i = 0; i < slope.size(); ++i) slope.data()[i] = pass.outputs.data()[i].c[1];
  return slope;
}

}  // namespace gradus::verification
