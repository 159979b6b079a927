// A data set from the caller's memory. Everything is checked once, here; what passes is a data set like one from a
// file.
//
//     std::vector<float> x = ...;  // 1,000 rows of 20 numbers
//     Dataset dataset = make_dataset(MatrixView<const float>(x.data(), 1000, 20), ClassTargets{.labels = y});
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus {

/// One class per row.
struct ClassTargets {
  std::span<const std::int32_t> labels;       // N numbers in [0, K); copied
  std::vector<std::string> class_names = {};  // K different names; empty: "0", "1", ... up to the largest label
};

/// Quantities to predict.
struct ValueTargets {
  std::variant<MatrixView<const double>, MatrixView<const float>> values;  // N x K, finite; copied
};

/// Any number of labels per row.
struct LabelSetTargets {
  std::variant<MatrixView<const double>, MatrixView<const float>> values;  // N x K of 0 and 1; copied
  std::vector<std::string> class_names = {};                               // K different names; empty: "0", "1", ...
};

/// std::monostate: no targets, to predict only.
using Targets = std::variant<std::monostate, ClassTargets, ValueTargets, LabelSetTargets>;

/// What else may be known about the rows.
struct DatasetDetails {
  std::string name = "memory";                  // in messages and records
  std::span<const double> weights = {};         // N sample weights from 0, finite; copied. Empty: all equal
  std::vector<std::uint32_t> train = {};        // row numbers below N, in any order
  std::vector<std::uint32_t> valid = {};        // the same; empty: no such part
  std::vector<std::uint32_t> test = {};         // the same; without any part all rows are training rows
  std::vector<std::string> feature_names = {};  // I names or empty
  std::string target_name = {};
};

/// `features`, N x I of bytes, floats or doubles: a Matrix that is moved in, or a MatrixView whose elements the data
/// set borrows, so they must outlive it and stay as they are. Views may have any stride. At least one row and one
/// column, fewer than 2^32 rows, finite. `Dataset::sha256` is that of features, targets and weights. Throws InputError,
/// one sentence that names row and column, for everything that does not fit.
Dataset make_dataset(Features features, const Targets& targets, DatasetDetails details = {});

}  // namespace gradus
