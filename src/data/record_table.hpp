// A structured array (numpy's record array, DataFrame.to_records) as a table: named columns, one of them the target.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/part_block.hpp"
#include "data/raw_array.hpp"
#include "gradus/data/source.hpp"

namespace gradus::data {

/// Numbers become double, NaN is missing; texts are categories, dates or names of rows as in a text table. The target
/// is column `options.label`.
PartBlocks blocks_of_records(const RawArray& records, const SourceOptions& options);

}  // namespace gradus::data
