// Reads lines of a text table straight to their places: the plain case of what RecordReader, TextColumns and TextLabels
// read. What is not plain (comments, empty lines, line ends in quotes, rows of other lengths, all mistakes) it
// declines, and the text is read record by record then.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/kept_columns.hpp"
#include "data/missing_cells.hpp"
#include "data/text_records.hpp"
#include "data/word_list.hpp"

namespace gradus::data {

/// What becomes of a column of the file.
struct ColumnRole {
  enum class Kind : std::uint8_t { kSkip, kNumber, kWord, kLabelNumber, kLabelWord };
  Kind kind = Kind::kSkip;
  bool is_given = false;  // a number because somebody says so: words are mistakes
  std::size_t owner = 0;  // number of the input or the label
  std::size_t slot = 0;   // column of the numbers or the codes of inputs
};

/// Where the cells of a row go.
struct RowPlace {
  double* numbers = nullptr;                                // of inputs, by slot
  std::int32_t* codes = nullptr;                            // the same
  const std::vector<double*>* label_numbers = nullptr;      // by label, one a row
  const std::vector<std::int32_t*>* label_codes = nullptr;  // the same
  std::size_t row = 0;
};

/// What one parser has found. Codes are those of its own lists.
struct LineFindings {
  LineFindings(std::size_t num_inputs, std::size_t num_labels)
      : words(num_inputs), num_missing(num_inputs), has_word(num_inputs), label_words(num_labels), labels(num_labels) {}

  struct Label {
    bool has_word = false;   // or a number that may be a name, as True
    bool all_digits = true;  // nothing but digits
    bool any_code = false;   // as 007
  };
  std::vector<WordList> words;           // by input
  std::vector<std::size_t> num_missing;  // by input, of numbers
  std::vector<char> has_word;            // by input: a column of numbers has words
  std::vector<WordList> label_words;
  std::vector<Label> labels;
  MissingCounts missing;
};

class LineParser {
 public:
  /// All references must outlive the parser; one role a column.
  LineParser(const TextDialect& dialect, const MissingCells& missing, const std::vector<ColumnRole>& roles,
             LineFindings& findings);

  /// Adds the fields of these columns of each line that is read to `kept`; both must outlive the parser.
  void keep(const KeptColumns& columns, KeptFields& kept);

  /// Reads the line [at, end), its end left out, whose number is `line`; false: declined. At `end` stands no digit, and
  /// kTextPadding bytes can be read there.
  bool parse(const char* at, const char* end, std::size_t line, const RowPlace& place);

 private:
  [[nodiscard]] bool starts_comment(const char* at, const char* end) const;
  bool keep_fields();
  bool parse_column(const ColumnRole& role, const RowPlace& place);
  bool parse_number(const ColumnRole& role, double& number);
  bool parse_word(const ColumnRole& role, std::int32_t& code);
  bool parse_label(const ColumnRole& role, const RowPlace& place);
  bool skip_field();
  bool next_field(std::string_view& text);
  bool next_quoted(std::string_view& text);
  [[nodiscard]] const char* end_of_field(const char* at) const;
  [[nodiscard]] bool is_blank(char c) const { return c == ' ' || (c == '\t' && delimiter_ != '\t'); }
  [[nodiscard]] bool at_end_of_field() const { return at_ == end_ || *at_ == delimiter_; }

  const TextDialect& dialect_;
  const MissingCells& missing_;
  const std::vector<ColumnRole>& roles_;
  LineFindings& findings_;
  char delimiter_;
  bool is_plain_;  // numbers can be read as C writes them
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::size_t line_ = 0;
  bool has_value_ = false;  // in this line
  std::string unescaped_;
  const KeptColumns* kept_columns_ = nullptr;
  KeptFields* kept_ = nullptr;
  std::vector<const char*> starts_;  // of the fields, where some are kept
};

}  // namespace gradus::data
