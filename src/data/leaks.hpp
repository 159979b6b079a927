// Columns that repeat the label: what is trained on them is of no use where the label is not known.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "gradus/data/dataset.hpp"

namespace gradus::data {

/// Adds a sentence for each column of a table that has its columns yet, whose values stand for the classes one to one,
/// or are the quantities to be learned, in 95 of 100 training rows.
void note_leaks(const Dataset& dataset, std::vector<std::string>& notes);

}  // namespace gradus::data
