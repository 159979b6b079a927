// SPDX-License-Identifier: Apache-2.0
#include "data/text_survey.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

void count_field(const TextField& field, const NumberFormat& format, ColumnTally& column) {
  if (field.quoted) ++column.quoted;
  if (field.text.empty()) return;
  const std::optional<double> number = parse_number(field.text, format);
  if (!number) {
    ++column.words;
    return;
  }
  ++column.numbers;
  if (std::nearbyint(*number) != *number) ++column.fractions;
  const bool has_sign = field.text.find(format.decimal) != std::string_view::npos;
  if (has_sign && !is_grouped(field.text, format.decimal)) ++column.clear_decimals;
}

void take_first(const std::vector<TextField>& fields, const RecordReader& reader, TextSurvey& survey) {
  survey.first.assign(fields.size(), "");
  std::transform(fields.begin(), fields.end(), survey.first.begin(),
                 [](const TextField& field) { return std::string(field.text); });
  survey.first_line = reader.line();
  survey.first_is_quoted =
      std::all_of(fields.begin(), fields.end(), [](const TextField& field) { return field.quoted; });
  survey.comment_above = reader.comment_above();
  survey.comment_line = reader.comment_line();
}

void take_further(const std::vector<TextField>& fields, const NumberFormat& format, TextSurvey& survey) {
  survey.smallest_size = std::min(survey.smallest_size, fields.size());
  survey.widest = std::max(survey.widest, filled_size(fields));
  if (survey.columns.size() < fields.size()) survey.columns.resize(fields.size());
  for (std::size_t c = 0; c < fields.size(); ++c) count_field(fields[c], format, survey.columns[c]);
}

}  // namespace

std::size_t filled_size(const std::vector<TextField>& fields) {
  std::size_t size = fields.size();
  while (size > 0 && fields[size - 1].text.empty()) --size;
  return size;
}

TextSurvey survey_text(std::string_view text, const TextDialect& dialect, const std::string& name,
                       const SurveyLimit& limit) {
  constexpr std::size_t kFewestRecords = 3;
  TextSurvey survey;
  RecordReader reader(text, dialect, name);
  std::vector<TextField> fields;
  std::size_t comments_above = 0;
  try {
    for (;;) {
      const bool enough = survey.num_records >= kFewestRecords && reader.offset() - dialect.start >= limit.bytes;
      if (enough || survey.num_records >= limit.records) break;
      if (!reader.next(fields)) {
        survey.is_complete = true;
        break;
      }
      ++survey.num_records;
      ++survey.sizes[fields.size()];
      if (survey.num_records == 1) {
        take_first(fields, reader, survey);
        comments_above = reader.num_comments();
      } else {
        take_further(fields, dialect.numbers, survey);
      }
    }
  } catch (const InputError&) {  // malformed: what came before is what this dialect can read
    survey.is_complete = true;
  }
  survey.num_comments_within = reader.num_comments() - comments_above;
  if (survey.num_records == 1) {  // nothing but itself can tell what its fields are
    for (const std::string& field : survey.first) {
      count_field({field, false}, dialect.numbers, survey.columns.emplace_back());
    }
  }
  return survey;
}

std::size_t TextSurvey::common_size() const {
  const auto most =
      std::max_element(sizes.begin(), sizes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == sizes.end() ? 1 : most->first;
}

double TextSurvey::agreement() const {
  if (num_records == 0) return 0.0;
  return static_cast<double>(sizes.at(common_size())) / static_cast<double>(num_records);
}

std::size_t TextSurvey::num_numbers() const {
  return std::accumulate(columns.begin(), columns.end(), std::size_t{0},
                         [](std::size_t sum, const ColumnTally& column) { return sum + column.numbers; });
}

std::size_t TextSurvey::num_words() const {
  return std::accumulate(columns.begin(), columns.end(), std::size_t{0},
                         [](std::size_t sum, const ColumnTally& column) { return sum + column.words; });
}

double TextSurvey::share_of_numbers() const {
  const std::size_t filled = num_numbers() + num_words();
  return filled == 0 ? 0.0 : static_cast<double>(num_numbers()) / static_cast<double>(filled);
}

}  // namespace gradus::data
