// A line of an ARFF file: values between commas or blanks, quotes, braces, comments.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gradus::data {

/// A value without its quotes.
struct ArffItem {
  std::string text;
  bool quoted = false;

  /// A question mark, which stands for a missing value unless it is quoted.
  [[nodiscard]] bool is_missing() const { return !quoted && text == "?"; }
};

/// Walks over one line. Where it has a comma outside quotes, commas separate values and blanks belong to them; else
/// blanks separate. A % at the start of a word begins a comment.
class ArffLine {
 public:
  /// `where` is for messages.
  ArffLine(std::string_view line, std::string where);

  /// Whether nothing but blanks and a comment is left.
  bool at_end();
  /// Takes `c` if that comes next, after blanks.
  bool take(char c);
  /// Takes the comma or the blanks between two values. Throws InputError where something else stands.
  void take_separator();
  /// The value that comes next, as far as a separator or a brace. Throws InputError where there is none.
  ArffItem take_item();
  /// The same as far as a blank, a comma or a brace.
  ArffItem take_word();
  /// What is left, for messages.
  [[nodiscard]] std::string_view rest() const { return line_.substr(at_); }
  [[noreturn]] void fail(std::string expected, std::string found, std::string advice = "") const;

 private:
  void skip_blanks();
  ArffItem take_quoted();
  ArffItem take_plain(bool blanks_end);

  std::string_view line_;
  std::string where_;
  std::size_t at_ = 0;
  bool has_commas_ = false;
};

}  // namespace gradus::data
