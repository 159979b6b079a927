// ARFF, the tables of Weka: declared attributes, rows written in full or sparse, weights of rows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/arff_header.hpp"
#include "data/part_block.hpp"

namespace gradus::data {

/// A file as it stands: a number for each cell, which is the level's where the attribute has levels, days since 1970
/// of a date, and NaN where the value is missing.
struct ArffTable {
  std::string where;
  std::vector<ArffAttribute> attributes;
  std::vector<double> cells;       // rows x attributes
  std::vector<double> weights;     // of the rows
  std::vector<std::size_t> lines;  // of the rows
  bool has_weights = false;

  [[nodiscard]] double cell(std::size_t row, std::size_t attribute) const {
    return cells[row * attributes.size() + attribute];
  }
};

/// Whether the first line of `start` that says anything is @relation.
bool is_arff(std::string_view start);

/// Throws InputError with the line at a malformed header or row, an undeclared value of a nominal attribute, or rows
/// that need more than `options.max_bytes` once their zeros are there.
ArffTable read_arff_table(std::string_view text, const std::string& name, const SourceOptions& options);

/// The rows of a file as a training part. The target is attribute `options.label`, else the last one called class, else
/// the last one. A nominal target has its declared levels as classes, in that order; one that is missing in every row
/// is left out. Nominal and string attributes become categories, dates dates, and what is missing stays so.
PartBlocks read_arff(std::string_view bytes, const std::string& name, const SourceOptions& options);

}  // namespace gradus::data
