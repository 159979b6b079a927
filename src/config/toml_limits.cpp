// SPDX-License-Identifier: Apache-2.0
#include "config/toml_limits.hpp"

#include <algorithm>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

// Walks the text by its tokens: comments, strings, words (names and numbers), and single characters. Up to the first
// thing that is no TOML it sees the same tokens as the library, which stops there.
class TomlScanner {
 public:
  TomlScanner(std::string_view text, const std::string& path) : text_(text), path_(path) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  void scan() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t') {
        ++at_;
      } else if (c == '#') {
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      } else if (c == '"' || c == '\'') {
        string(c);
      } else if (kSingle.find(c) != std::string_view::npos) {
        single(c);
      } else {
        word();
      }
    }
  }

 private:
  static constexpr std::string_view kSingle = "\r\n.=,[]{}";
  static constexpr std::string_view kEndOfWord = " \t#\"'\r\n.=,[]{}";

  [[noreturn]] void refuse(const std::string& expected, const std::string& found) const {
    throw InputError(
        {.where = path_ + ":" + std::to_string(line_), .expected = expected, .found = found, .advice = "shorten it"});
  }

  void word() {
    const std::size_t start = at_;
    at_ = std::min(text_.find_first_of(kEndOfWord, at_), text_.size());
    name(at_ - start);
  }

  // A part of a key, or a value.
  void name(std::size_t num_bytes) {
    starts_line_ = false;
    if (num_bytes > kMaxTomlNameBytes) {
      refuse("names of at most " + std::to_string(kMaxTomlNameBytes) + " bytes", std::to_string(num_bytes));
    }
    parts_ = after_dot_ ? parts_ + 1 : 1;
    after_dot_ = false;
    if (parts_ > kMaxTomlDepth) refuse("keys of at most " + std::to_string(kMaxTomlDepth) + " parts", "more");
  }

  void string(char quote) {
    const std::size_t start = at_;
    const std::string triple(3, quote);
    const bool many_lines = text_.substr(at_).starts_with(triple);
    at_ += many_lines ? 3 : 1;
    while (at_ < text_.size() && !closes(quote, many_lines, triple)) {
      if (text_[at_] == '\n') {
        if (!many_lines) return;  // no TOML
        ++line_;
      }
      at_ += quote == '"' && text_[at_] == '\\' && text_.substr(at_ + 1, 1) != "\n" ? 2 : 1;
    }
    at_ = std::min(at_ + (many_lines ? 3 : 1), text_.size());
    // Up to two quotes may stand before the three that close.
    for (int i = 0; many_lines && i < 2 && at_ < text_.size() && text_[at_] == quote; ++i) ++at_;
    const std::size_t next = text_.find_first_not_of(" \t", at_);
    const char follows = next == std::string_view::npos ? '\n' : text_[next];
    // Long texts are values; that they are names shows in what follows.
    name(in_header_ || follows == '=' || follows == '.' ? at_ - start : 0);
  }
  [[nodiscard]] bool closes(char quote, bool many_lines, std::string_view triple) const {
    return many_lines ? text_.substr(at_).starts_with(triple) : text_[at_] == quote;
  }

  void single(char c) {
    ++at_;
    after_dot_ = c == '.';
    if (c == '\n') {
      if (in_header_) {
        throw InputError(path_ + ":" + std::to_string(line_) + ": not TOML: the name of a table stands on one line");
      }
      ++line_;
    }
    if (c == '\n' || c == '\r') {
      starts_line_ = true;
      return;
    }
    if (c == '[' && starts_line_ && depth_ == 0) {
      in_header_ = true;
      if (text_.substr(at_).starts_with('[')) ++at_;
    } else if (c == ']' && in_header_) {
      in_header_ = false;
      if (text_.substr(at_).starts_with(']')) ++at_;
    } else if (c == '[' || c == '{') {
      if (++depth_ > kMaxTomlDepth)
        refuse("lists and tables at most " + std::to_string(kMaxTomlDepth) + " deep", "more");
    } else if ((c == ']' || c == '}') && depth_ > 0) {
      --depth_;
    }
    starts_line_ = false;
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t depth_ = 0;  // of brackets and braces
  std::size_t parts_ = 0;  // of the dotted key so far
  bool after_dot_ = false;
  bool starts_line_ = true;
  bool in_header_ = false;  // within the brackets of a table's name
};

}  // namespace

void check_toml_limits(std::string_view text, const std::string& path) {
  if (text.size() > kMaxTomlBytes) {
    throw InputError({.where = path,
                      .expected = "a TOML file of at most " + std::to_string(kMaxTomlBytes) + " bytes",
                      .found = std::to_string(text.size()),
                      .advice = "is it the file that you meant?"});
  }
  TomlScanner(text, path).scan();
}

}  // namespace gradus
