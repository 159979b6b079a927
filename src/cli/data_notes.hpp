// What the reader of a data set guessed, for people.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/note.hpp"
#include "core/printable.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus::cli {

/// One line on standard error for each note.
inline void print_notes(const Dataset& dataset) {
  for (const std::string& sentence : dataset.notes) note("note: {}\n", printable(sentence));
}

}  // namespace gradus::cli
