// What the records of a text hold when they are read in one dialect: the evidence for dialect and header.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/text_records.hpp"

namespace gradus::data {

/// Fields of one column, the first record's left out.
struct ColumnTally {
  std::size_t numbers = 0;
  std::size_t words = 0;           // neither numbers nor empty
  std::size_t fractions = 0;       // numbers that are not whole
  std::size_t clear_decimals = 0;  // numbers whose decimal sign cannot be a separator of thousands
  std::size_t quoted = 0;
};

/// How much of a text is looked at.
struct SurveyLimit {
  std::size_t records = std::numeric_limits<std::size_t>::max();
  std::size_t bytes = std::numeric_limits<std::size_t>::max();  // beyond the third record
};

struct TextSurvey {
  std::vector<std::string> first;  // fields of the first record
  std::size_t first_line = 0;
  bool first_is_quoted = false;              // all of its fields
  std::string comment_above;                 // the comment just above it
  std::size_t comment_line = 0;              // its line
  std::size_t num_records = 0;               // the first one included
  std::size_t num_comments_within = 0;       // below the first record
  std::map<std::size_t, std::size_t> sizes;  // numbers of fields, and how many records have them
  std::size_t smallest_size = std::numeric_limits<std::size_t>::max();  // below the first record
  std::size_t widest = 0;            // fields up to the last that is not empty, below the first record
  std::vector<ColumnTally> columns;  // as many as the widest record has
  bool is_complete = false;          // nothing of the text was left out

  /// The most frequent number of fields, and the share of the records that have it; 1 and 0 without records.
  [[nodiscard]] std::size_t common_size() const;
  [[nodiscard]] double agreement() const;
  [[nodiscard]] std::size_t num_numbers() const;
  [[nodiscard]] std::size_t num_words() const;
  /// Numbers among the fields that are not empty.
  [[nodiscard]] double share_of_numbers() const;
};

/// Reads records up to `limit`, or up to one that is malformed in this dialect.
TextSurvey survey_text(std::string_view text, const TextDialect& dialect, const std::string& name,
                       const SurveyLimit& limit);

/// Fields up to the last that is not empty.
std::size_t filled_size(const std::vector<TextField>& fields);

}  // namespace gradus::data
