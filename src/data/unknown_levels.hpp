// Levels that a model did not see in training, counted over all pieces of a table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gradus/core/matrix.hpp"
#include "gradus/data/dataset.hpp"
#include "gradus/data/schema.hpp"

namespace gradus::data {

class UnknownLevels {
 public:
  /// Counts the cells of `codes` in column `at` (codes of the levels of `column`, number `number` among all) that have
  /// a place which is kMissingCode.
  void count(std::size_t number, const Matrix<std::int32_t>& codes, std::size_t at, const Column& column,
             const std::vector<std::int32_t>& places);
  /// A sentence after `where` for each column that has some.
  void note(const std::string& where, std::vector<std::string>& notes) const;

 private:
  struct Found {
    std::size_t cells = 0;
    std::string column;
    std::string first;  // level
  };
  std::vector<Found> found_;  // by number
};

/// apply_preprocessing() of a piece: what is unknown goes to `unknown` in place of a note.
void apply_preprocessing(Dataset& dataset, const Preprocessing& preprocessing, UnknownLevels& unknown);

}  // namespace gradus::data
