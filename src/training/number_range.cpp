// SPDX-License-Identifier: Apache-2.0
#include "training/number_range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

class RangeCheck {
 public:
  RangeCheck(const TrainingRun& run, const Dataset& dataset) : run_(run), dataset_(dataset) {}

  template <class S>
  void check_features(const MatrixView<const S>& features) const {
    if (always_fits<S>(features.cols()) || extremes_fit(features)) return;
    for (std::size_t r = 0; r < features.rows(); ++r) {
      for (std::size_t c = 0; c < features.cols(); ++c) {
        const auto value = static_cast<double>(features(r, c));
        if (!fits(run_.scaling(value, c))) fail_feature(r, c, value);
      }
    }
  }
  void check_targets() const {
    const Matrix<double>& values = dataset_.table.values;
    for (std::size_t r = 0; r < values.rows(); ++r) {
      for (std::size_t k = 0; k < values.cols(); ++k) {
        if (!fits(values(r, k))) {
          fail(fmt::format("{}: row {} (from 0), target {}", dataset_.name, r,
                           dataset_.target_name.empty() ? std::to_string(k) : "'" + dataset_.target_name + "'"),
               values(r, k), "set training.dtype to f64, or give the targets in a larger unit");
        }
      }
    }
  }

 private:
  [[nodiscard]] bool fits(double value) const {
    return run_.dtype == DType::kF64 ? std::isfinite(value) : std::isfinite(static_cast<float>(value));
  }
  /// Whether every number of the stored type fits, so that none has to be looked at.
  template <class S>
  [[nodiscard]] bool always_fits(std::size_t num_columns) const {
    if constexpr (std::is_same_v<S, double>) {
      if (run_.dtype == DType::kF64 && run_.scaling.mean.empty() && std::abs(run_.scaling.divisor) >= 1.0) return true;
    }
    const auto least = static_cast<double>(std::numeric_limits<S>::lowest());
    const auto most = static_cast<double>(std::numeric_limits<S>::max());
    for (std::size_t c = 0; c < num_columns; ++c) {
      if (!fits(run_.scaling(least, c)) || !fits(run_.scaling(most, c))) return false;
    }
    return true;
  }
  /// Whether the smallest and the largest value of every column fit: scaling keeps the order, or turns it round.
  template <class S>
  [[nodiscard]] bool extremes_fit(const MatrixView<const S>& features) const {
    std::vector<S> least(features.cols(), std::numeric_limits<S>::max());
    std::vector<S> most(features.cols(), std::numeric_limits<S>::lowest());
    for (std::size_t r = 0; r < features.rows(); ++r) {
      for (std::size_t c = 0; c < features.cols(); ++c) {
        least[c] = std::min(least[c], features(r, c));
        most[c] = std::max(most[c], features(r, c));
      }
    }
    for (std::size_t c = 0; c < features.cols(); ++c) {
      if (!fits(run_.scaling(static_cast<double>(least[c]), c)) || !fits(run_.scaling(static_cast<double>(most[c]), c)))
        return false;
    }
    return true;
  }
  [[noreturn]] void fail_feature(std::size_t row, std::size_t column, double value) const {
    const auto& names = dataset_.feature_names;
    const std::string name = column < names.size() ? "'" + names[column] + "'" : fmt::format("{} (from 0)", column);
    const bool standardized = !run_.scaling.mean.empty();
    const char* advice = "correct the value";
    if (run_.dtype != DType::kF64) {
      advice = standardized ? "set training.dtype to f64" : "set training.dtype to f64, or data.standardize to true";
    }
    fail(fmt::format("{}: row {} (from 0), column {}", dataset_.name, row, name), value, advice);
  }
  [[noreturn]] void fail(std::string where, double value, const char* advice) const {
    const bool f64 = run_.dtype == DType::kF64;
    throw InputError(
        {.where = std::move(where),
         .expected = f64 ? "a number that f64 holds once it is scaled" : "a number that f32 holds, up to 3.4e38",
         .found = fmt::format("{}", value),
         .advice = advice});
  }

  const TrainingRun& run_;
  const Dataset& dataset_;
};

}  // namespace

void check_number_range(const TrainingRun& run, const Dataset& dataset) {
  const RangeCheck check(run, dataset);
  visit_features(dataset.table.features, [&](const auto& features) { check.check_features(features); });
  check.check_targets();
}

}  // namespace gradus
