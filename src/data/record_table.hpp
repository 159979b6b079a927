// A structured array (numpy's record array, DataFrame.to_records) as a table: named columns, one of them the target.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/part_block.hpp"
#include "data/raw_array.hpp"
#include "gradus/data/source.hpp"

namespace gradus::data {

/// The columns become double; the target is column `options.label` and may hold texts. Throws InputError where another
/// column does.
PartBlocks blocks_of_records(const RawArray& records, const SourceOptions& options);

}  // namespace gradus::data
