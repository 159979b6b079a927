// The identities of study s3 as properties over random points, each with its bound in units in the last place.
#include <gtest/gtest.h>

#include <cmath>

#include "core/scalar_math.hpp"
#include "gradus/core/random.hpp"
#include "network/loss_math.hpp"
#include "verification/jet.hpp"
#include "verification/random_problem.hpp"

namespace gradus::verification {
namespace {

constexpr int kPoints = 20000;
constexpr double kUnit = 0x1p-52;

// |a - b| in ULP of `size`.
double ulps(double a, double b, double size) {
  return size == 0.0 ? std::fabs(a - b) / kUnit : std::fabs(a - b) / (kUnit * std::fabs(size));
}

template <class Check>
void for_random_points(const Check& check) {
  RandomStream random(8, Purpose::kTest);
  for (int i = 0; i < kPoints; ++i) check(random.uniform(-20.0, 20.0));
}

TEST(Identities, sigmoid_is_half_of_one_plus_tanh_of_the_half) {
  // The sum is near 1/2 at least where tanh is positive; elsewhere it cancels, and the error is one of its terms.
  for_random_points(
      [](double x) { EXPECT_LE(ulps(math::sigmoid(x), 0.5 * (1.0 + math::tanh(x / 2)), 1.0), 1.0) << x; });
}
TEST(Identities, log_of_the_sigmoid_is_minus_softplus_of_minus_x) {
  for_random_points([](double x) {
    const double right = -math::softplus(-x);
    // log's argument carries half an ULP of 1 where the sigmoid is near 1.
    EXPECT_LE(ulps(math::log(math::sigmoid(x)), right, std::fabs(right) + 1.0), 2.0) << x;
  });
}
TEST(Identities, derivatives_of_sigmoid_tanh_and_softplus) {
  for_random_points([](double x) {
    const Dual t(x, 1.0);
    const double s = math::sigmoid(x);
    EXPECT_LE(ulps(sigmoid(t).c[1], s * math::sigmoid(-x), s * math::sigmoid(-x)), 8.0) << x;
    const double h = math::tanh(x);
    EXPECT_LE(ulps(tanh(t).c[1], 1.0 - h * h, 1.0), 2.0) << x;
    EXPECT_LE(ulps(softplus(t).c[1], s, s), 1.0) << x;
  });
}
TEST(Identities, tanh_is_odd_and_sigmoids_of_opposite_points_add_to_one) {
  for_random_points([](double x) {
    EXPECT_EQ(math::tanh(-x), -math::tanh(x));
    EXPECT_LE(ulps(math::sigmoid(x) + math::sigmoid(-x), 1.0, 1.0), 1.0);
    EXPECT_LE(ulps(math::softplus(x) - math::softplus(-x), x, std::fabs(x) + 1.0), 2.0) << x;
  });
}
TEST(Identities, rect_is_half_of_x_plus_abs_and_its_derivative_the_step) {
  const Activation relu = make_activation(ActivationKind::kRelu);
  for_random_points([&](double x) {
    EXPECT_EQ(textbook::activate(relu, x), 0.5 * (x + std::fabs(x)));
    const double sign = x > 0.0 ? 1.0 : -1.0;
    EXPECT_EQ(textbook::activate(relu, Dual(x, 1.0)).c[1], 0.5 * (1.0 + sign));
    // abs: derivative sign, as the L1 penalty uses it.
    const Dual magnitude = x < 0.0 ? -Dual(x, 1.0) : Dual(x, 1.0);
    EXPECT_EQ(magnitude.c[1], sign);
  });
}
TEST(Identities, gradients_of_l1_and_l2_are_sign_and_two_w) {
  RandomStream random(9, Purpose::kTest);
  NetworkSpec spec{.num_inputs = 5, .layers = {{.units = 4, .l1 = 0.25, .l2 = 0.5}}};
  Network<double> network(spec);
  for (int i = 0; i < 500; ++i) {
    for (double& w : network.layers[0].weights.span()) w = random.normal();
    std::vector<LayerParameters<double>> gradients{{Matrix<double>(5, 4), AlignedBuffer<double>(4)}};
    textbook::add_penalty_gradients(network, gradients);
    for (std::size_t k = 0; k < 20; ++k) {
      const double w = network.layers[0].weights.data()[k];
      EXPECT_LE(ulps(gradients[0].weights.data()[k], 0.25 * std::copysign(1.0, w) + w, std::fabs(w) + 0.25), 1.0);
    }
  }
}
TEST(Identities, softmax_cross_entropy_has_the_gradient_p_minus_y) {
  RandomStream random(10, Purpose::kTest);
  for (int i = 0; i < 2000; ++i) {
    std::vector<Dual> z(6);
    std::vector<double> values(6);
    std::vector<double> p(6);
    for (std::size_t k = 0; k < 6; ++k) values[k] = random.uniform(-5.0, 5.0);
    textbook::softmax<double>(values, p);
    const auto label = static_cast<std::size_t>(random.below(6));
    for (std::size_t k = 0; k < 6; ++k) {
      for (std::size_t j = 0; j < 6; ++j) z[j] = Dual(values[j], j == k ? 1.0 : 0.0);
      const Dual loss = textbook::cross_entropy_row<Dual>({}, z, {}, label);
      EXPECT_LE(ulps(loss.c[1], p[k] - (k == label ? 1.0 : 0.0), 1.0), 4.0);
    }
  }
}

}  // namespace
}  // namespace gradus::verification
