// Turns one feature column into sample weights.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "data/part_block.hpp"
#include "gradus/core/error.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus {
namespace {

template <class S>
Matrix<S> without_column(MatrixView<const S> matrix, std::size_t column) {
  Matrix<S> rest(matrix.rows(), matrix.cols() - 1);
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    for (std::size_t c = 0; c < matrix.cols(); ++c) {
      if (c != column) rest(r, c - (c > column ? 1 : 0)) = matrix(r, c);
    }
  }
  return rest;
}

}  // namespace

void take_weight_column(Dataset& dataset, const std::string& column) {
  const std::string where = dataset.name + ": data.weight";
  const std::size_t num_features = dataset.num_features();
  if (num_features < 2) {
    throw InputError(ErrorParts{where, "a column of weights beside the features", "one column", ""});
  }
  const std::size_t at = data::named_column(column, dataset.feature_names, num_features, "weight column", where);
  const auto take = [&](const auto& features) {
    std::vector<double> weights(features.rows());
    for (std::size_t r = 0; r < weights.size(); ++r) {
      weights[r] = static_cast<double>(features(r, at));
      if (std::isfinite(weights[r]) && weights[r] >= 0.0) continue;
      throw InputError(ErrorParts{fmt::format("{}: row {} (from 0)", where, r), "a weight from 0",
                                  fmt::format("{}", weights[r]), "correct it or name another column"});
    }
    dataset.table.weights = std::move(weights);
    return Features(without_column(features, at));
  };
  dataset.table.features = visit_features(dataset.table.features, take);
  if (dataset.feature_names.empty()) return;
  dataset.weight_name = dataset.feature_names[at];
  dataset.feature_names.erase(dataset.feature_names.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace gradus
