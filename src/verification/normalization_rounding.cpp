// Rounding of normalisations. Numbers that share a mean m and a variance v are a line x_1, ..., x_n: a unit over the
// batch, or a row over its units.
//   y = (x - m) r,  r = 1 / sqrt(v + epsilon),  z = scale y + shift
//   dy_i = r (dx_i - mean(dx) - y_i mean(y dx)): the derivative of y, which carries errors of x forward, and, being
//   symmetric, those of g = scale dz back.
// m and r are errors that a whole line shares: they are followed on their own.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "verification/layer_rounding.hpp"

namespace gradus::verification {
namespace {

/// The numbers of one line, gathered.
struct Line {
  std::vector<std::size_t> at;     // linear indices into B x O
  std::vector<std::size_t> units;  // of these
  double mean = 0.0;
  double inverse_std = 0.0;
};

std::vector<Line> lines_of(std::size_t rows, std::size_t cols, const textbook::Moments<double>& moments,
                           Sharing sharing) {
  const bool by_unit = sharing == Sharing::kUnit;
  std::vector<Line> lines(by_unit ? cols : rows);
  for (std::size_t b = 0; b < rows; ++b) {
    for (std::size_t o = 0; o < cols; ++o) {
      Line& line = lines[by_unit ? o : b];
      line.at.push_back(b * cols + o);
      line.units.push_back(o);
    }
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].mean = moments.mean[i];
    lines[i].inverse_std = moments.inverse_std[i];
  }
  return lines;
}

/// What a line's statistics and its y may be off by.
struct LineErrors {
  std::vector<double> y;
  std::vector<double> y_variance;
  double shift = 0.0;       // variance of the error that all y share, from the mean
  double relative_r = 0.0;  // relative variance of r
};

// v_i -> sum_j (delta_ij - (1 + y_i y_j) / n)^2 v_j: through the derivative, without its factor r.
std::vector<double> through_derivative(std::span<const double> y, std::span<const double> variances) {
  const double n = static_cast<double>(y.size());
  double sum = 0.0;
  double by_y = 0.0;
  double by_square = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum += variances[i];
    by_y += variances[i] * y[i];
    by_square += variances[i] * square(y[i]);
  }
  std::vector<double> result;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double own = variances[i] * (1.0 - 2.0 * (1.0 + square(y[i])) / n);
    const double others = (sum + 2.0 * y[i] * by_y + square(y[i]) * by_square) / square(n);
    result.push_back(std::max(0.0, own + others));
  }
  return result;
}

// Both chains, then a division; r after an addition, a root and a division.
LineErrors line_errors(const Arithmetic& arithmetic, const Line& line, const Matrix<double>& x,
                       const Matrix<double>& x_variance) {
  const double n = static_cast<double>(line.at.size());
  const double u2 = square(arithmetic.unit_roundoff);
  const double r = line.inverse_std;
  LineErrors errors;
  std::vector<double> variances;
  double sum = 0.0;
  double mean_variance = u2 * square(line.mean);
  double squares = 0.0;
  double squares_variance = 0.0;
  double moved_r = 0.0;
  for (const std::size_t i : line.at) {
    const double distance = x.data()[i] - line.mean;
    variances.push_back(x_variance.data()[i]);
    sum += x.data()[i];
    mean_variance += u2 * square(sum / n);
    squares += square(distance);
    squares_variance += u2 * (square(squares / n) + square(2.0 * square(distance) / n));
    errors.y.push_back(distance * r);
    moved_r += variances.back() * square(errors.y.back() * r / n);
  }
  errors.shift = square(r) * mean_variance;
  errors.relative_r = 0.25 * squares_variance * square(square(r)) + 3.0 * u2 + moved_r;
  errors.y_variance = through_derivative(errors.y, variances);
  for (std::size_t i = 0; i < errors.y.size(); ++i) {
    errors.y_variance[i] = square(r) * errors.y_variance[i] + errors.shift +
                           square(errors.y[i]) * (errors.relative_r - moved_r + 2.0 * u2);
  }
  return errors;
}

/// g = scale dz over a line, its two means and what rounding makes of them.
struct LineGradient {
  std::vector<double> g;
  std::vector<double> g_variance;
  double mean = 0.0;           // of g
  double product = 0.0;        // mean of g y
  double mean_rounding = 0.0;  // variances of the two from their chains alone
  double product_rounding = 0.0;
};

LineGradient line_gradient(const BackwardRounding& at, const Line& line, const LineErrors& errors) {
  const std::span<const double> scale = at.at.parameters->values(at.at.layer, BlockRole::kScale);
  const double n = static_cast<double>(line.at.size());
  const double u2 = square(at.arithmetic.unit_roundoff);
  LineGradient line_gradient;
  double sum = 0.0;
  double product = 0.0;
  for (std::size_t i = 0; i < line.at.size(); ++i) {
    const double s = scale[line.units[i]];
    const double g = s * at.at.dz->data()[line.at[i]];
    line_gradient.g.push_back(g);
    line_gradient.g_variance.push_back(square(s) * at.dz_variance.data()[line.at[i]] + u2 * square(g));
    sum += g;
    product += g * errors.y[i];
    line_gradient.mean_rounding += u2 * square(sum / n);
    line_gradient.product_rounding += u2 * square(product / n) + square(g / n) * errors.y_variance[i];
  }
  line_gradient.mean = sum / n;
  line_gradient.product = product / n;
  line_gradient.mean_rounding += u2 * square(line_gradient.mean);
  line_gradient.product_rounding += u2 * square(line_gradient.product) + square(line_gradient.mean) * errors.shift;
  return line_gradient;
}

// dx_i = r (g_i - mean(g) - y_i mean(g y)); its terms may cancel, so each counts in full.
void input_variance(const BackwardRounding& at, const Line& line, const LineErrors& errors,
                    const LineGradient& gradient) {
  const double u2 = square(at.arithmetic.unit_roundoff);
  const std::vector<double> through = through_derivative(errors.y, gradient.g_variance);
  for (std::size_t i = 0; i < line.at.size(); ++i) {
    const double y2 = square(errors.y[i]);
    const double centred = gradient.g[i] - gradient.mean;
    const double inner = centred - errors.y[i] * gradient.product;
    double variance = through[i] + gradient.mean_rounding + y2 * gradient.product_rounding;
    variance += square(gradient.product) * (errors.y_variance[i] + 4.0 * y2 * errors.relative_r);
    variance += u2 * (square(centred) + y2 * square(gradient.product));
    variance += square(inner) * (errors.relative_r + 4.0 * u2);
    at.dx_variance.data()[line.at[i]] = square(line.inverse_std) * variance;
  }
}

}  // namespace

Matrix<double> normalization_forward_variance(const ForwardRounding& at, Sharing sharing) {
  const std::span<const double> scale = at.problem.network.parameters.values(at.layer, BlockRole::kScale);
  Matrix<double> variance(at.z.rows(), at.z.cols());
  for (const Line& line : lines_of(at.z.rows(), at.z.cols(), at.moments, sharing)) {
    const LineErrors errors = line_errors(at.arithmetic, line, at.x, at.x_variance);
    for (std::size_t i = 0; i < line.at.size(); ++i) {
      const double z = at.z.data()[line.at[i]];
      variance.data()[line.at[i]] =
          square(scale[line.units[i]]) * errors.y_variance[i] + square(at.arithmetic.unit_roundoff * z);
    }
  }
  return variance;
}

void normalization_backward_variance(const BackwardRounding& at, Sharing sharing) {
  const Matrix<double>& dz = *at.at.dz;
  const std::span<double> shift = at.gradient.values({at.at.layer, BlockRole::kShift});
  const std::span<double> scale = at.gradient.values({at.at.layer, BlockRole::kScale});
  const double u2 = square(at.arithmetic.unit_roundoff);
  add_sum_variance(at.arithmetic, dz, at.dz_variance, shift);
  std::vector<double> chains(dz.cols());
  for (const Line& line : lines_of(dz.rows(), dz.cols(), *at.at.moments, sharing)) {
    const LineErrors errors = line_errors(at.arithmetic, line, *at.at.x, at.x_variance);
    input_variance(at, line, errors, line_gradient(at, line, errors));
    double sum = 0.0;
    double product = 0.0;
    for (std::size_t i = 0; i < line.at.size(); ++i) {
      const std::size_t o = line.units[i];
      const double d = dz.data()[line.at[i]];
      sum += d;
      product += d * errors.y[i];
      chains[o] += d * errors.y[i];
      scale[o] += u2 * square(chains[o]) + square(errors.y[i]) * at.dz_variance.data()[line.at[i]] +
                  square(d) * errors.y_variance[i];
    }
    // Over a line of one unit the shared errors of y add up instead of cancelling.
    if (sharing == Sharing::kUnit) {
      scale[line.units.front()] += square(sum) * errors.shift + square(product) * errors.relative_r;
    }
  }
}

}  // namespace gradus::verification
