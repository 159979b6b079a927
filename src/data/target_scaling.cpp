// Quantities as targets near 0 of a size near 1, and back.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/scalar_math.hpp"
#include "gradus/core/error.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus {
namespace {

constexpr double kConstant = 1e-14;  // a deviation that is the rounding of the mean

void check_has_logarithms(const Dataset& dataset) {
  const Matrix<double>& values = dataset.table.values;
  for (std::size_t r = 0; r < values.rows(); ++r) {
    for (std::size_t k = 0; k < values.cols(); ++k) {
      if (values(r, k) > -1.0) continue;
      throw InputError(ErrorParts{fmt::format("{}: row {} (from 0), target {}", dataset.name, r, k),
                                  "a target above -1, of which 1 more has a logarithm", fmt::format("{}", values(r, k)),
                                  "set data.target_scaling to standardize"});
    }
  }
}

}  // namespace

// Two passes over numbers divided by their largest: no sum of squares overflows.
TargetScaling target_standardization(const Dataset& dataset, bool log1p) {
  if (log1p) check_has_logarithms(dataset);
  const auto rows = static_cast<double>(dataset.train.size());
  const Matrix<double>& quantities = dataset.table.values;
  const auto values = [&](std::size_t row, std::size_t k) {
    return log1p ? math::log1p(quantities(row, k)) : quantities(row, k);
  };
  TargetScaling scaling{.mean = {}, .std = {}, .log1p = log1p};
  for (std::size_t k = 0; k < quantities.cols(); ++k) {
    double largest = 0.0;
    for (const std::uint32_t row : dataset.train) largest = std::max(largest, std::abs(values(row, k)));
    const double unit = largest > 0.0 ? largest : 1.0;
    double mean = 0.0;
    for (const std::uint32_t row : dataset.train) mean += values(row, k) / unit;
    mean /= rows;
    double squares = 0.0;
    for (const std::uint32_t row : dataset.train) {
      const double deviation = values(row, k) / unit - mean;
      squares += deviation * deviation;
    }
    const double std = std::sqrt(squares / rows);
    scaling.mean.push_back(mean * unit);
    scaling.std.push_back(std > kConstant * std::abs(mean) ? std * unit : 1.0);
  }
  return scaling;
}

void scale_targets(Dataset& dataset, const TargetScaling& scaling) {
  if (scaling.empty() || dataset.table.values.empty()) return;
  Matrix<double>& values = dataset.table.values;
  if (scaling.log1p) check_has_logarithms(dataset);
  if (values.cols() != scaling.mean.size() || !dataset.target_scaling.empty()) {
    throw InputError(ErrorParts{dataset.name, std::to_string(scaling.mean.size()) + " targets that are not scaled yet",
                                std::to_string(values.cols()), "use data of the shape that the model was trained on"});
  }
  for (std::size_t r = 0; r < values.rows(); ++r) {
    for (std::size_t k = 0; k < values.cols(); ++k) {
      const double value = scaling.log1p ? math::log1p(values(r, k)) : values(r, k);
      values(r, k) = (value - scaling.mean[k]) / scaling.std[k];
    }
  }
  dataset.target_scaling = scaling;
}

double unscaled_target(const TargetScaling& scaling, double output, std::size_t k) {
  if (scaling.empty()) return output;
  const double value = output * scaling.std[k] + scaling.mean[k];
  return scaling.log1p ? math::expm1(value) : value;
}

void unscale_targets(const TargetScaling& scaling, MatrixView<double> values) {
  if (scaling.empty()) return;
  for (std::size_t r = 0; r < values.rows(); ++r) {
    for (std::size_t k = 0; k < values.cols(); ++k) values(r, k) = unscaled_target(scaling, values(r, k), k);
  }
}

}  // namespace gradus
