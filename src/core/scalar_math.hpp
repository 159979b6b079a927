// The elementary functions as fixed sequences of IEEE operations (+, -, *, /, sqrt, fma), so that every machine gets
// the same bits; the C library's own functions differ between versions. Bounds are in units in the last place (ULP) of
// the correctly rounded result and hold on the whole stated range; tests/core/scalar_math_test.cpp asserts exactly
// them. Float overloads compute in double and round once: at most 0.501 ULP of float. NaN gives NaN everywhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace gradus::math {

double exp(double x);       // 0.6 ULP; all x; 1 ULP where the result is subnormal; 0 below -745.2, inf above 709.8
double expm1(double x);     // 1.0 ULP; all x
double log(double x);       // 0.504 ULP; all x > 0; -inf at 0, NaN below. numpy's normal deviates depend on its bits.
double log1p(double x);     // 0.504 ULP; all x > -1; -inf at -1, NaN below
double tanh(double x);      // 0.8 ULP; all x
double sigmoid(double x);   // 0.6 ULP; all x; 1 ULP where the result is subnormal.  1 / (1 + exp(-x))
double softplus(double x);  // 1.0 ULP; all x.  ln(1 + exp(x))
double erf(double x);       // 1.6 ULP; all x
double sin(double x);       // 0.8 ULP; |x| <= 1e6, NaN beyond
double cos(double x);       // 0.8 ULP; |x| <= 1e6, NaN beyond

float exp(float x);
float expm1(float x);
float log(float x);
float log1p(float x);
float tanh(float x);
float sigmoid(float x);
float softplus(float x);
float erf(float x);
float sin(float x);
float cos(float x);

}  // namespace gradus::math
