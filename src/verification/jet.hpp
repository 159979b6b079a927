// Jet<K>: a number together with its first K Taylor coefficients in one variable t, a number type for the textbook
// (network/scalar.hpp). Jet<1> is a dual number: value and exact derivative, no step size. Higher K give d'Hd / 2 and
// the terms after it. Griewank and Walther, "Evaluating Derivatives", 2nd ed. (2008), chapter 13. The values go through
// the very operations of the textbook in double, fused multiply-add included, so that they are equal to the bit: two
// derivatives at the same point are compared, not at two roundings of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "network/scalar.hpp"

namespace gradus::verification {

template <std::size_t K>
struct Jet {
  Jet() = default;
  Jet(double value) { c[0] = value; }  // NOLINT(google-explicit-constructor)
  /// value + slope t
  Jet(double value, double slope) {
    c[0] = value;
    c[1] = slope;
  }
  /// c[k] = (d/dt)^k / k! at t = 0.
  std::array<double, K + 1> c{};
};

using Dual = Jet<1>;

template <std::size_t K>
double real_value(const Jet<K>& a) {
  return a.c[0];
}

template <std::size_t K>
Jet<K> operator+(Jet<K> a, const Jet<K>& b) {
  for (std::size_t k = 0; k <= K; ++k) a.c[k] += b.c[k];
  return a;
}
template <std::size_t K>
Jet<K> operator-(Jet<K> a, const Jet<K>& b) {
  for (std::size_t k = 0; k <= K; ++k) a.c[k] -= b.c[k];
  return a;
}
template <std::size_t K>
Jet<K> operator-(Jet<K> a) {
  for (double& v : a.c) v = -v;
  return a;
}

/// sum over i + j = k of a_i b_j
template <std::size_t K>
double product_term(const Jet<K>& a, const Jet<K>& b, std::size_t k) {
  double sum = 0.0;
  for (std::size_t i = 0; i <= k; ++i) sum += a.c[i] * b.c[k - i];
  return sum;
}

template <std::size_t K>
Jet<K> operator*(const Jet<K>& a, const Jet<K>& b) {
  Jet<K> r;
  for (std::size_t k = 0; k <= K; ++k) r.c[k] = product_term(a, b, k);
  return r;
}
template <std::size_t K>
Jet<K> multiply_add(const Jet<K>& a, const Jet<K>& b, const Jet<K>& c) {
  Jet<K> r = a * b;
  for (std::size_t k = 1; k <= K; ++k) r.c[k] += c.c[k];
  r.c[0] = std::fma(a.c[0], b.c[0], c.c[0]);
  return r;
}
template <std::size_t K>
Jet<K> operator/(const Jet<K>& a, const Jet<K>& b) {
  Jet<K> q;
  for (std::size_t k = 0; k <= K; ++k) {
    double rest = a.c[k];
    for (std::size_t j = 1; j <= k; ++j) rest -= b.c[j] * q.c[k - j];
    q.c[k] = rest / b.c[0];
  }
  return q;
}

/// y_k of y = F(a) from the coefficients g_0 .. g_(k-1) of F'(a):  k y_k = sum_j j a_j g_(k-j).
template <std::size_t K>
double chain_term(const Jet<K>& a, const Jet<K>& g, std::size_t k) {
  double sum = 0.0;
  for (std::size_t j = 1; j <= k; ++j) sum += static_cast<double>(j) * a.c[j] * g.c[k - j];
  return sum / static_cast<double>(k);
}

/// y y = a:  2 y_0 y_k = a_k - sum over 0 < j < k of y_j y_(k-j).
template <std::size_t K>
Jet<K> sqrt(const Jet<K>& a) {
  Jet<K> y(std::sqrt(a.c[0]));
  for (std::size_t k = 1; k <= K; ++k) {
    double rest = a.c[k];
    for (std::size_t j = 1; j < k; ++j) rest -= y.c[j] * y.c[k - j];
    y.c[k] = rest / (2.0 * y.c[0]);
  }
  return y;
}
template <std::size_t K>
Jet<K> exp(const Jet<K>& a) {
  Jet<K> y(math::exp(a.c[0]));
  for (std::size_t k = 1; k <= K; ++k) y.c[k] = chain_term(a, y, k);
  return y;
}
template <std::size_t K>
Jet<K> expm1(const Jet<K>& a) {
  Jet<K> y = exp(a);
  y.c[0] = math::expm1(a.c[0]);
  return y;
}
template <std::size_t K>
Jet<K> log(const Jet<K>& a) {
  const Jet<K> g = Jet<K>(1.0) / a;
  Jet<K> y(math::log(a.c[0]));
  for (std::size_t k = 1; k <= K; ++k) y.c[k] = chain_term(a, g, k);
  return y;
}
/// tanh' = 1 - tanh^2; its value as 4 e / (1 + e)^2, e = exp(-2 |a|), which keeps its digits where tanh saturates.
template <std::size_t K>
Jet<K> tanh(const Jet<K>& a) {
  const double e = math::exp(-2.0 * std::fabs(a.c[0]));
  Jet<K> y(math::tanh(a.c[0]));
  Jet<K> g(4.0 * e / ((1.0 + e) * (1.0 + e)));
  for (std::size_t k = 1; k <= K; ++k) {
    y.c[k] = chain_term(a, g, k);
    g.c[k] = -product_term(y, y, k);
  }
  return y;
}
/// sigmoid' = s (1 - s); its value as e / (1 + e)^2, e = exp(-|a|).
template <std::size_t K>
Jet<K> sigmoid(const Jet<K>& a) {
  const double e = math::exp(-std::fabs(a.c[0]));
  Jet<K> y(math::sigmoid(a.c[0]));
  Jet<K> g(e / ((1.0 + e) * (1.0 + e)));
  for (std::size_t k = 1; k <= K; ++k) {
    y.c[k] = chain_term(a, g, k);
    g.c[k] = y.c[k] - product_term(y, y, k);
  }
  return y;
}
template <std::size_t K>
Jet<K> softplus(const Jet<K>& a) {
  const Jet<K> g = sigmoid(a);
  Jet<K> y(math::softplus(a.c[0]));
  for (std::size_t k = 1; k <= K; ++k) y.c[k] = chain_term(a, g, k);
  return y;
}
template <std::size_t K>
Jet<K> erf(const Jet<K>& a) {
  constexpr double kTwoOverRootPi = 0x1.20dd750429b6dp+0;
  const Jet<K> g = Jet<K>(kTwoOverRootPi) * exp(-(a * a));
  Jet<K> y(math::erf(a.c[0]));
  for (std::size_t k = 1; k <= K; ++k) y.c[k] = chain_term(a, g, k);
  return y;
}

}  // namespace gradus::verification
