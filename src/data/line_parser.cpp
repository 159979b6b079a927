// SPDX-License-Identifier: Apache-2.0
#include "data/line_parser.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>

#include "data/cell_rule.hpp"
#include "data/quick_number.hpp"

namespace gradus::data {
namespace {

/// Where these delimit fields, a number may not end where one seems to.
constexpr std::string_view kWithinNumbers = "0123456789.+-eEinfatyINFATY";

bool is_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

LineParser::LineParser(const TextDialect& dialect, const MissingCells& missing, const std::vector<ColumnRole>& roles,
                       LineFindings& findings)
    : dialect_(dialect),
      missing_(missing),
      roles_(roles),
      findings_(findings),
      delimiter_(dialect.delimiter),
      is_plain_(dialect.numbers == NumberFormat{} && !missing.are_given() &&
                kWithinNumbers.find(dialect.delimiter) == std::string_view::npos) {}

bool LineParser::starts_comment(const char* at, const char* end) const {
  if (dialect_.comment.empty() || at == end) return false;
  if (*at != dialect_.comment.front() && *at != ' ' && *at != '\t') return false;
  while (at < end && (*at == ' ' || *at == '\t')) ++at;
  return std::string_view(at, static_cast<std::size_t>(end - at)).starts_with(dialect_.comment);
}

bool LineParser::parse(const char* at, const char* end, std::size_t line, const RowPlace& place) {
  if (at == end || starts_comment(at, end)) return false;
  at_ = at;
  end_ = end;
  line_ = line;
  has_value_ = false;
  for (std::size_t c = 0; c < roles_.size(); ++c) {
    if (c > 0) {
      if (at_ == end_) return false;
      ++at_;  // the delimiter
    }
    if (kept_ != nullptr) starts_[c] = at_;
    if (!parse_column(roles_[c], place)) return false;
  }
  return at_ == end_ && has_value_ && (kept_ == nullptr || keep_fields());
}

void LineParser::keep(const KeptColumns& columns, KeptFields& kept) {
  if (columns.numbers.empty()) return;
  kept_columns_ = &columns;
  kept_ = &kept;
  starts_.resize(roles_.size());
}

bool LineParser::keep_fields() {
  for (const std::size_t column : kept_columns_->numbers) {
    at_ = starts_[column];
    std::string_view field;
    if (!next_field(field)) return false;
    kept_columns_->append(kept_->text, field);
  }
  kept_->ends.push_back(kept_->text.size());
  return true;
}

bool LineParser::parse_column(const ColumnRole& role, const RowPlace& place) {
  switch (role.kind) {
    case ColumnRole::Kind::kNumber: {
      double& number = place.numbers[role.slot];
      const char* const behind = is_plain_ ? quick_number(at_, number) : nullptr;
      if (behind == nullptr || (behind != end_ && *behind != delimiter_)) return parse_number(role, number);
      at_ = behind;
      has_value_ = true;
      return true;
    }
    case ColumnRole::Kind::kWord:
      return parse_word(role, place.codes[role.slot]);
    case ColumnRole::Kind::kSkip:
      return skip_field();
    default:
      return parse_label(role, place);
  }
}

/// Any number but the plainest.
bool LineParser::parse_number(const ColumnRole& role, double& number) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const char* const start = at_;
  if (at_end_of_field()) {
    number = kNaN;
    ++findings_.num_missing[role.owner];
    return true;
  }
  if (is_plain_) {
    const auto [behind, error] = std::from_chars(at_, end_, number);
    const std::string_view text(at_, static_cast<std::size_t>(behind - at_));
    const bool is_whole_field = error == std::errc() && (behind == end_ || *behind == delimiter_);
    if (is_whole_field && std::isfinite(number) && (role.is_given || !is_code(text, number))) {
      at_ = behind;
      has_value_ = true;
      return true;
    }
    at_ = start;
  }
  std::string_view field;
  if (!next_field(field)) return false;
  const Cell cell = read_cell(field, dialect_.numbers, missing_, role.is_given, findings_.missing);
  number = cell.kind == CellKind::kNumber ? cell.number : kNaN;
  if (cell.kind == CellKind::kMissing) ++findings_.num_missing[role.owner];
  if (cell.kind == CellKind::kWord && !role.is_given) {
    findings_.has_word[role.owner] = 1;
  } else if (cell.kind == CellKind::kWord || cell.kind == CellKind::kInfinite) {
    return false;
  }
  return true;
}

bool LineParser::parse_word(const ColumnRole& role, std::int32_t& code) {
  std::string_view field;
  if (!next_field(field)) return false;
  field = trimmed(field);
  WordList& words = findings_.words[role.owner];
  code = words.find(field);
  if (code != kMissingCode) {
    words.count(code);
  } else if (!missing_.count(field, findings_.missing)) {
    code = words.add(field, line_);
  }
  return true;
}

bool LineParser::parse_label(const ColumnRole& role, const RowPlace& place) {
  std::string_view field;
  if (!next_field(field) || field.empty()) return false;
  if (role.kind == ColumnRole::Kind::kLabelWord) {
    WordList& words = findings_.label_words[role.owner];
    std::int32_t code = words.find(field);
    if (code == kMissingCode) {
      code = words.add(field, line_);
    } else {
      words.count(code);
    }
    (*place.label_codes)[role.owner][place.row] = code;
    return true;
  }
  LineFindings::Label& label = findings_.labels[role.owner];
  const std::optional<double> number = data::parse_number(field, dialect_.numbers);
  const bool has_digit = field.find_first_of("0123456789") != std::string_view::npos;
  const std::string_view digits = trimmed(field);
  label.has_word = label.has_word || !number || (!has_digit && (*number == 0.0 || *number == 1.0));
  label.all_digits = label.all_digits && is_digits(digits);
  label.any_code = label.any_code || (digits.size() > 1 && digits.front() == '0');
  (*place.label_numbers)[role.owner][place.row] = number.value_or(0.0);
  return true;
}

bool LineParser::skip_field() {
  std::string_view field;
  return next_field(field);
}

const char* LineParser::end_of_field(const char* at) const {
  const void* const found = std::memchr(at, delimiter_, static_cast<std::size_t>(end_ - at));
  return found == nullptr ? end_ : static_cast<const char*>(found);
}

/// As RecordReader::next() reads one.
bool LineParser::next_field(std::string_view& text) {
  while (at_ < end_ && is_blank(*at_)) ++at_;
  if (at_ < end_ && *at_ == '"') {
    if (!next_quoted(text)) return false;
  } else {
    const char* const start = at_;
    at_ = end_of_field(at_);
    const char* last = at_;
    while (last > start && (last[-1] == ' ' || last[-1] == '\t')) --last;
    text = {start, static_cast<std::size_t>(last - start)};
  }
  has_value_ = has_value_ || !text.empty();
  return true;
}

bool LineParser::next_quoted(std::string_view& text) {
  const char* const start = ++at_;
  bool escaped = false;
  for (;; at_ += 2) {
    const void* const quote = std::memchr(at_, '"', static_cast<std::size_t>(end_ - at_));
    if (quote == nullptr) return false;
    at_ = static_cast<const char*>(quote);
    if (at_ + 1 == end_ || at_[1] != '"') break;
    escaped = true;
  }
  text = {start, static_cast<std::size_t>(at_ - start)};
  if (escaped) {
    unescaped_.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
      unescaped_ += text[i];
      if (text[i] == '"') ++i;
    }
    text = unescaped_;
  }
  ++at_;
  while (at_ < end_ && is_blank(*at_)) ++at_;
  return at_end_of_field();
}

}  // namespace gradus::data
