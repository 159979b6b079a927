// The density of settings around given ones, as the sampler tpe compares two of them: a product of kernels per point.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gradus/core/random.hpp"
#include "gradus/search/space.hpp"

namespace gradus {

/// Where the values of a setting stand: position in [0, 1], or index in the list; negative where there is none.
using Point = std::vector<double>;

/// The value of a parameter there.
std::string text_at_point(const Parameter& parameter, double x);

/// One kernel per point and one that is uniform over the whole space, all of equal weight. Of numbers a kernel is a
/// normal density, cut to [0, 1]; of lists it prefers the point's own value.
class ParzenDensity {
 public:
  /// `points` must outlive the density.
  ParzenDensity(const Space& space, std::vector<const Point*> points);

  [[nodiscard]] Point draw(RandomStream& random) const;
  [[nodiscard]] double log_density(const Point& x) const;
  /// The same within kRoughness, a tenth of the time.
  [[nodiscard]] double rough_log_density(const Point& x) const;
  static constexpr double kRoughness = 0.01;

 private:
  // A parameter of all points.
  struct Column {
    std::vector<double> centres;             // the points', then that of the uniform kernel
    mutable std::vector<double> log_scales;  // of numbers: log of what divides exp(-z^2 / 2); NaN: not asked for yet
    std::vector<double> rough_log_scales;    // the same by interpolation
    double log_any = 0.0;                    // of lists: where the point has no value
    double log_same = 0.0;
    double log_other = 0.0;
  };

  [[nodiscard]] Column make_column(std::size_t i) const;
  [[nodiscard]] double log_scale_at(double centre) const;
  [[nodiscard]] std::vector<double> interpolated_log_scales(const std::vector<double>& centres) const;
  [[nodiscard]] double draw_value(const Parameter& parameter, double centre, RandomStream& random) const;
  [[nodiscard]] double log_kernel(std::size_t k, const Point& x) const;
  [[nodiscard]] std::vector<double> rough_log_kernels(const Point& x) const;
  [[nodiscard]] bool is_list(std::size_t i) const { return space_.parameters[i].kind == Parameter::Kind::kChoice; }

  const Space& space_;
  std::vector<const Point*> points_;
  double bandwidth_;
  std::vector<Column> columns_;
};

}  // namespace gradus
