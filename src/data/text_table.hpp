// CSV, TSV and whitespace text: numbers with one target column, header or not. Features become double.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/part_block.hpp"

namespace gradus::data {

struct TextTable {
  PartBlock block;
  std::vector<std::string> feature_names;  // empty without a header
  std::string target_name;
};

/// Fields are separated by the delimiter (tab, comma or semicolon: the one most frequent in the first line) or, when
/// that has none, by white space. Fields may be quoted ("" inside stands for a quote); lines end in LF or CR LF; empty
/// lines are skipped. With header "auto" the first row is a header when none of its feature fields is a number.
/// Throws InputError with line and column at a ragged row, an empty field, text for a number, NaN or infinity.
TextTable read_text_table(std::string_view text, const std::string& name, const SourceOptions& options);

}  // namespace gradus::data
