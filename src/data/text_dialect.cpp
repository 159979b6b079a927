// SPDX-License-Identifier: Apache-2.0
#include "data/text_dialect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr std::array kDelimiters = {'\t', ',', ';', '|', kWhiteSpace};

bool is_auto(const std::string& option) {
  return option.empty() || option == "auto";
}

// -- what the options say
// ----------------------------------------------------------------------------------------------------------------
std::optional<char> given_delimiter(const std::string& option) {
  if (is_auto(option)) return std::nullopt;
  if (option == "tab" || option == "\\t") return '\t';
  if (option == "space") return kWhiteSpace;
  if (option.size() == 1 && option.find_first_of("\"\r\n") == std::string::npos) return option[0];
  throw InputError(ErrorParts{"data.delimiter", "auto, tab, space or one character", "'" + option + "'",
                              "space means any run of blanks and tabs"});
}

std::optional<char> given_decimal(const std::string& option) {
  if (is_auto(option)) return std::nullopt;
  if (option == "." || option == ",") return option[0];
  throw InputError(ErrorParts{"data.decimal", "auto, . or ,", "'" + option + "'", ""});
}

char given_thousands(const std::string& option) {
  if (option.empty() || option == "none") return '\0';
  if (option == "space") return ' ';
  if (option.size() == 1 && std::string_view(".,' _").find(option[0]) != std::string_view::npos) return option[0];
  throw InputError(ErrorParts{"data.thousands", "none, space, or one of . , ' _", "'" + option + "'", ""});
}

std::string given_comment(const std::string& option) {
  if (is_auto(option)) return "#";
  return option == "none" ? "" : option;
}

// -- what the text shows
// ----------------------------------------------------------------------------------------------------------------
/// The character that a first line "sep=;" names, as spreadsheets write and read it.
std::optional<char> separator_line(std::string_view text, TextDialect& dialect) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  std::string_view line = text.substr(0, end);
  if (line.size() == 7 && line.starts_with('"') && line.ends_with('"')) line = line.substr(1, 5);
  if (line.size() != 5 || (!line.starts_with("sep=") && !line.starts_with("SEP="))) return std::nullopt;
  dialect.start = std::min(end + (text.substr(end).starts_with("\r\n") ? 2 : 1), text.size());
  dialect.start_line = 2;
  return line[4];
}

/// The most frequent delimiter of the first line that is no comment; white space when it has none.
char delimiter_of_first_line(std::string_view text, const TextDialect& dialect) {
  std::string_view line;
  for (std::size_t at = dialect.start; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    line = text.substr(at, end - at);
    const bool comment = !dialect.comment.empty() && trimmed(line).starts_with(dialect.comment);
    if (!line.empty() && !comment) break;
    at = end + 1;
  }
  char best = kWhiteSpace;
  std::ptrdiff_t most = 0;
  for (const char candidate : {'\t', ',', ';'}) {
    const std::ptrdiff_t count = std::count(line.begin(), line.end(), candidate);
    if (count > most) {
      best = candidate;
      most = count;
    }
  }
  return best;
}

class DialectFinder {
 public:
  DialectFinder(std::string_view text, const SourceOptions& options, const std::string& name, const SurveyLimit& limit)
      : text_(text), options_(options), name_(name), limit_(limit), decimal_(given_decimal(options.decimal)) {
    dialect_.numbers = {decimal_.value_or('.'), given_thousands(options.thousands)};
    dialect_.comment = given_comment(options.comment);
    if (dialect_.numbers.thousands == dialect_.numbers.decimal) {
      if (decimal_) throw InputError(ErrorParts{"data.thousands", "another sign than data.decimal", "the same", ""});
      decimal_ = dialect_.numbers.decimal = dialect_.numbers.thousands == '.' ? ',' : '.';
    } else if (dialect_.numbers.thousands == ',') {
      decimal_ = '.';
    }
  }

  FoundDialect find(std::vector<std::string>& notes) {
    const std::optional<char> line = separator_line(text_, dialect_);
    const std::optional<char> given = given_delimiter(options_.delimiter);
    dialect_.delimiter = given ? *given : line ? *line : delimiter_of_first_line(text_, dialect_);
    FoundDialect found = read_in(dialect_);
    if (!given && !line && !is_clean(found)) found = best_delimiter();
    choose_decimal(found, notes);
    choose_comment(found);
    return found;
  }

 private:
  [[nodiscard]] FoundDialect read_in(const TextDialect& dialect) const {
    return {dialect, survey_text(text_, dialect, name_, limit_)};
  }
  /// All records have as many fields, and all columns but one, the label's, hold numbers only.
  static bool is_clean(const FoundDialect& found) {
    const TextSurvey& survey = found.survey;
    const NumberFormat& numbers = found.dialect.numbers;
    if (found.dialect.delimiter == numbers.decimal || found.dialect.delimiter == numbers.thousands) return false;
    const auto with_words = std::count_if(survey.columns.begin(), survey.columns.end(),
                                          [](const ColumnTally& column) { return column.words > 0; });
    return survey.sizes.size() == 1 && survey.common_size() > 1 && with_words <= 1;
  }
  static double score(const TextSurvey& survey) {
    return survey.common_size() > 1 ? survey.agreement() * (1.0 + survey.share_of_numbers()) : 0.0;
  }
  [[nodiscard]] FoundDialect with_decimal_comma(const FoundDialect& found) const {
    TextDialect dialect = found.dialect;
    dialect.numbers.decimal = ',';
    return read_in(dialect);
  }
  /// The delimiter of the best score, of equal ones the more frequent; the first line's where nothing fits.
  [[nodiscard]] FoundDialect best_delimiter() const {
    FoundDialect best = read_in(dialect_);
    double best_score = 0.0;
    for (const char delimiter : kDelimiters) {
      TextDialect dialect = dialect_;
      dialect.delimiter = delimiter;
      FoundDialect found = read_in(dialect);
      double found_score = score(found.survey);
      if (!decimal_ && found.survey.num_words() > 0) {
        found_score = std::max(found_score, score(with_decimal_comma(found).survey));
      }
      const bool as_good = found_score == best_score && found_score > 0.0 && delimiter != kWhiteSpace;
      if (found_score > best_score || (as_good && found.survey.common_size() > best.survey.common_size())) {
        best = std::move(found);
        best_score = found_score;
      }
    }
    return best;
  }
  /// More fields are numbers in the dialect of `other` than in that of `found`, and none of them is lost.
  static bool has_only_more_numbers(const FoundDialect& other, const FoundDialect& found) {
    for (std::size_t c = 0; c < found.survey.columns.size(); ++c) {
      if (other.survey.columns[c].numbers < found.survey.columns[c].numbers) return false;
    }
    const auto is_lost = [&](const std::string& field) {
      return parse_number(field, found.dialect.numbers) && !parse_number(field, other.dialect.numbers);
    };
    return std::none_of(found.survey.first.begin(), found.survey.first.end(), is_lost) &&
           other.survey.num_numbers() > found.survey.num_numbers();
  }
  void choose_decimal(FoundDialect& found, std::vector<std::string>& notes) const {
    if (decimal_ || found.survey.num_words() == 0) return;
    FoundDialect with_comma = with_decimal_comma(found);
    const std::vector<ColumnTally>& columns = with_comma.survey.columns;
    const bool is_clear = std::any_of(columns.begin(), columns.end(),
                                      [](const ColumnTally& column) { return column.clear_decimals > 0; });
    if (!is_clear || !has_only_more_numbers(with_comma, found)) return;
    notes.push_back(name_ + ": numbers were read with a decimal comma; data.decimal can say otherwise");
    found = std::move(with_comma);
  }
  /// A table may have words that start with # in its first column.
  void choose_comment(FoundDialect& found) const {
    if (!is_auto(options_.comment) || text_.find('#') == std::string_view::npos) return;
    const std::string& label = options_.label;
    const std::vector<std::string>& first = found.survey.first;
    const bool label_first = label == "0" || (!first.empty() && label == first.front());
    // A label must not be lost because it comes late.
    const SurveyLimit limit = label_first ? SurveyLimit{} : limit_;
    const TextSurvey with = survey_text(text_, found.dialect, name_, limit);
    if (with.num_comments_within == 0 && with.num_records > 0) return;
    TextDialect dialect = found.dialect;
    dialect.comment.clear();
    const TextSurvey without = survey_text(text_, dialect, name_, limit);
    const bool all_records = without.sizes.size() == 1 && without.common_size() > 1;
    const bool mostly = without.num_records > 2 * with.num_records;
    if (all_records && (label_first || mostly)) found = read_in(dialect);
  }

  std::string_view text_;
  const SourceOptions& options_;
  const std::string& name_;
  SurveyLimit limit_;
  std::optional<char> decimal_;  // where it is given
  TextDialect dialect_;
};

}  // namespace

FoundDialect find_dialect(std::string_view text, const SourceOptions& options, const std::string& name,
                          const SurveyLimit& limit, std::vector<std::string>& notes) {
  return DialectFinder(text, options, name, limit).find(notes);
}

std::string delimiter_name(char delimiter) {
  if (delimiter == '\t') return "tab";
  return delimiter == kWhiteSpace ? "space" : std::string(1, delimiter);
}

}  // namespace gradus::data
