// Sizes of a Dataset, and the gathering of batches from it.
// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/dataset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/enumerators.hpp"
#include "core/suggest.hpp"

namespace gradus {
namespace {

static_assert(is_complete(kTaskTable), "every Task has its row, in order");

/// A byte takes 256 values: each is divided once, and looked up from then on.
template <class T>
void gather(MatrixView<const std::uint8_t> from, const Scaling& scaling, std::span<const std::uint32_t> rows,
            MatrixView<T> out) {
  std::array<double, 256> divided;
  std::array<T, 256> rounded;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    divided[byte] = static_cast<double>(byte) / scaling.divisor;
    rounded[byte] = static_cast<T>(divided[byte]);
  }
  const std::size_t cols = from.cols();
  for (std::size_t b = 0; b < rows.size(); ++b) {
    const std::uint8_t* in = from.row(rows[b]).data();
    T* to = out.data() + b * out.stride();
    if (scaling.mean.empty()) {
      for (std::size_t c = 0; c < cols; ++c) to[c] = rounded[in[c]];
    } else {
      for (std::size_t c = 0; c < cols; ++c) {
        to[c] = static_cast<T>(scaling.of_divided(divided[in[c]], c));
      }
    }
  }
}

template <class S, class T>
void gather(MatrixView<const S> from, const Scaling& scaling, std::span<const std::uint32_t> rows, MatrixView<T> out) {
  const bool as_stored = scaling.divisor == 1.0 && scaling.mean.empty();
  const std::size_t cols = from.cols();
  for (std::size_t b = 0; b < rows.size(); ++b) {
    const S* in = from.row(rows[b]).data();
    T* to = out.data() + b * out.stride();
    if (as_stored) {
      for (std::size_t c = 0; c < cols; ++c) to[c] = static_cast<T>(in[c]);
    } else {
      for (std::size_t c = 0; c < cols; ++c) to[c] = static_cast<T>(scaling(static_cast<double>(in[c]), c));
    }
  }
}

}  // namespace

Task parse_task(std::string_view name) {
  return parse_kind("data.task", kTaskTable, name);
}

std::string_view task_name(Task task) {
  return row_of(kTaskTable, task).name;
}

std::size_t num_rows(const Features& features) {
  return visit_features(features, [](const auto& matrix) { return matrix.rows(); });
}

std::size_t num_cols(const Features& features) {
  return visit_features(features, [](const auto& matrix) { return matrix.cols(); });
}

bool Table::has_missing_numbers() const {
  const auto* const numbers = std::get_if<Matrix<double>>(&features);
  if (numbers == nullptr) return false;
  return std::any_of(numbers->span().begin(), numbers->span().end(), [](double x) { return std::isnan(x); });
}

std::size_t Dataset::num_outputs() const {
  return task == Task::kRegression ? table.values.cols() : class_names.size();
}

std::pair<double, double> feature_range(const Features& features, std::span<const std::uint32_t> rows) {
  std::pair<double, double> range = {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  visit_features(features, [&]<class S>(MatrixView<const S> matrix) {
    for (const std::uint32_t row : rows) {
      const auto [low, high] = std::minmax_element(matrix.row(row).begin(), matrix.row(row).end());
      range.first = std::min(range.first, static_cast<double>(*low));
      range.second = std::max(range.second, static_cast<double>(*high));
    }
  });
  return range;
}

template <class T>
void gather_rows(const Features& features, const Scaling& scaling, std::span<const std::uint32_t> rows,
                 MatrixView<T> out) {
  const std::size_t cols = num_cols(features);
  const std::size_t count = num_rows(features);
  const bool scaling_fits =
      scaling.mean.size() == scaling.std.size() && (scaling.mean.empty() || scaling.mean.size() == cols) &&
      (scaling.clip.empty() || scaling.clip.size() == scaling.mean.size()) && scaling.divisor != 0.0;
  const bool rows_fit = std::all_of(rows.begin(), rows.end(), [count](std::uint32_t row) { return row < count; });
  if (!scaling_fits || !rows_fit || out.rows() != rows.size() || out.cols() != cols) {
    throw std::invalid_argument("gather_rows: rows, scaling or output do not fit the features");
  }
  visit_features(features, [&](const auto& matrix) { gather(matrix, scaling, rows, out); });
}

template void gather_rows<float>(const Features&, const Scaling&, std::span<const std::uint32_t>, MatrixView<float>);
template void gather_rows<double>(const Features&, const Scaling&, std::span<const std::uint32_t>, MatrixView<double>);

}  // namespace gradus
