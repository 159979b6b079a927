// Where the columns of a text table are and what they are called: header or not, names in a comment, empty columns
// behind the last delimiter.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/text_dialect.hpp"
#include "gradus/data/source.hpp"

namespace gradus::data {

struct TextLayout {
  std::size_t num_columns = 0;
  std::vector<std::size_t> labels;  // columns of targets, in the order asked for; empty: there is none
  bool has_header = false;          // the first record holds names
  std::vector<std::string> names;   // empty, or one a column
  bool ends_in_delimiter = false;   // records may have empty fields behind the last column
  bool operator==(const TextLayout&) const = default;
};

/// The layout of a table whose columns have names and of which `label`, where it is one of them, is the target.
TextLayout layout_of_names(std::vector<std::string> names, std::size_t label);

/// With data.header auto the first record is a header when none of its feature fields is a number; when a word stands
/// above numbers; or when it counts up (0,1,2 or 2018,2019,2020) and the records below are of another kind: with
/// fractions, or with words as labels. A comment just above the records that has a name for every column is a header
/// too. A schema's names in the first record make it a header. Guesses, and first records that may be names but were
/// read as numbers, are added to `notes`. Throws InputError at a label or weight column that does not exist, or whose
/// name two columns have.
TextLayout find_layout(const FoundDialect& found, const SourceOptions& options, const std::string& name,
                       std::vector<std::string>& notes);

}  // namespace gradus::data
