// CSV, TSV and whitespace text: columns of numbers, words and dates with their targets, header or not. Encoding
// (text_encoding.hpp), dialect (text_dialect.hpp), columns (text_layout.hpp, input_columns.hpp) and records
// (text_records.hpp) are found out first; here records become columns (text_columns.hpp) and labels.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/part_block.hpp"

namespace gradus::data {

struct TextTable {
  PartBlock block;
  std::vector<std::string> feature_names;  // of the columns of numbers and dates; empty without a header
  std::string target_name;                 // several are joined by commas
  std::size_t label_column = 0;            // in the file; as many as there are columns: there is none
  std::vector<std::string> notes;          // guesses that could be wrong, a sentence each
};

/// The table that the bytes of a text file hold. What the options leave open is decided from the first records, and
/// from all of them where that fails. Throws InputError with line and column at a ragged row, an empty label, a word
/// among numbers, or infinity.
TextTable read_text_table(std::string_view bytes, const std::string& name, const SourceOptions& options);

}  // namespace gradus::data
