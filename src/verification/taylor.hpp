// Taylor remainders along a line x + t d: R1 = |f(x + t d) - f(x)|, R2 = R1's difference minus t g.d, R3 minus t^2 d'Hd
// / 2 as well. With a right gradient they fall like t, t^2, t^3. Study s4; Farrell, Ham, Funke and Rognes, SIAM J. Sci.
// Comput. 35 (2013) C369. The window of steps comes from exact coefficients of f along d, never from the gradient under
// test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "gradus/verification/certificate.hpp"
#include "verification/subject.hpp"
#include "verification/work.hpp"

namespace gradus::verification {

/// Within a window the neighbouring terms are below 1/16 of the one that is fitted, at one end each: they bend a slope
/// fitted over four octaves by less than this.
inline constexpr double kSlopeTolerance = 0.2;
inline constexpr double kMinOctaves = 4.0;
/// The same terms move the constant in the middle of the window, at least two octaves from either end, by less.
inline constexpr double kConstantTolerance = 0.1;
/// d.(H d) from backward against d'Hd from jets: the rounding of second derivatives is not analysed; 2^20 ULP of the
/// sum of magnitudes (2e-10) is far above it and far below any fault.
inline constexpr double kCurvatureUlps = 0x1p20;
inline constexpr double kCurvatureSigmas = 16.0 * kSigmas;

struct TaylorWindow {
  double top = 0.0;
  double bottom = 0.0;
  double octaves = 0.0;
};

struct TaylorEvidence {
  std::string subject;
  std::size_t layer = 0;      // the direction is one of the tail from here
  std::vector<Group> groups;  // that it moves
  bool with_curvature = false;
  Tangent direction;
  TaylorJet jet;
  double cap = 1.0;    // no step beyond it: a kink of ELU or Huber
  double noise = 0.0;  // of one difference of two values
  double small = 0.0;  // steps up to here tell where there is no window
  std::array<TaylorWindow, 3> windows;
  std::vector<double> steps;   // the largest first
  std::vector<double> change;  // f(x + t d) - f(x)
  std::size_t switching_units = 0;
  bool smooth_piece = false;
  double curvature = 0.0;            // d.(H d), dual numbers through backward
  double curvature_magnitude = 0.0;  // sum of |d_i (H d)_i|
  double gradient_roundoff = 0.0;    // standard deviation of g.d
};

struct TaylorOptions {
  std::uint64_t seed = 0;
  std::string claim = "Taylor";
  std::vector<Group> groups{};  // single groups to move; empty: all, and the combinations
  bool figure_steps = true;     // also t = 2^-i, i = 0..19, the studies' figure
};

void measure_taylor(const Subject& subject, const TaylorOptions& options, std::vector<TaylorEvidence>& evidence,
                    Work& work);
void judge_taylor(const TaylorEvidence& evidence, const std::string& claim_name, const Tangent& gradient,
                  std::vector<Claim>& claims, TaylorCurve* curve = nullptr);

}  // namespace gradus::verification
