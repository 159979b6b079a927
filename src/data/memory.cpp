// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "data/raw_array.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus {
namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& expected, const std::string& found,
                         const std::string& advice = "") {
  throw InputError({.where = where, .expected = expected, .found = found, .advice = advice});
}

std::string row_place(const std::string& where, std::size_t row) {
  return fmt::format("{}: row {} (from 0)", where, row);
}

void check_count(const std::string& where, std::size_t expected, std::size_t found, const char* what) {
  if (found != expected) refuse(where, fmt::format("{} {}", expected, what), std::to_string(found));
}

// `names` as they are, or numbers where there are none.
std::vector<std::string> class_names(const std::string& where, std::vector<std::string> names, std::size_t count) {
  if (names.empty()) {
    for (std::size_t k = 0; k < count; ++k) names.push_back(std::to_string(k));
    return names;
  }
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) refuse(where + ": class_names", "different names", "'" + name + "' twice");
  }
  return names;
}

// Puts targets into a data set whose features are there.
struct TakeTargets {
  Dataset& dataset;

  void operator()(const std::monostate& /*none*/) const {}

  void operator()(const ClassTargets& targets) const {
    const std::string where = dataset.name + ": labels";
    check_count(where, dataset.table.rows(), targets.labels.size(), "labels, one a row");
    const std::int32_t largest = *std::max_element(targets.labels.begin(), targets.labels.end());
    // Without names, a single far outlier would make as many classes.
    constexpr std::int32_t kMostUnnamed = 1000000;
    const auto count = static_cast<std::size_t>(std::clamp(largest, 0, kMostUnnamed)) + 1;
    dataset.task = Task::kClassification;
    dataset.class_names = class_names(dataset.name, targets.class_names, count);
    const auto classes = static_cast<std::int64_t>(dataset.class_names.size());
    for (std::size_t r = 0; r < targets.labels.size(); ++r) {
      const std::int32_t label = targets.labels[r];
      if (label >= 0 && label < classes) continue;
      refuse(row_place(where, r), fmt::format("a class from 0 to {}", classes - 1), std::to_string(label));
    }
    dataset.table.labels.assign(targets.labels.begin(), targets.labels.end());
  }

  void operator()(const ValueTargets& targets) const {
    dataset.task = Task::kRegression;
    std::visit([this](const auto& values) { take(values); }, targets.values);
  }

  void operator()(const LabelSetTargets& targets) const {
    dataset.task = Task::kMultiLabel;
    std::visit([this](const auto& values) { take(values); }, targets.values);
    const Matrix<double>& values = dataset.table.values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values.data()[i];
      if (value == 0.0 || value == 1.0) continue;
      refuse(row_place(dataset.name + ": targets", i / values.cols()), "0 or 1 for every label",
             fmt::format("{}", value));
    }
    dataset.class_names = class_names(dataset.name, targets.class_names, values.cols());
    check_count(dataset.name + ": class_names", values.cols(), dataset.class_names.size(), "names, one a column");
  }

 private:
  template <class S>
  void take(MatrixView<const S> given) const {
    const std::string where = dataset.name + ": targets";
    check_count(where, dataset.table.rows(), given.rows(), "rows, as the features have");
    if (given.cols() == 0) refuse(where, "at least one column", "none");
    Matrix<double> values(given.rows(), given.cols());
    for (std::size_t r = 0; r < given.rows(); ++r) {
      for (std::size_t k = 0; k < given.cols(); ++k) {
        values(r, k) = static_cast<double>(given(r, k));
        if (!std::isfinite(values(r, k))) refuse(row_place(where, r), "a finite target", "NaN or infinity");
      }
    }
    dataset.table.values = std::move(values);
  }
};

void take_weights(Dataset& dataset, std::span<const double> weights) {
  if (weights.empty()) return;
  const std::string where = dataset.name + ": weights";
  check_count(where, dataset.table.rows(), weights.size(), "weights, one a row");
  for (std::size_t r = 0; r < weights.size(); ++r) {
    if (std::isfinite(weights[r]) && weights[r] >= 0.0) continue;
    refuse(row_place(where, r), "a finite weight from 0", fmt::format("{}", weights[r]));
  }
  dataset.table.weights.assign(weights.begin(), weights.end());
}

void take_parts(Dataset& dataset, DatasetDetails& details) {
  const std::size_t rows = dataset.table.rows();
  const auto check = [&](const char* part, const std::vector<std::uint32_t>& list) {
    for (const std::uint32_t row : list) {
      if (row >= rows) {
        refuse(dataset.name + ": " + part, fmt::format("row numbers below {}", rows), std::to_string(row));
      }
    }
  };
  check("train", details.train);
  check("valid", details.valid);
  check("test", details.test);
  dataset.train = std::move(details.train);
  dataset.valid = std::move(details.valid);
  dataset.test = std::move(details.test);
  if (!dataset.train.empty() || !dataset.valid.empty() || !dataset.test.empty()) return;
  for (std::size_t r = 0; r < rows; ++r) dataset.train.push_back(static_cast<std::uint32_t>(r));
}

std::string hash_of(const Table& table) {
  Sha256 hash;
  visit_features(table.features, [&hash](const auto& features) {
    for (std::size_t r = 0; r < features.rows(); ++r) hash.update(std::as_bytes(features.row(r)));
  });
  hash.update(std::as_bytes(std::span(table.labels)));
  hash.update(std::as_bytes(table.values.span()));
  hash.update(std::as_bytes(std::span(table.weights)));
  return hash.hex_digest();
}

}  // namespace

Dataset make_dataset(Features features, const Targets& targets, DatasetDetails details) {
  Dataset dataset;
  dataset.name = details.name;
  dataset.source = details.name;
  const std::size_t rows = num_rows(features);
  const std::size_t cols = num_cols(features);
  if (rows == 0 || cols == 0) {
    refuse(dataset.name + ": features", "at least one row and one column", fmt::format("{} x {}", rows, cols));
  }
  if (rows > std::numeric_limits<std::uint32_t>::max()) {
    refuse(dataset.name + ": features", "fewer than 2^32 rows", std::to_string(rows), "train on a part of them");
  }
  visit_features(features, [&](const auto& view) {
    if (view.stride() < view.cols()) {
      refuse(dataset.name + ": features", fmt::format("a stride of at least the {} columns", cols),
             std::to_string(view.stride()));
    }
  });
  data::check_finite(features, dataset.name + ": features");
  dataset.table.features = std::move(features);
  std::visit(TakeTargets{dataset}, targets);
  take_weights(dataset, details.weights);
  take_parts(dataset, details);
  if (!details.feature_names.empty()) {
    check_count(dataset.name + ": feature_names", cols, details.feature_names.size(), "names, one a column");
  }
  dataset.feature_names = std::move(details.feature_names);
  dataset.target_name = std::move(details.target_name);
  dataset.sha256 = hash_of(dataset.table);
  return dataset;
}

}  // namespace gradus
