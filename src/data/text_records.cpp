// SPDX-License-Identifier: Apache-2.0
#include "data/text_records.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t kMaxColumns = 1000000;

std::size_t count_line_ends(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool lone_return = text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n');
    count += text[i] == '\n' || lone_return ? 1 : 0;
  }
  return count;
}

bool has_value(const std::vector<TextField>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const TextField& field) { return !field.text.empty(); });
}

}  // namespace

RecordReader::RecordReader(std::string_view text, const TextDialect& dialect, const std::string& name)
    : text_(text),
      comment_(dialect.comment),
      name_(name),
      delimiter_(dialect.delimiter),
      at_(dialect.start),
      line_(dialect.start_line),
      record_line_(dialect.start_line) {
  for (const char c : {'\n', '\r', delimiter_}) ends_field_[index_of(c)] = true;
  if (delimiter_ == kWhiteSpace) ends_field_[index_of('\t')] = true;
}

bool RecordReader::next(std::vector<TextField>& fields) {
  comment_above_ = {};
  while (at_ < text_.size()) {
    record_line_ = line_;
    if (skip_comment()) continue;
    fields.clear();
    unescaped_.clear();
    read_fields(fields);
    skip_line_end();
    if (has_value(fields)) return true;
    if (fields.size() > 1) ++num_blank_;
  }
  fields.clear();
  return false;
}

void RecordReader::read_fields(std::vector<TextField>& fields) {
  for (;;) {
    skip_blanks();
    if (at_end_of_line()) {
      // A delimiter just before the line end announces one more, empty field.
      if (delimiter_ != kWhiteSpace && !fields.empty()) fields.emplace_back();
      return;
    }
    fields.push_back(text_[at_] == '"' ? quoted_field() : plain_field());
    if (fields.size() > kMaxColumns) fail("at most 1000000 columns", "more", "set data.delimiter");
    if (delimiter_ == kWhiteSpace) continue;
    if (at_end_of_line()) return;
    ++at_;  // the delimiter
  }
}

TextField RecordReader::plain_field() {
  const std::size_t start = at_;
  while (!at_end_of_field()) ++at_;
  std::size_t end = at_;
  while (end > start && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
  return {text_.substr(start, end - start), false};
}

TextField RecordReader::quoted_field() {
  const std::size_t start = ++at_;
  bool escaped = false;
  std::size_t close = text_.find('"', at_);
  while (close != std::string_view::npos && close + 1 < text_.size() && text_[close + 1] == '"') {
    escaped = true;
    close = text_.find('"', close + 2);
  }
  if (close == std::string_view::npos) {
    fail("a closing quote", "the end of the file", "close the quote, or write quotes inside a field twice");
  }
  const std::string_view inner = text_.substr(start, close - start);
  line_ += count_line_ends(inner);
  at_ = close + 1;
  if (delimiter_ != kWhiteSpace) skip_blanks();
  if (!at_end_of_field()) {
    fail("a delimiter after the closing quote", "more text",
         "write quotes inside a field twice, or set data.delimiter");
  }
  return {escaped ? unescaped(inner) : inner, true};
}

std::string_view RecordReader::unescaped(std::string_view inner) {
  std::string& field = unescaped_.emplace_back();
  for (std::size_t i = 0; i < inner.size(); ++i) {
    field += inner[i];
    if (inner[i] == '"') ++i;
  }
  return field;
}

bool RecordReader::skip_comment() {
  if (comment_.empty()) return false;
  std::size_t start = at_;
  while (start < text_.size() && (text_[start] == ' ' || text_[start] == '\t')) ++start;
  if (!text_.substr(start).starts_with(comment_)) return false;
  at_ = std::min(text_.find_first_of("\r\n", start), text_.size());
  start += comment_.size();
  comment_above_ = text_.substr(start, at_ - std::min(start, at_));
  comment_line_ = line_;
  ++num_comments_;
  skip_line_end();
  return true;
}

void RecordReader::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || (text_[at_] == '\t' && delimiter_ != '\t'))) ++at_;
}

void RecordReader::skip_line_end() {
  if (at_ >= text_.size()) return;
  if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
  ++at_;
  ++line_;
}

void RecordReader::fail(std::string expected, std::string found, std::string advice) const {
  throw InputError(ErrorParts{fmt::format("{}: line {}", name_, record_line_), std::move(expected), std::move(found),
                              std::move(advice)});
}

}  // namespace gradus::data
