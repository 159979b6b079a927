// Walks over the records of a text table: fields between delimiters, quotes, comments, line ends of all kinds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "data/text_number.hpp"

namespace gradus::data {

/// As a delimiter: any run of blanks and tabs.
inline constexpr char kWhiteSpace = ' ';

/// How a text table is written.
struct TextDialect {
  char delimiter = ',';
  NumberFormat numbers = {};
  std::string comment = "#";   // how lines start that are no records; empty: there are none
  std::size_t start = 0;       // offset of the first record's line
  std::size_t start_line = 1;  // its number
  bool operator==(const TextDialect&) const = default;
};

/// A field without its quotes; blanks are left out around plain ones and kept inside quotes.
struct TextField {
  std::string_view text;
  bool quoted = false;
};

/// Fields may be quoted, after blanks too ("" inside stands for a quote, line ends belong to the field). LF, CR and CR
/// LF end a line. Empty lines, lines of delimiters alone and comments are skipped.
class RecordReader {
 public:
  /// `text` must outlive the reader; `name` is for messages.
  RecordReader(std::string_view text, const TextDialect& dialect, const std::string& name);

  /// The next record, false at the end. The fields are valid until the next call. Throws InputError at a quote that is
  /// not closed, at text after a closing quote, and at a million columns.
  bool next(std::vector<TextField>& fields);
  /// Physical line on which the last record starts, from 1.
  [[nodiscard]] std::size_t line() const { return record_line_; }
  /// The line behind the last record.
  [[nodiscard]] std::size_t next_line() const { return line_; }
  /// Offset behind the last record.
  [[nodiscard]] std::size_t offset() const { return at_; }
  [[nodiscard]] std::size_t num_comments() const { return num_comments_; }
  /// Records without any value.
  [[nodiscard]] std::size_t num_blank() const { return num_blank_; }
  /// The nearest comment between the last record and the one before, without its mark; empty when there is none.
  [[nodiscard]] std::string_view comment_above() const { return comment_above_; }
  /// The line of comment_above().
  [[nodiscard]] std::size_t comment_line() const { return comment_line_; }

 private:
  void read_fields(std::vector<TextField>& fields);
  TextField plain_field();
  TextField quoted_field();
  [[nodiscard]] std::string_view unescaped(std::string_view inner);
  bool skip_comment();
  void skip_blanks();
  void skip_line_end();
  [[nodiscard]] bool at_end_of_line() const { return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }
  [[nodiscard]] bool at_end_of_field() const { return at_ >= text_.size() || ends_field_[index_of(text_[at_])]; }
  static std::size_t index_of(char c) { return static_cast<unsigned char>(c); }
  [[noreturn]] void fail(std::string expected, std::string found, std::string advice) const;

  std::string_view text_;
  std::string_view comment_;
  const std::string& name_;
  char delimiter_;
  std::array<bool, 256> ends_field_{};
  std::deque<std::string> unescaped_;  // quoted fields of the record that hold quotes
  std::size_t at_;
  std::size_t line_;
  std::size_t record_line_;
  std::size_t num_comments_ = 0;
  std::size_t num_blank_ = 0;
  std::string_view comment_above_;
  std::size_t comment_line_ = 0;
};

}  // namespace gradus::data
