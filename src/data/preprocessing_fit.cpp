// Learns from the training rows how each column becomes inputs.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <numeric>

#include "data/level_codes.hpp"
#include "gradus/core/error.hpp"
#include "gradus/data/dataset.hpp"
#include "gradus/data/preprocessing.hpp"

namespace gradus {
namespace {

double median_of(std::vector<double> values) {
  const std::size_t middle = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle), values.end());
  const double upper = values[middle];
  if (values.size() % 2 == 1) return upper;
  return 0.5 * upper + 0.5 * *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle));
}

/// Of finite values of any size: no sum of two overflows.
double mean_of(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (std::isfinite(sum)) return sum / count;
  return std::accumulate(values.begin(), values.end(), 0.0, [count](double s, double x) { return s + x / count; });
}

/// Learns the steps from the training rows.
class Fitter {
 public:
  Fitter(const Dataset& dataset, const PreprocessingOptions& options, std::vector<std::string>& notes)
      : dataset_(dataset), options_(options), notes_(notes) {
    if (options.impute == "mean" || options.impute == "median") return;
    double value = 0.0;
    const char* const end = options.impute.data() + options.impute.size();
    const auto [behind, error] = std::from_chars(options.impute.data(), end, value);
    if (error != std::errc() || behind != end || !std::isfinite(value)) {
      throw InputError(ErrorParts{"data.impute", "mean, median or a number", "'" + options.impute + "'", ""});
    }
    is_constant_ = true;
    constant_ = value;
  }

  ColumnStep number(const Column& column, std::size_t at) {
    ColumnStep step;
    step.column = column;
    std::vector<double> known;
    visit_features(dataset_.table.features, [&](const auto& features) {
      for (const std::uint32_t row : dataset_.train) {
        const auto value = static_cast<double>(features(row, at));
        if (std::isnan(value)) continue;
        known.push_back(value);
        step.has_time = step.has_time || (column.kind == ColumnKind::kDate && std::floor(value) != value);
      }
    });
    step.marks_missing = known.size() < dataset_.train.size();
    if (known.empty()) {
      note(column, "no training row has a value");
      step.fill = constant_;
      return step;
    }
    if (is_constant_ && column.kind == ColumnKind::kNumber) {
      step.fill = constant_;
    } else {
      step.fill = options_.impute == "median" ? median_of(known) : mean_of(known);
    }
    const auto [low, high] = std::minmax_element(known.begin(), known.end());
    if (*low == *high && known.size() > 1 && !step.marks_missing && !column.name.empty()) {
      note(column, "the same value in every training row");
    }
    return step;
  }

  ColumnStep category(const Column& column, std::size_t at) {
    ColumnStep step;
    step.column = column;
    std::vector<std::size_t> counts(column.levels.size());
    std::size_t missing = 0;
    for (const std::uint32_t row : dataset_.train) {
      const std::int32_t code = dataset_.table.codes(row, at);
      if (code == kMissingCode) {
        ++missing;
      } else {
        ++counts[static_cast<std::size_t>(code)];
      }
    }
    step.marks_missing = missing > 0;
    step.column.levels.clear();
    const std::size_t least = least_count(counts);
    std::size_t others = 0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (counts[k] >= least && counts[k] > 0) {
        step.column.levels.push_back(column.levels[k]);
      } else if (counts[k] > 0) {
        ++others;
      }
    }
    step.has_other = others > 0;
    if (others > 0) note(column, fmt::format("{} rare levels share one input (data.max_one_hot)", others));
    const bool is_constant = step.column.levels.size() < 2 && !step.has_other && !step.marks_missing;
    if (is_constant) {
      note(column, "the same value in every training row, so it gives no input");
      step.column.levels.clear();
    }
    return step;
  }

 private:
  /// How often a level must occur for an input of its own, so that there are at most `max_one_hot`.
  [[nodiscard]] std::size_t least_count(std::vector<std::size_t> counts) const {
    std::erase(counts, std::size_t{0});
    if (counts.size() <= options_.max_one_hot) return 1;
    std::sort(counts.begin(), counts.end(), std::greater<>());
    return counts[options_.max_one_hot - 1] + 1;
  }
  void note(const Column& column, const std::string& text) {
    notes_.push_back(fmt::format("column '{}': {}", column.name, text));
  }

  const Dataset& dataset_;
  const PreprocessingOptions& options_;
  std::vector<std::string>& notes_;
  bool is_constant_ = false;  // missing numbers become the next one
  double constant_ = 0.0;
};

}  // namespace

Preprocessing fit_preprocessing(const Dataset& dataset, const PreprocessingOptions& options,
                                std::vector<std::string>& notes) {
  Fitter fitter(dataset, options, notes);
  Preprocessing preprocessing;
  preprocessing.label_column = dataset.label_column;
  std::size_t number_at = 0;
  std::size_t code_at = 0;
  for (const Column& column : data::stored_columns(dataset.columns)) {
    const bool is_category = column.kind == ColumnKind::kCategory;
    preprocessing.steps.push_back(is_category ? fitter.category(column, code_at++)
                                              : fitter.number(column, number_at++));
  }
  if (!dataset.columns.empty() && preprocessing.num_inputs() == 0) {
    throw InputError(
        ErrorParts{dataset.name, "at least one column that tells something", "columns of one value each", ""});
  }
  return preprocessing;
}

}  // namespace gradus
