// SPDX-License-Identifier: Apache-2.0
#include "kernels/gelu.hpp"

#include "core/scalar_math.hpp"

namespace gradus::kernels {
namespace {

constexpr double kInverseSqrt2 = 0.70710678118654752440;
constexpr double kInverseSqrt2Pi = 0.39894228040143267794;

double normal_cdf(double z) {
  return 0.5 * (1.0 + math::erf(z * kInverseSqrt2));
}

// Both types compute in double and round once.
template <class T>
void forward(const T* z, T* h, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) h[i] = static_cast<T>(double(z[i]) * normal_cdf(z[i]));
}

template <class T>
void backward(const T* dh, const T* z, T* dz, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double x = z[i];
    const double density = kInverseSqrt2Pi * math::exp(-0.5 * x * x);
    dz[i] = static_cast<T>(double(dh[i]) * (normal_cdf(x) + x * density));
  }
}

}  // namespace

void gelu_forward(const float* z, float* h, std::size_t n) {
  forward(z, h, n);
}
void gelu_forward(const double* z, double* h, std::size_t n) {
  forward(z, h, n);
}
void gelu_backward(const float* dh, const float* z, float* dz, std::size_t n) {
  backward(dh, z, dz, n);
}
void gelu_backward(const double* dh, const double* z, double* dz, std::size_t n) {
  backward(dh, z, dz, n);
}

}  // namespace gradus::kernels
