// All that is found out of a text table before its records are read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/input_columns.hpp"
#include "data/text_dialect.hpp"
#include "data/text_layout.hpp"

namespace gradus::data {

struct TextPlan {
  FoundDialect found;
  TextLayout layout;
  std::vector<InputColumn> columns;
  std::vector<std::string> notes;
};

/// What the first records show; enough for most tables.
inline constexpr SurveyLimit kSample{.records = 100, .bytes = std::size_t{1} << 16};

/// Throws InputError at a text without records, and at options that do not fit it.
TextPlan make_plan(std::string_view text, const std::string& name, const SourceOptions& options,
                   const SurveyLimit& limit);

/// Whether the label is asked for as the first column, whose values may then look like the start of comments.
bool is_label_first(const TextPlan& plan, const SourceOptions& options);

}  // namespace gradus::data
