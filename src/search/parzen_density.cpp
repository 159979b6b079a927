// SPDX-License-Identifier: Apache-2.0
#include "search/parzen_density.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/scalar_math.hpp"

namespace gradus {
namespace {

// As compared in benchmarks/results/tpe_vs_random.md.
constexpr double kBandwidth = 0.2;
constexpr double kLeastBandwidth = 0.02;
constexpr double kOtherChoices = 0.25;  // of a list's kernel, spread over all values

// Between these many points log_scale_at() is a straight line within 8e-5: its second derivative is at most
// 1 / kLeastBandwidth^2.
constexpr std::size_t kIntervals = 2048;

// exp(x) within .2 % for x <= 0: 2^n (1 + f + a f (f - 1)), f in [0, 1).
double rough_exp(double x) {
  const double power = x * 1.4426950408889634;
  if (power < -1000.0) return 0.0;
  const auto n = static_cast<std::int64_t>(power - 1.0);  // below 0: the cast rounds up
  const double f = power - static_cast<double>(n);
  return std::bit_cast<double>((n + 1023) << 52) * (1.0 + f + 0.3435 * f * (f - 1.0));
}

}  // namespace

std::string text_at_point(const Parameter& parameter, double x) {
  if (parameter.kind == Parameter::Kind::kChoice) return parameter.choices[static_cast<std::size_t>(x)];
  return parameter.text_at(x);
}

ParzenDensity::ParzenDensity(const Space& space, std::vector<const Point*> points)
    : space_(space), points_(std::move(points)) {
  double numeric = 0.0;
  for (std::size_t i = 0; i < space.parameters.size(); ++i) numeric += is_list(i) ? 0.0 : 1.0;
  // Scott's rule: n^(-1 / (d + 4)).
  const double n = static_cast<double>(std::max<std::size_t>(1, points_.size()));
  bandwidth_ = std::max(kLeastBandwidth, kBandwidth * math::exp(-math::log(n) / (numeric + 4.0)));
  for (std::size_t i = 0; i < space.parameters.size(); ++i) columns_.push_back(make_column(i));
}

ParzenDensity::Column ParzenDensity::make_column(std::size_t i) const {
  Column column;
  for (const Point* point : points_) column.centres.push_back((*point)[i]);
  column.centres.push_back(-1.0);
  if (is_list(i)) {
    const double n = static_cast<double>(space_.parameters[i].choices.size());
    column.log_any = math::log(1.0 / n);
    column.log_same = math::log(kOtherChoices / n + (1.0 - kOtherChoices));
    column.log_other = math::log(kOtherChoices / n);
  } else {
    column.log_scales.resize(column.centres.size(), NAN);
    column.rough_log_scales = interpolated_log_scales(column.centres);
  }
  return column;
}

double ParzenDensity::log_scale_at(double centre) const {
  const double scale = bandwidth_ * std::sqrt(2.0);
  const double inside = 0.5 * (math::erf((1.0 - centre) / scale) + math::erf(centre / scale));
  return math::log(bandwidth_ * 2.5066282746310002 * inside);
}

std::vector<double> ParzenDensity::interpolated_log_scales(const std::vector<double>& centres) const {
  std::vector<double> scales;
  if (centres.size() < kIntervals) {
    for (const double centre : centres) scales.push_back(log_scale_at(centre));
    return scales;
  }
  std::vector<double> table;
  for (std::size_t i = 0; i <= kIntervals + 1; ++i) {
    table.push_back(log_scale_at(static_cast<double>(i) / static_cast<double>(kIntervals)));
  }
  for (const double centre : centres) {
    const double at = std::max(0.0, centre) * static_cast<double>(kIntervals);
    const auto i = static_cast<std::size_t>(at);
    const double f = at - static_cast<double>(i);
    scales.push_back(table[i] + f * (table[i + 1] - table[i]));
  }
  return scales;
}

Point ParzenDensity::draw(RandomStream& random) const {
  const std::size_t kernel = random.below(points_.size() + 1);
  Point point(space_.parameters.size(), -1.0);
  Setting setting(space_.parameters.size());
  for (const std::size_t i : space_.order()) {
    if (!space_.exists(i, setting)) continue;
    point[i] = draw_value(space_.parameters[i], columns_[i].centres[kernel], random);
    setting[i] = text_at_point(space_.parameters[i], point[i]);
  }
  return point;
}

double ParzenDensity::draw_value(const Parameter& parameter, double centre, RandomStream& random) const {
  if (parameter.kind == Parameter::Kind::kChoice) {
    const bool stays = centre >= 0.0 && random.uniform() >= kOtherChoices;
    return stays ? centre : static_cast<double>(random.below(parameter.choices.size()));
  }
  if (centre < 0.0) return random.uniform();
  for (;;) {  // at least half of the normal's mass lies on one side of the centre, inside unless the range is tiny
    const double x = centre + bandwidth_ * random.normal();
    if (x >= 0.0 && x < 1.0) return x;
  }
}

double ParzenDensity::log_kernel(std::size_t k, const Point& x) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] < 0.0) continue;
    const Column& column = columns_[i];
    const double centre = column.centres[k];
    if (is_list(i)) {
      sum += centre < 0.0 ? column.log_any : centre == x[i] ? column.log_same : column.log_other;
    } else if (centre >= 0.0) {
      double& log_scale = column.log_scales[k];
      if (std::isnan(log_scale)) log_scale = log_scale_at(centre);
      const double z = (x[i] - centre) / bandwidth_;
      sum += -0.5 * z * z - log_scale;
    }
  }
  return sum;
}

double ParzenDensity::log_density(const Point& x) const {
  std::vector<double> logs;
  for (std::size_t k = 0; k <= points_.size(); ++k) logs.push_back(log_kernel(k, x));
  const double largest = std::ranges::max(logs);
  double total = 0.0;
  for (const double value : logs) total += math::exp(value - largest);
  return largest + math::log(total / static_cast<double>(logs.size()));
}

std::vector<double> ParzenDensity::rough_log_kernels(const Point& x) const {
  std::vector<double> logs(points_.size() + 1, 0.0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] < 0.0) continue;
    const Column& column = columns_[i];
    const double at = x[i];
    if (is_list(i)) {
      for (std::size_t k = 0; k < logs.size(); ++k) {
        const double centre = column.centres[k];
        logs[k] += centre < 0.0 ? column.log_any : centre == at ? column.log_same : column.log_other;
      }
      continue;
    }
    const double factor = -0.5 / (bandwidth_ * bandwidth_);
    for (std::size_t k = 0; k < logs.size(); ++k) {
      const double distance = at - column.centres[k];
      const double log_kernel = factor * distance * distance - column.rough_log_scales[k];
      logs[k] += column.centres[k] < 0.0 ? 0.0 : log_kernel;
    }
  }
  return logs;
}

double ParzenDensity::rough_log_density(const Point& x) const {
  const std::vector<double> logs = rough_log_kernels(x);
  const double largest = std::ranges::max(logs);
  double total = 0.0;
  for (const double value : logs) total += rough_exp(value - largest);
  return largest + math::log(total / static_cast<double>(logs.size()));
}

}  // namespace gradus
