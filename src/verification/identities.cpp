// The identities and their points.
// SPDX-License-Identifier: Apache-2.0
#include "verification/identities.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "core/scalar_math.hpp"
#include "gradus/core/random.hpp"
#include "network/loss_math.hpp"
#include "network/textbook.hpp"
#include "verification/jet.hpp"

namespace gradus::verification {
namespace {

constexpr int kIdentityPoints = 20000;
constexpr double kIdentityRange = 20.0;
constexpr double kLastPlace = 0x1p-52;

// |a - b| in ULP of `size`.
double ulps_apart(double a, double b, double size) {
  return std::fabs(a - b) / (kLastPlace * (size == 0.0 ? 1.0 : std::fabs(size)));
}

double sign_of(double x) {
  return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
}

struct PointIdentity {
  const char* statement;
  double bound;
  double (*deviation)(double x);
};

Dual moved(double x) {
  return {x, 1.0};
}

// Where a sum cancels, the error is one of its terms: those are compared in ULP of 1.
constexpr std::array<PointIdentity, 9> kPointIdentities = {{
    {"sigmoid x = (tanh(x/2) + 1) / 2", 1.0,
     [](double x) { return ulps_apart(math::sigmoid(x), 0.5 * (1.0 + math::tanh(x / 2)), 1.0); }},
    {"ln sigmoid x = -softplus(-x)", 2.0,
     [](double x) {
       const double right = -math::softplus(-x);
       return ulps_apart(math::log(math::sigmoid(x)), right, std::fabs(right) + 1.0);
     }},
    {"sigmoid' = sigmoid (1 - sigmoid)", 8.0,
     [](double x) {
       const double right = math::sigmoid(x) * math::sigmoid(-x);
       return ulps_apart(sigmoid(moved(x)).c[1], right, right);
     }},
    {"tanh' = 1 - tanh^2", 2.0,
     [](double x) { return ulps_apart(tanh(moved(x)).c[1], 1.0 - math::tanh(x) * math::tanh(x), 1.0); }},
    {"softplus' = sigmoid", 1.0,
     [](double x) { return ulps_apart(softplus(moved(x)).c[1], math::sigmoid(x), math::sigmoid(x)); }},
    {"tanh(-x) = -tanh x", 0.5, [](double x) { return ulps_apart(math::tanh(-x), -math::tanh(x), math::tanh(x)); }},
    {"softplus x - softplus(-x) = x", 2.0,
     [](double x) { return ulps_apart(math::softplus(x) - math::softplus(-x), x, std::fabs(x) + 1.0); }},
    {"abs' = sign, sign x = 1{x>0} - 1{x<0}", 0.5,
     [](double x) { return ulps_apart((x < 0.0 ? -moved(x) : moved(x)).c[1], sign_of(x), 1.0); }},
    {"rect x = (x + |x|) / 2, rect' = 1{x>0}", 0.5,
     [](double x) {
       const Dual rect = textbook::activate(make_activation(ActivationKind::kRelu), moved(x));
       return std::max(ulps_apart(rect.c[0], 0.5 * (x + std::fabs(x)), x),
                       ulps_apart(rect.c[1], x > 0.0 ? 1.0 : 0.0, 1.0));
     }},
}};

// Gradient of l1 sum|w| + l2 sum w^2 by the textbook against its formula.
IdentityResult measure_penalty(const char* statement, double l1, double l2, RandomStream& random) {
  IdentityResult result{statement, 0.0, 1.0};
  NetworkSpec spec{.num_inputs = 5, .layers = {{.units = 4, .l1 = l1, .l2 = l2}}};
  Network<double> network(spec);
  for (int i = 0; i < kIdentityPoints / 20; ++i) {
    for (double& w : network.weights(0).span()) w = random.normal();
    Parameters<double> gradients(network.parameters.layout());
    textbook::add_penalty_gradients(network, gradients);
    for (std::size_t k = 0; k < 20; ++k) {
      const double w = network.weights(0).data()[k];
      const double right = l1 * sign_of(w) + 2.0 * l2 * w;
      result.largest_ulps = std::max(result.largest_ulps, ulps_apart(gradients.weights(0).data()[k], right, right));
    }
  }
  return result;
}

IdentityResult measure_cross_entropy(RandomStream& random) {
  constexpr std::size_t kClasses = 6;
  IdentityResult result{"softmax cross-entropy: gradient p - y", 0.0, 4.0};
  for (int i = 0; i < kIdentityPoints / 10; ++i) {
    std::vector<double> values(kClasses);
    std::vector<double> p(kClasses);
    std::vector<Dual> z(kClasses);
    for (double& value : values) value = random.uniform(-5.0, 5.0);
    textbook::softmax<double>(values, p);
    const auto label = static_cast<std::size_t>(random.below(kClasses));
    for (std::size_t k = 0; k < kClasses; ++k) {
      for (std::size_t j = 0; j < kClasses; ++j) z[j] = Dual(values[j], j == k ? 1.0 : 0.0);
      const Dual loss = textbook::cross_entropy_row<Dual>({}, z, {}, label);
      result.largest_ulps = std::max(result.largest_ulps, ulps_apart(loss.c[1], p[k] - (k == label ? 1.0 : 0.0), 1.0));
    }
  }
  return result;
}

}  // namespace

std::vector<IdentityResult> measure_identities(std::uint64_t seed) {
  RandomStream random(seed, Purpose::kVerification);
  std::vector<IdentityResult> results;
  results.reserve(kPointIdentities.size());
  for (const PointIdentity& identity : kPointIdentities) results.push_back({identity.statement, 0.0, identity.bound});
  for (int i = 0; i < kIdentityPoints; ++i) {
    const double x = random.uniform(-kIdentityRange, kIdentityRange);
    for (std::size_t k = 0; k < kPointIdentities.size(); ++k) {
      results[k].largest_ulps = std::max(results[k].largest_ulps, kPointIdentities[k].deviation(x));
    }
  }
  results.push_back(measure_penalty("L1: gradient sign(w)", 1.0, 0.0, random));
  results.push_back(measure_penalty("L2: gradient 2 w", 0.0, 1.0, random));
  results.push_back(measure_cross_entropy(random));
  return results;
}

}  // namespace gradus::verification
