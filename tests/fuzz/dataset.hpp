// The end of every reader of data: what read_source() does with a file's parts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "data/part_block.hpp"
#include "data/sparse_rows.hpp"
#include "target.hpp"

namespace gradus::fuzz {

/// Limits under which a reader's work stays small beside the fuzzer's own.
inline SourceOptions small_options() {
  SourceOptions options;
  options.max_bytes = std::uint64_t{16} << 20U;
  options.max_classes = 100;
  options.threads = 1;
  return options;
}

/// The same, with options that the length of a binary file chooses: no byte of it is free.
inline SourceOptions varied_options(Input input) {
  SourceOptions options = small_options();
  switch (input.size() % 5) {
    case 1:
      options.label = "none";
      break;
    case 2:
      options.feature_array = "X";
      options.label_array = "y";
      break;
    case 3:
      options.orientation = "columns";
      options.task = "regression";
      break;
    case 4:
      options.label = "0";
      options.feature_array = "x_train";
      break;
    default:
      break;
  }
  return options;
}

inline Dataset to_dataset(data::PartBlocks blocks, const SourceOptions& options) {
  data::spread_sparse_parts(blocks, options);
  std::vector<double> weights = data::row_weights(blocks);
  Dataset dataset = data::make_dataset(std::move(blocks), options);
  dataset.table.weights = std::move(weights);
  for (const std::uint32_t row : dataset.train) require(row < dataset.table.rows(), "a row of the part exists");
  return dataset;
}

}  // namespace gradus::fuzz
