// Rows of which a text names only the features that are not 0 (LibSVM). How many features there are, and whether they
// count from 0 or 1, is known once every part has been read; then the rows are spread out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gradus/data/source.hpp"

namespace gradus::data {

struct PartBlock;
struct PartBlocks;

/// Cells of row r are those from `row_ends[r - 1]` (0 for the first row) to `row_ends[r]`; their indexes ascend.
struct SparseRows {
  std::vector<std::string> labels;  // as written: a number, several between commas, or nothing
  std::vector<std::size_t> row_ends;
  std::vector<std::uint32_t> indexes;  // as written
  std::vector<double> values;          // finite
  std::uint32_t smallest_index = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t largest_index = 0;
};

/// Turns the parts' `sparse` rows into features and targets. Features are the largest index of all parts, or
/// `options.num_features` if that is more, counted from 0 where index 0 occurs, else from 1, unless
/// `options.index_base` says so; what is a guess is noted. Labels are sets (multi-label) where a comma occurs or
/// `options.task` says so. Throws InputError when the dense features do not fit `options.max_bytes`, and at labels that
/// are missing or not those of the training part.
void spread_sparse_parts(PartBlocks& blocks, const SourceOptions& options);

}  // namespace gradus::data
