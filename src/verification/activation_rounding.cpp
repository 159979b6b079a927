// Rounding of activations: errors that pass through the slope, errors of the slope, and kinks that rounding may cross.
// SPDX-License-Identifier: Apache-2.0
#include "verification/activation_rounding.hpp"

#include <cmath>

#include "verification/layer_rounding.hpp"

namespace gradus::verification {
namespace {

constexpr double kCurvatureStep = 1e-3;
constexpr double kNothing = 1e-300;  // beside 0

/// One unit's activation.
struct Unit {
  ActivationKind kind;
  double alpha;

  [[nodiscard]] double slope(double z) const {
    return textbook::activate_backward(kind, alpha, z, textbook::activate(kind, alpha, z), 1.0);
  }
  [[nodiscard]] double curvature(double z) const {
    return (slope(z + kCurvatureStep) - slope(z - kCurvatureStep)) / (2.0 * kCurvatureStep);
  }
  /// How df/da changes with z.
  [[nodiscard]] double slope_derivative_change(double z) const {
    return (textbook::slope_derivative(kind, z + kCurvatureStep) -
            textbook::slope_derivative(kind, z - kCurvatureStep)) /
           (2.0 * kCurvatureStep);
  }
  [[nodiscard]] bool has_kink() const { return activation_facts(kind).kink != Kink::kNone; }
  /// Lines on both sides of 0, or one line: no function is evaluated.
  [[nodiscard]] bool is_linear() const {
    return kind == ActivationKind::kIdentity || activation_facts(kind).kink == Kink::kPiecewiseLinear;
  }
  /// Of the slope, from one side of 0 to the other; and the larger of the two slopes.
  [[nodiscard]] double jump() const { return slope(kNothing) - slope(-kNothing); }
  [[nodiscard]] double steepest() const { return std::fmax(std::fabs(slope(kNothing)), std::fabs(slope(-kNothing))); }
};

// Slopes that are differences: 1 - h^2, h (1 - h), Phi = (1 + erf) / 2, 1 + z (1 - s). What is rounded in them does not
// shrink with the slope.
double cancelling_terms(ActivationKind kind, double z, double h) {
  switch (kind) {
    case ActivationKind::kIdentity:
    case ActivationKind::kRelu:
    case ActivationKind::kLeakyRelu:
    case ActivationKind::kSoftplus:
    case ActivationKind::kElu:
      return 0.0;
    case ActivationKind::kTanh:
      return 1.0 + h * h;
    case ActivationKind::kSigmoid:
      return h;
    default:  // GELU, SiLU, and whoever has not been looked at
      return activation_facts(kind).kink == Kink::kPiecewiseLinear ? 0.0 : 1.0 + std::fabs(z);
  }
}

double function_error(const Arithmetic& arithmetic, double value) {
  return arithmetic.function_ulps * arithmetic.unit_roundoff * value;
}

bool is_near_kink(const Unit& unit, double z, double z_variance) {
  return unit.has_kink() && std::fabs(z) <= kSigmas * std::sqrt(z_variance);
}

}  // namespace

Matrix<double> activation_variance(const ActivationRounding& at) {
  Matrix<double> variance(at.z.rows(), at.z.cols());
  for (std::size_t i = 0; i < variance.size(); ++i) {
    const Unit unit{at.layer.activation.kind, textbook::slope_of(at.layer, at.slopes, i % at.z.cols())};
    const double z = at.z.data()[i];
    const double v = at.z_variance.data()[i];
    double slope = unit.slope(z);
    if (is_near_kink(unit, z, v)) slope = unit.steepest();
    const double h = at.h.data()[i];
    const double own = unit.is_linear() ? at.arithmetic.unit_roundoff * h : function_error(at.arithmetic, h);
    const double mask = at.mask != nullptr ? at.mask->data()[i] : 1.0;
    variance.data()[i] = square(mask) * (square(slope) * v + square(own));
  }
  return variance;
}

// dz = dh f'(z): errors of dh, of f' through z, and of f' itself (1 - h^2 cancels where tanh saturates; a unit within
// rounding of its kink may be on either side).
Matrix<double> activation_gradient_variance(const ActivationRounding& at, const Matrix<double>& dh,
                                            const Matrix<double>& dh_variance, const Matrix<double>& dz,
                                            std::span<double> slope_variance, std::size_t& uncertain_units) {
  const double u = at.arithmetic.unit_roundoff;
  Matrix<double> variance(dz.rows(), dz.cols());
  std::vector<double> chains(slope_variance.size());
  for (std::size_t i = 0; i < variance.size(); ++i) {
    const std::size_t o = i % dz.cols();
    const Unit unit{at.layer.activation.kind, textbook::slope_of(at.layer, at.slopes, o)};
    const double z = at.z.data()[i];
    const double v = at.z_variance.data()[i];
    const double g = dh.data()[i];
    double slope = unit.slope(z);
    double v_slope = square(function_error(at.arithmetic, slope)) +
                     square((u + at.arithmetic.input_roundoff) * cancelling_terms(unit.kind, z, at.h.data()[i]));
    if (v > 0.0 && is_near_kink(unit, z, v) && unit.jump() != 0.0) {
      ++uncertain_units;
      v_slope += square(unit.jump());
      slope = unit.steepest();
    }
    if (v > 0.0 && !unit.is_linear()) v_slope += square(unit.curvature(z)) * v;
    variance.data()[i] = square(slope) * dh_variance.data()[i] + square(g) * v_slope + square(2.0 * u * dz.data()[i]);
    if (slope_variance.empty()) continue;
    const double change = textbook::slope_derivative(unit.kind, z);
    chains[o] += g * change;
    slope_variance[o] +=
        square(u * chains[o]) + square(change) * dh_variance.data()[i] +
        square(g) * (square(unit.slope_derivative_change(z)) * v + square(function_error(at.arithmetic, change)));
  }
  return variance;
}

}  // namespace gradus::verification
