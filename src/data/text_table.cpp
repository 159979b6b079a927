// SPDX-License-Identifier: Apache-2.0
#include "data/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr char kWhiteSpace = ' ';
constexpr std::size_t kMaxColumns = 1000000;

std::string_view trimmed(std::string_view field) {
  const std::size_t first = field.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return field.substr(first, field.find_last_not_of(" \t") - first + 1);
}

/// A number in C notation (nan and inf included, for a better message later), or nothing.
std::optional<double> parse_number(std::string_view field) {
  if (field.starts_with('+') && !field.starts_with("+-")) field.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (field.empty() || end != field.data() + field.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return HUGE_VAL;
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

char detect_delimiter(std::string_view text) {
  char best = kWhiteSpace;
  std::ptrdiff_t most = 0;
  const std::string_view line = text.substr(0, text.find('\n'));
  for (const char candidate : {'\t', ',', ';'}) {
    const std::ptrdiff_t count = std::count(line.begin(), line.end(), candidate);
    if (count > most) {
      best = candidate;
      most = count;
    }
  }
  return best;
}

/// Walks over rows of fields. Fields refer to the text where they can and are decoded where they are quoted.
class RowReader {
 public:
  RowReader(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
    const std::size_t first = text_.find_first_not_of("\r\n");
    delimiter_ = detect_delimiter(first == std::string_view::npos ? text_ : text_.substr(first));
  }

  /// The next row that is not empty; false at the end.
  bool next(std::vector<std::string>& fields) {
    while (at_ < text_.size()) {
      fields.clear();
      row_line_ = line_;
      read_row(fields);
      const bool empty = fields.empty() || (fields.size() == 1 && fields[0].empty());
      if (!empty) return true;
    }
    return false;
  }
  [[nodiscard]] std::size_t line() const { return row_line_; }

 private:
  void read_row(std::vector<std::string>& fields) {
    for (;;) {
      if (delimiter_ == kWhiteSpace) skip_blanks();
      if (at_end_of_line()) {
        // A delimiter just before the line end announces one more, empty field.
        if (delimiter_ != kWhiteSpace && !fields.empty()) fields.emplace_back();
        break;
      }
      fields.push_back(text_[at_] == '"' ? quoted_field() : plain_field());
      if (fields.size() > kMaxColumns) fail("at most 1000000 columns", "more");
      if (delimiter_ == kWhiteSpace) continue;
      if (at_end_of_line()) break;
      ++at_;  // the delimiter
    }
    skip_line_end();
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  [[nodiscard]] bool at_end_of_line() const {
    return at_ >= text_.size() || text_[at_] == '\n' || (text_[at_] == '\r' && next_is_line_feed());
  }
  [[nodiscard]] bool next_is_line_feed() const { return at_ + 1 >= text_.size() || text_[at_ + 1] == '\n'; }
  void skip_line_end() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
  }
  [[nodiscard]] bool ends_field(char c) const {
    return delimiter_ == kWhiteSpace ? (c == ' ' || c == '\t') : c == delimiter_;
  }
  std::string plain_field() {
    const std::size_t start = at_;
    while (!at_end_of_line() && !ends_field(text_[at_])) ++at_;
    return std::string(trimmed(text_.substr(start, at_ - start)));
  }
  std::string quoted_field() {
    std::string field;
    for (++at_;; ++at_) {
      if (at_ >= text_.size()) fail("a closing quote", "the end of the file");
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        field += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        field += text_[at_++];
      } else {
        break;
      }
    }
    ++at_;
    while (!at_end_of_line() && !ends_field(text_[at_])) {
      if (text_[at_] != ' ') fail("a delimiter after the closing quote", "more text");
      ++at_;
    }
    return field;
  }
  [[noreturn]] void fail(std::string expected, std::string found) const {
    throw InputError(
        ErrorParts{fmt::format("{}: line {}", name_, row_line_), std::move(expected), std::move(found), ""});
  }

  std::string_view text_;
  const std::string& name_;
  char delimiter_ = kWhiteSpace;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t row_line_ = 1;
};

bool is_column_number(const std::string& column) {
  return column.find_first_not_of("-0123456789") == std::string::npos;
}

bool decide_header(const std::vector<std::string>& first, const SourceOptions& options, const std::string& name) {
  if (options.header == "yes") return true;
  if (options.header == "no") return false;
  if (!options.header.empty() && options.header != "auto") {
    throw InputError(ErrorParts{"data.header", "auto, yes or no", "'" + options.header + "'", ""});
  }
  const auto is_named = [](const std::string& column) { return !column.empty() && !is_column_number(column); };
  if ((options.label != "none" && is_named(options.label)) || is_named(options.weight)) return true;
  const std::size_t label = label_column(options.label, {}, first.size(), name);
  bool any_number = false;
  for (std::size_t c = 0; c < first.size(); ++c) any_number = any_number || (c != label && parse_number(first[c]));
  return !any_number && first.size() > 1;
}

/// Collects rows into columns of numbers and words.
class TableBuilder {
 public:
  TableBuilder(const std::string& name, std::vector<std::string> names, std::size_t num_columns, std::size_t label)
      : name_(name), names_(std::move(names)), num_columns_(num_columns), label_(label) {}

  void add(const std::vector<std::string>& fields, std::size_t line) {
    if (fields.size() != num_columns_) {
      throw InputError(ErrorParts{fmt::format("{}: line {}", name_, line), fmt::format("{} fields", num_columns_),
                                  std::to_string(fields.size()), "every row must have the columns of the first"});
    }
    for (std::size_t c = 0; c < num_columns_; ++c) {
      if (c == label_) {
        add_label(fields[c], line);
      } else {
        features_.push_back(feature(fields[c], line, c));
      }
    }
    lines_.push_back(line);
  }

  TextTable finish() {
    if (lines_.empty()) throw InputError(ErrorParts{name_, "rows of numbers", "none", ""});
    TextTable table;
    table.block.where = name_;
    const bool has_label = label_ < num_columns_;
    Matrix<double> features(lines_.size(), num_columns_ - (has_label ? 1 : 0));
    std::copy(features_.begin(), features_.end(), features.data());
    table.block.features = std::move(features);
    if (has_label && all_numbers_) {
      table.block.numbers = Matrix<double>(lines_.size(), 1);
      std::copy(numbers_.begin(), numbers_.end(), table.block.numbers.data());
    } else if (has_label) {
      table.block.words = std::move(words_);
    }
    table.block.lines = std::move(lines_);
    if (has_label && !names_.empty()) {
      table.target_name = names_[label_];
      names_.erase(names_.begin() + static_cast<std::ptrdiff_t>(label_));
    }
    table.feature_names = std::move(names_);
    return table;
  }

 private:
  double feature(const std::string& field, std::size_t line, std::size_t column) const {
    const std::optional<double> number = parse_number(field);
    if (number && std::isfinite(*number)) return *number;
    std::string where = fmt::format("{}: line {}, column {} (from 0)", name_, line, column);
    if (column < names_.size()) where += " '" + names_[column] + "'";
    if (!number) {
      throw InputError(ErrorParts{where, "a number", field.empty() ? "an empty field" : "'" + field.substr(0, 40) + "'",
                                  "fill it in, or name the label column"});
    }
    throw InputError(
        ErrorParts{where, "a finite number", "'" + field.substr(0, 40) + "'", "fill in or remove the row"});
  }
  void add_label(const std::string& field, std::size_t line) {
    if (field.empty()) {
      throw InputError(ErrorParts{fmt::format("{}: line {}", name_, line), "a label", "an empty field", ""});
    }
    words_.push_back(field);
    const std::optional<double> number = parse_number(field);
    all_numbers_ = all_numbers_ && number.has_value();
    numbers_.push_back(number.value_or(0.0));
  }

  const std::string& name_;
  std::vector<std::string> names_;
  std::size_t num_columns_;
  std::size_t label_;
  std::vector<double> features_;
  std::vector<double> numbers_;
  std::vector<std::string> words_;
  std::vector<std::size_t> lines_;
  bool all_numbers_ = true;
};

}  // namespace

TextTable read_text_table(std::string_view text, const std::string& name, const SourceOptions& options) {
  if (text.find('\0') != std::string_view::npos) {
    throw InputError(ErrorParts{name, "text", "binary data", "check the file's type and ending"});
  }
  RowReader reader(text, name);
  std::vector<std::string> fields;
  if (!reader.next(fields)) throw InputError(ErrorParts{name, "rows of numbers", "an empty file", ""});
  const bool header = decide_header(fields, options, name);
  std::vector<std::string> names;
  if (header) names = fields;
  const std::size_t num_columns = fields.size();
  const std::size_t label = label_column(options.label, names, num_columns, name);
  TableBuilder builder(name, std::move(names), num_columns, label);
  if (!header) builder.add(fields, reader.line());
  while (reader.next(fields)) builder.add(fields, reader.line());
  return builder.finish();
}

}  // namespace gradus::data
