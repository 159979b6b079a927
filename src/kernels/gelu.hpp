// GELU element by element, shared by all targets: its error function is scalar (core/scalar_math.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace gradus::kernels {

/// h = z Phi(z), Phi(z) = (1 + erf(z / sqrt 2)) / 2.
void gelu_forward(const float* z, float* h, std::size_t n);
void gelu_forward(const double* z, double* h, std::size_t n);
/// dz = dh (Phi(z) + z phi(z)), phi the normal density.
void gelu_backward(const float* dh, const float* z, float* dz, std::size_t n);
void gelu_backward(const double* dh, const double* z, double* dz, std::size_t n);

}  // namespace gradus::kernels
