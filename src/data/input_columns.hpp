// Which columns of a text table are inputs, and what the options or a model's schema say of their kinds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/text_layout.hpp"
#include "gradus/data/schema.hpp"
#include "gradus/data/source.hpp"

namespace gradus::data {

struct InputColumn {
  std::size_t at = 0;              // number of the column in the file
  std::string name;                // empty without a header
  std::optional<ColumnKind> kind;  // nothing: to be decided from the values
  bool operator==(const InputColumn&) const = default;
};

/// All columns but the labels, in the file's order; with `options.schema` its columns in its order, found by name where
/// it has names, else by position. Throws InputError: a rule of the options that fits no column, or two that contradict
/// each other; a column of the schema that is missing or has several places.
std::vector<InputColumn> input_columns(const TextLayout& layout, const SourceOptions& options, const std::string& name,
                                       std::vector<std::string>& notes);

/// Whether `text` is of this form, where * stands for any characters and ? for one.
bool fits_pattern(std::string_view text, std::string_view pattern);

}  // namespace gradus::data
