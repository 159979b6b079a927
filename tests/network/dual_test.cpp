// The textbook in another scalar: forward derivatives carried beside the values are exact, and the textbook needs no
// change for them. This holds the promise of scalar.hpp; verification has its own, fuller scalar.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "network/random_case.hpp"

namespace gradus {
namespace dual_test {

/// value + derivative * epsilon, epsilon^2 = 0.
struct Dual {
  Dual() = default;
  Dual(double v, double d = 0.0) : value(v), derivative(d) {}  // NOLINT(google-explicit-constructor)
  double value = 0.0;
  double derivative = 0.0;
};

Dual operator+(Dual a, Dual b) {
  return {a.value + b.value, a.derivative + b.derivative};
}
Dual operator-(Dual a, Dual b) {
  return {a.value - b.value, a.derivative - b.derivative};
}
Dual operator-(Dual a) {
  return {-a.value, -a.derivative};
}
Dual operator*(Dual a, Dual b) {
  return {a.value * b.value, a.derivative * b.value + a.value * b.derivative};
}
Dual operator/(Dual a, Dual b) {
  const double q = a.value / b.value;
  return {q, (a.derivative - q * b.derivative) / b.value};
}
Dual multiply_add(Dual a, Dual b, Dual c) {
  return a * b + c;
}
double real_value(Dual a) {
  return a.value;
}
Dual sqrt(Dual a) {
  const double root = std::sqrt(a.value);
  return {root, a.derivative / (2 * root)};
}
Dual exp(Dual a) {
  return {std::exp(a.value), std::exp(a.value) * a.derivative};
}
Dual expm1(Dual a) {
  return {std::expm1(a.value), std::exp(a.value) * a.derivative};
}
Dual log(Dual a) {
  return {std::log(a.value), a.derivative / a.value};
}
Dual tanh(Dual a) {
  const double h = std::tanh(a.value);
  return {h, (1 - h * h) * a.derivative};
}
Dual sigmoid(Dual a) {
  return Dual(1.0) / (Dual(1.0) + exp(-a));
}
Dual softplus(Dual a) {
  return log(Dual(1.0) + exp(a));
}
Dual erf(Dual a) {
  return {std::erf(a.value), 2 / std::sqrt(std::acos(-1.0)) * std::exp(-a.value * a.value) * a.derivative};
}

}  // namespace dual_test

namespace {

using dual_test::Dual;

// Moves every parameter and input along one random direction; returns the derivative of the objective in it and adds
// up gradient . direction.
double derivative_along(const test::RandomCase& c, const textbook::Gradients<double>& gradients, RandomStream& random,
                        double* product) {
  Network<Dual> network = network_cast<Dual>(c.network);
  const auto move = [&](Dual& parameter, double gradient) {
    parameter.derivative = random.normal();
    *product += gradient * parameter.derivative;
  };
  for_each_block(network.parameters, [&](const ParameterBlock& block, std::span<Dual> values) {
    const std::span<const double> gradient = gradients.parameters.values(block);
    for (std::size_t i = 0; i < values.size(); ++i) move(values[i], gradient[i]);
  });
  const auto convert = [](const Matrix<double>& from) {
    Matrix<Dual> to(from.rows(), from.cols());
    for (std::size_t i = 0; i < from.size(); ++i) to.data()[i] = from.data()[i];
    return to;
  };
  Matrix<Dual> x = convert(c.x);
  for (std::size_t i = 0; i < x.size(); ++i) move(x.data()[i], gradients.inputs.data()[i]);
  const Matrix<Dual> values = convert(c.values);
  const std::vector<Dual> weights(c.weights.begin(), c.weights.end());
  textbook::DropoutMasks<Dual> masks;
  for (const auto& mask : c.masks) masks.push_back(convert(mask));
  return textbook::objective<Dual>(network, x.view(), {c.labels, values.view(), weights}, masks).derivative;
}

TEST(DualNumbers, run_through_the_textbook_and_confirm_its_gradient) {
  RandomStream random(1, Purpose::kTest);
  for (const LayerKind kind : kAllLayerKinds) {
    for (const ActivationKind activation : kAllActivations) {
      for (const test::Task task : test::kAllTasks) {
        test::CaseOptions options{.task = task, .activation = activation, .depth = 3, .kind = kind};
        options.penalties = options.sample_weights = options.dropout = true;
        const auto c = test::make_random_case(options, 500);
        const auto gradients =
            textbook::backward(c.network, textbook::forward(c.network, c.x.view(), c.masks), c.targets(), c.masks);
        double product = 0.0;
        const double derivative = derivative_along(c, gradients, random, &product);
        EXPECT_NE(product, 0.0) << c.name;
        EXPECT_NEAR(derivative, product, 1e-12 * (1.0 + std::abs(product))) << c.name;
      }
    }
  }
}

}  // namespace
}  // namespace gradus
