// Text tables from strings, for the tests of their readers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/fixtures.hpp"
#include "gradus/core/error.hpp"
#include "support/paths.hpp"

namespace gradus::test {

using Names = std::vector<std::string>;

inline Dataset read_text(const std::string& content, const SourceOptions& options = {},
                         const std::string& name = "a.csv") {
  const TempDir folder;
  return read_source(write_bytes(folder / name, content), options);
}

inline std::string text_error(const std::string& content, const SourceOptions& options = {},
                              const std::string& name = "a.csv") {
  const TempDir folder;
  return error_of(write_bytes(folder / name, content), options);
}

inline double feature(const Dataset& dataset, std::size_t row, std::size_t col) {
  return std::get<Matrix<double>>(dataset.table.features)(row, col);
}

/// All features, row by row.
inline std::vector<double> features_of(const Dataset& dataset) {
  const auto values = std::get<Matrix<double>>(dataset.table.features).span();
  return {values.begin(), values.end()};
}

/// A data set of one feature, all rows but the last `others` in the training part.
inline Dataset column_of(const std::vector<double>& values, std::size_t others = 0) {
  Dataset dataset;
  Matrix<double> features(values.size(), 1);
  std::copy(values.begin(), values.end(), features.data());
  dataset.table.features = std::move(features);
  for (std::uint32_t r = 0; r + others < values.size(); ++r) dataset.train.push_back(r);
  return dataset;
}

/// The notes as one text, without the path of the file.
inline std::string notes_of(const Dataset& dataset) {
  std::string text;
  for (const std::string& note : dataset.notes) text += note.substr(note.find("a.csv") + 5) + "\n";
  return text;
}

}  // namespace gradus::test
