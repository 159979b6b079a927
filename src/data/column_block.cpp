// SPDX-License-Identifier: Apache-2.0
#include "data/column_block.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "data/calendar.hpp"
#include "data/text_number.hpp"
#include "data/word_list.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr double kMissingNumber = std::numeric_limits<double>::quiet_NaN();

std::string column_text(const InputColumn& input) {
  return fmt::format("column '{}'", input.name);
}

bool are_all_numbers(const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(), [](const std::string& word) {
    const std::optional<double> number = parse_number(word);
    return word.empty() || (number && std::isfinite(*number) && !is_code(word, *number));
  });
}

}  // namespace

void ColumnBlock::add(const InputColumn& input, ColumnKind kind, std::vector<std::string> levels) {
  columns_.push_back({input.name, kind, std::move(levels)});
}

void ColumnBlock::fail(const InputColumn& input, const std::string& expected, const std::string& found) const {
  constexpr std::size_t kShown = 40;
  throw InputError(ErrorParts{where_ + ": " + column_text(input), expected, "'" + found.substr(0, kShown) + "'",
                              "correct it, or leave the column out with data.ignore"});
}

std::vector<double> ColumnBlock::parsed(const InputColumn& input, const std::vector<std::string>& words) const {
  const bool dates = input.kind == ColumnKind::kDate;
  std::vector<double> values;
  values.reserve(words.size());
  for (const std::string& word : words) {
    if (word.empty()) {
      values.push_back(kMissingNumber);
      continue;
    }
    const std::optional<double> value = dates ? parse_date(word, DateOrder::kYearFirst) : parse_number(word);
    if (!value || !std::isfinite(*value)) fail(input, dates ? "dates as 2019-03-04" : "numbers", word);
    values.push_back(*value);
  }
  return values;
}

void ColumnBlock::add_numbers(const InputColumn& input, std::vector<double> values) {
  const ColumnKind kind = input.kind.value_or(ColumnKind::kNumber);
  if (kind == ColumnKind::kDate) fail(input, "dates", "numbers");
  if (kind != ColumnKind::kCategory) {
    add(input, kind);
    if (kind == ColumnKind::kNumber) numbers_.push_back(std::move(values));
    return;
  }
  std::vector<double> different;
  std::copy_if(values.begin(), values.end(), std::back_inserter(different), [](double v) { return !std::isnan(v); });
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  std::vector<std::string> levels;
  for (const double value : different) levels.push_back(fmt::format("{}", value));
  std::vector<std::int32_t> codes;
  for (const double value : values) {
    const auto at = std::lower_bound(different.begin(), different.end(), value);
    codes.push_back(std::isnan(value) ? kMissingCode : static_cast<std::int32_t>(at - different.begin()));
  }
  add(input, kind, std::move(levels));
  codes_.push_back(std::move(codes));
}

void ColumnBlock::add_days(const InputColumn& input, std::vector<double> days) {
  const ColumnKind kind = input.kind.value_or(ColumnKind::kDate);
  if (kind != ColumnKind::kDate && kind != ColumnKind::kIgnored) {
    fail(input, std::string(column_kind_name(kind)) + " values", "dates");
  }
  add(input, kind);
  if (kind == ColumnKind::kDate) numbers_.push_back(std::move(days));
}

void ColumnBlock::add_category(const InputColumn& input, std::vector<std::string> levels,
                               std::vector<std::int32_t> codes) {
  const ColumnKind kind = input.kind.value_or(ColumnKind::kCategory);
  if (kind == ColumnKind::kNumber || kind == ColumnKind::kDate) {
    const std::vector<double> of_level = parsed(input, levels);
    std::vector<double> values;
    for (const std::int32_t code : codes) {
      values.push_back(code == kMissingCode ? kMissingNumber : of_level[static_cast<std::size_t>(code)]);
    }
    numbers_.push_back(std::move(values));
    add(input, kind);
    return;
  }
  if (kind == ColumnKind::kCategory) codes_.push_back(std::move(codes));
  add(input, kind, kind == ColumnKind::kCategory ? std::move(levels) : std::vector<std::string>());
}

void ColumnBlock::add_words(const InputColumn& input, const std::vector<std::string>& words) {
  const bool numbers = !input.kind && are_all_numbers(words);
  if (numbers || input.kind == ColumnKind::kNumber) {
    numbers_.push_back(parsed(input, words));
    add(input, ColumnKind::kNumber);
    return;
  }
  WordList list;
  std::vector<std::int32_t> codes;
  codes.reserve(words.size());
  for (std::size_t r = 0; r < words.size(); ++r) {
    codes.push_back(words[r].empty() ? kMissingCode : list.add(words[r], r));
  }
  const std::string where = where_ + ": " + column_text(input);
  const ColumnKind kind = input.kind ? *input.kind : list.decide(where, {}, notes_);
  std::vector<std::string> levels;
  if (kind == ColumnKind::kCategory) {
    WordList::Levels found = list.levels({});
    for (std::int32_t& code : codes) {
      if (code != kMissingCode) code = found.place[static_cast<std::size_t>(code)];
    }
    levels = std::move(found.names);
    codes_.push_back(std::move(codes));
  } else if (kind == ColumnKind::kDate) {
    const std::vector<double> of_code = list.days(where, notes_);
    std::vector<double> days;
    days.reserve(codes.size());
    for (const std::int32_t code : codes) {
      days.push_back(code == kMissingCode ? kMissingNumber : of_code[static_cast<std::size_t>(code)]);
    }
    numbers_.push_back(std::move(days));
  }
  add(input, kind, std::move(levels));
}

std::vector<std::string> ColumnBlock::move_to(PartBlock& block) {
  Matrix<double> features(rows_, numbers_.size());
  block.codes = Matrix<std::int32_t>(rows_, codes_.size());
  for (std::size_t r = 0; r < rows_; ++r) {
    for (std::size_t c = 0; c < numbers_.size(); ++c) features(r, c) = numbers_[c][r];
    for (std::size_t c = 0; c < codes_.size(); ++c) block.codes(r, c) = codes_[c][r];
  }
  std::vector<std::string> names;
  for (const Column& column : columns_) {
    if (column.kind == ColumnKind::kNumber || column.kind == ColumnKind::kDate) names.push_back(column.name);
  }
  block.features = std::move(features);
  block.columns = std::move(columns_);
  return names;
}

}  // namespace gradus::data
