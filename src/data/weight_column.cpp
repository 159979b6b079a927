// Sample weights: from one feature column, or from what files say of their rows.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/level_codes.hpp"
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

/// The weight column among the features; takes it out of the columns of a table.
std::size_t take_feature(Dataset& dataset, const std::string& column, const std::string& where) {
  const std::size_t width = dataset.num_features() + dataset.table.codes.cols();
  if (width < 2) throw InputError(ErrorParts{where, "a column of weights beside the features", "one column", ""});
  if (dataset.columns.empty()) {
    return data::named_column(column, dataset.feature_names, width, "weight column", where);
  }
  std::vector<Column> columns = data::stored_columns(dataset.columns);
  std::vector<std::string> names;
  for (const Column& known : columns) names.push_back(known.name);
  if (names.front().empty()) names.clear();
  const std::size_t at = data::named_column(column, names, columns.size(), "weight column", where);
  if (columns[at].kind != ColumnKind::kNumber) {
    throw InputError(
        ErrorParts{where, "a column of numbers", fmt::format("'{}', which is no number column", column), ""});
  }
  const auto is_stored = [](const Column& c) { return c.kind != ColumnKind::kCategory; };
  const auto feature = std::count_if(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(at), is_stored);
  columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(at));
  dataset.columns = std::move(columns);
  return static_cast<std::size_t>(feature);
}

}  // namespace

std::vector<double> data::row_weights(const PartBlocks& blocks) {
  std::vector<double> weights;
  bool any = false;
  for (const PartBlock* part : {&blocks.train, &blocks.valid, &blocks.test}) {
    any = any || !part->weights.empty();
    weights.insert(weights.end(), part->weights.begin(), part->weights.end());
    if (part->weights.empty()) weights.insert(weights.end(), part->rows(), 1.0);
  }
  return any ? weights : std::vector<double>();
}

void take_weight_column(Dataset& dataset, const std::string& column) {
  const std::string where = dataset.name + ": data.weight";
  const std::size_t at = take_feature(dataset, column, where);
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
