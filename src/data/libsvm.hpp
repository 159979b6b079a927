// LibSVM and SVMlight text: a line for each row, its label first, then INDEX:VALUE for every feature that is not 0.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "data/part_block.hpp"

namespace gradus::data {

/// Whether every line of `start`, the first bytes of a text, can be a row of this form, and one of them names a
/// feature.
bool is_libsvm(std::string_view start);

/// The rows of a file as a training part that is still sparse (spread_sparse_parts() gives it features and targets).
/// `#` starts a comment. Throws InputError with the line at what is no INDEX:VALUE, at indexes that do not ascend, at
/// values that are no finite numbers, and at rankings (qid).
PartBlocks read_libsvm(std::string_view bytes, const std::string& name, const SourceOptions& options);

}  // namespace gradus::data
