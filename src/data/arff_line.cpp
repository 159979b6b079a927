// SPDX-License-Identifier: Apache-2.0
#include "data/arff_line.hpp"

#include <fmt/format.h>

#include <utility>

#include "data/text_number.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_quote(char c) {
  return c == '\'' || c == '"';
}

/// Offset behind the quote that closes the one at `at`; npos where there is none.
std::size_t behind_quotes(std::string_view line, std::size_t at) {
  const char quote = line[at];
  for (++at; at < line.size(); ++at) {
    if (line[at] == '\\') {
      ++at;
    } else if (line[at] == quote) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

bool has_commas(std::string_view line) {
  std::size_t at = 0;
  bool word_starts = true;
  while (at < line.size()) {
    const char c = line[at];
    if (c == ',') return true;
    if (word_starts && c == '%') return false;
    if (word_starts && is_quote(c)) {
      at = behind_quotes(line, at);
      continue;
    }
    word_starts = is_blank(c) || c == '{';
    ++at;
  }
  return false;
}

/// What a backslash and `c` stand for.
char escaped(char c) {
  if (c == 'n') return '\n';
  if (c == 't') return '\t';
  if (c == 'r') return '\r';
  return c;
}

}  // namespace

ArffLine::ArffLine(std::string_view line, std::string where)
    : line_(line), where_(std::move(where)), has_commas_(has_commas(line)) {}

bool ArffLine::at_end() {
  skip_blanks();
  return at_ == line_.size() || line_[at_] == '%';
}

bool ArffLine::take(char c) {
  if (at_end() || line_[at_] != c) return false;
  ++at_;
  return true;
}

void ArffLine::take_separator() {
  if (take(',') || (!has_commas_ && at_ > 0 && is_blank(line_[at_ - 1]))) return;
  fail("a comma", fmt::format("'{}'", rest().substr(0, 40)), "put values with blanks, commas or braces into quotes");
}

ArffItem ArffLine::take_item() {
  return take_plain(!has_commas_);
}

ArffItem ArffLine::take_word() {
  return take_plain(true);
}

void ArffLine::fail(std::string expected, std::string found, std::string advice) const {
  throw InputError(ErrorParts{where_, std::move(expected), std::move(found), std::move(advice)});
}

void ArffLine::skip_blanks() {
  while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
}

ArffItem ArffLine::take_quoted() {
  const std::size_t end = behind_quotes(line_, at_);
  if (end == std::string_view::npos) fail("a closing quote", "the end of the line");
  ArffItem item{"", true};
  for (std::size_t i = at_ + 1; i + 1 < end; ++i) {
    item.text += line_[i] == '\\' ? escaped(line_[++i]) : line_[i];
  }
  at_ = end;
  const bool ends = at_ == line_.size() || is_blank(line_[at_]) || std::string_view(",{}%").find(line_[at_]) < 4;
  if (!ends) fail("a comma after the closing quote", fmt::format("'{}'", rest().substr(0, 40)));
  return item;
}

ArffItem ArffLine::take_plain(bool blanks_end) {
  if (at_end()) fail("a value", "the end of the line");
  if (is_quote(line_[at_])) return take_quoted();
  const std::size_t first = at_;
  for (; at_ < line_.size() && std::string_view(",{}").find(line_[at_]) == std::string_view::npos; ++at_) {
    if (is_blank(line_[at_]) && (blanks_end || line_.substr(at_ + 1).starts_with('%'))) break;
  }
  const std::string_view text = trimmed(line_.substr(first, at_ - first));
  if (text.empty()) fail("a value", fmt::format("'{}'", rest().substr(0, 40)), "write ? where it is missing");
  return {std::string(text), false};
}

}  // namespace gradus::data
