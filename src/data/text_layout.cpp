// SPDX-License-Identifier: Apache-2.0
#include "data/text_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "data/part_block.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

// So many names 0, 1, 2, ... come from a program even where all values are whole.
constexpr std::size_t kManyNames = 8;
constexpr std::size_t kFewestCounted = 3;
constexpr double kFirstYear = 1000.0;

bool is_column_number(const std::string& column) {
  return column.find_first_not_of("-0123456789,") == std::string::npos;
}

bool is_named(const std::string& column) {
  return !column.empty() && column != "none" && !is_column_number(column);
}

bool is_in(const std::vector<std::size_t>& columns, std::size_t column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

class LayoutFinder {
 public:
  LayoutFinder(const FoundDialect& found, const SourceOptions& options, const std::string& name,
               std::vector<std::string>& notes)
      : survey_(found.survey), dialect_(found.dialect), options_(options), name_(name), notes_(notes) {
    std::size_t filled = survey_.first.size();
    while (filled > 1 && survey_.first[filled - 1].empty()) --filled;
    columns_ = survey_.first.size();
    if (survey_.num_records > 1) columns_ = std::min(columns_, std::max(filled, survey_.widest));
  }

  TextLayout find() {
    TextLayout layout;
    const std::vector<std::string> in_comment = names_in_comment();
    const bool from_comment = !in_comment.empty() && !shows_names();
    layout.has_header = !from_comment && decide_header();
    count_columns(layout);
    if (from_comment) {
      layout.names = in_comment;
      notes_.push_back(
          fmt::format("{}: the names of the columns were taken from the comment in line {}; data.header = "
                      "no leaves them out",
                      name_, survey_.comment_line));
    } else if (layout.has_header) {
      layout.names.assign(survey_.first.begin(),
                          survey_.first.begin() + static_cast<std::ptrdiff_t>(layout.num_columns));
    }
    check_duplicates(layout);
    layout.labels = labels(layout);
    return layout;
  }

 private:
  [[nodiscard]] std::optional<double> first_number(std::size_t column) const {
    return parse_number(survey_.first[column], dialect_.numbers);
  }
  [[nodiscard]] ColumnTally below(std::size_t column) const {
    const bool known = survey_.num_records > 1 && column < survey_.columns.size();
    return known ? survey_.columns[column] : ColumnTally{};
  }
  [[nodiscard]] std::string first_record() const {
    constexpr std::size_t kShown = 40;
    std::string text;
    for (const std::string& field : survey_.first) text += (text.empty() ? "" : ",") + field;
    return fmt::format("line {} '{}{}'", survey_.first_line, text.substr(0, kShown), text.size() > kShown ? "..." : "");
  }

  /// The label's column as far as it is known without a header; none for "none" and for names.
  [[nodiscard]] std::vector<std::size_t> labels_without_names() const {
    if (is_named(options_.label) || (options_.schema && !options_.read_targets)) return {};
    return label_columns(options_.label, {}, columns_, name_);
  }
  /// The columns of targets. With a schema a table may lack them.
  [[nodiscard]] std::vector<std::size_t> labels(const TextLayout& layout) const {
    if (!options_.schema) return label_columns(options_.label, layout.names, layout.num_columns, name_);
    const Schema& schema = *options_.schema;
    if (layout.names.empty() || !schema.has_names()) {
      const bool has_label = layout.num_columns == schema.columns.size() + 1 && options_.label != "none";
      if (!has_label) return {};
      if (!options_.label.empty() && !is_named(options_.label)) {
        return label_columns(options_.label, layout.names, layout.num_columns, name_);
      }
      return {std::min(schema.label_column, layout.num_columns - 1)};
    }
    if (!options_.read_targets) return {};
    return label_columns(options_.label, layout.names, layout.num_columns, name_);
  }
  /// A column of the schema is named in the first record.
  [[nodiscard]] bool names_schema() const {
    if (!options_.schema || !options_.schema->has_names()) return false;
    const std::vector<Column>& columns = options_.schema->columns;
    return std::any_of(columns.begin(), columns.end(), [this](const Column& column) {
      return !column.name.empty() &&
             std::find(survey_.first.begin(), survey_.first.end(), column.name) != survey_.first.end();
    });
  }
  /// A column is asked for by a text or number that no column has but that stands in the first record.
  [[nodiscard]] bool is_asked_for(const std::string& column) const {
    const std::vector<std::string>& first = survey_.first;
    if (column.empty() || std::find(first.begin(), first.end(), column) == first.end()) return false;
    const bool negative = column.starts_with('-');
    if (!is_column_number(column) || column.find_first_of("0123456789") == std::string::npos) return false;
    return column.size() > 9 || std::stoul(column.substr(negative ? 1 : 0)) >= first.size() + (negative ? 1 : 0);
  }

  /// The first record must be names, whatever the options say of the label.
  [[nodiscard]] bool shows_names() const {
    const std::vector<std::string>& first = survey_.first;
    if (is_asked_for(options_.label) || is_asked_for(options_.weight)) return true;
    const std::vector<std::size_t> labels = labels_without_names();
    bool any_number = false;
    bool word_above_numbers = false;
    for (std::size_t c = 0; c < columns_; ++c) {
      if (is_in(labels, c)) continue;
      const bool number = first_number(c).has_value();
      any_number = any_number || number;
      word_above_numbers =
          word_above_numbers || (!number && !first[c].empty() && below(c).numbers > 0 && below(c).words == 0);
    }
    return word_above_numbers || (!any_number && columns_ > 1);
  }

  [[nodiscard]] bool decide_header() {
    if (options_.header == "yes") return true;
    if (options_.header == "no") return false;
    if (!options_.header.empty() && options_.header != "auto") {
      throw InputError(ErrorParts{"data.header", "auto, yes or no", "'" + options_.header + "'", ""});
    }
    if (names_schema()) return true;
    const bool by_name = !options_.schema && (is_named(options_.label) || is_named(options_.weight));
    if (by_name || shows_names()) return true;
    return survey_.num_records > 1 && decide_numbers(labels_without_names());
  }

  /// What a first record of whole numbers and the records below it are.
  struct WholeNumbers {
    std::vector<double> values;
    bool are_alone = true;         // the first record has nothing else, but for a word as label
    bool fractions_below = false;  // in a column of features
    bool mostly_fractions = true;  // in all of them
    bool quoted_below = false;
    bool other_label = false;  // a word above numbers, or a number above words
    bool label_is_word = false;
  };
  [[nodiscard]] WholeNumbers whole_numbers(const std::vector<std::size_t>& labels) const {
    WholeNumbers found;
    for (std::size_t c = 0; c < columns_; ++c) {
      const ColumnTally tally = below(c);
      const std::optional<double> number = first_number(c);
      found.quoted_below = found.quoted_below || tally.quoted > 0;
      if (is_in(labels, c)) {
        found.label_is_word = !number && !survey_.first[c].empty();
        found.other_label = number ? tally.numbers == 0 && tally.words > 0 : tally.numbers > 0 && tally.words == 0;
        if (found.label_is_word) continue;
      } else {
        found.fractions_below = found.fractions_below || tally.fractions > 0;
        found.mostly_fractions = found.mostly_fractions && 2 * tally.fractions > tally.numbers;
      }
      found.are_alone = found.are_alone && number && std::nearbyint(*number) == *number;
      found.values.push_back(number.value_or(0.0));
    }
    return found;
  }

  /// Whether a first record whose features are all numbers holds names.
  bool decide_numbers(const std::vector<std::size_t>& labels) {
    const WholeNumbers found = whole_numbers(labels);
    const std::vector<double>& values = found.values;
    if (!found.are_alone || values.empty()) return false;
    bool counts = values.size() > 1;
    for (std::size_t i = 1; i < values.size(); ++i) counts = counts && values[i] == values[i - 1] + 1.0;
    const bool enough = values.size() >= kFewestCounted || (found.label_is_word && found.other_label);
    const bool usual = values[0] == 0.0 || values[0] >= kFirstYear;
    const bool other_kind = (usual && found.fractions_below) || found.other_label || values.size() >= kManyNames;
    const bool quoted_alone = survey_.first_is_quoted && !found.quoted_below;
    if (quoted_alone || (counts && enough && other_kind)) {
      notes_.push_back(fmt::format("{}: {} was taken as the names of the columns; data.header = no reads it as data",
                                   name_, first_record()));
      return true;
    }
    const bool distinct = std::set<double>(values.begin(), values.end()).size() == values.size();
    const bool unlike_others = found.mostly_fractions && distinct && values.size() >= kFewestCounted;
    if ((counts && (enough || found.fractions_below)) || unlike_others) {
      notes_.push_back(fmt::format("{}: {} was read as data; data.header = yes if these are the names of the columns",
                                   name_, first_record()));
    }
    return false;
  }

  /// The fields of the comment just above the records where there is a name for every column.
  [[nodiscard]] std::vector<std::string> names_in_comment() const {
    if (options_.header == "no" || survey_.comment_above.empty()) return {};
    TextDialect dialect = dialect_;
    dialect.comment.clear();
    dialect.start = 0;
    std::vector<TextField> fields;
    RecordReader reader(survey_.comment_above, dialect, name_);
    try {
      if (!reader.next(fields)) return {};
    } catch (const InputError&) {
      return {};  // a sentence with a quote
    }
    fields.resize(filled_size(fields));
    const auto is_word = [this](const TextField& field) { return !parse_number(field.text, dialect_.numbers); };
    const auto is_empty = [](const TextField& field) { return field.text.empty(); };
    if (fields.size() != columns_ || std::any_of(fields.begin(), fields.end(), is_empty) ||
        std::none_of(fields.begin(), fields.end(), is_word)) {
      return {};
    }
    std::vector<std::string> names;
    names.reserve(fields.size());
    for (const TextField& field : fields) names.emplace_back(field.text);
    return names;
  }

  /// Empty fields behind the last delimiter are no column where no record has anything there.
  void count_columns(TextLayout& layout) {
    const bool first_ends = survey_.first.size() > columns_;
    const bool all_end = survey_.num_records > 1 && survey_.smallest_size > columns_ && survey_.widest <= columns_;
    layout.ends_in_delimiter = all_end && (layout.has_header || first_ends);
    layout.num_columns = layout.ends_in_delimiter || layout.has_header ? columns_ : survey_.first.size();
    if (layout.ends_in_delimiter) {
      notes_.push_back(name_ + ": every line ends in a delimiter; the empty column behind it was left out");
    }
  }

  void check_duplicates(const TextLayout& layout) {
    std::set<std::string> seen;
    std::set<std::string> twice;
    for (const std::string& column : layout.names) {
      if (!column.empty() && !seen.insert(column).second) twice.insert(column);
    }
    if (twice.empty()) return;
    const bool last = !options_.schema && options_.label.empty() && twice.contains(layout.names.back());
    if (last) named_column(layout.names.back(), layout.names, layout.num_columns, "label column", name_);
    notes_.push_back(fmt::format("{}: several columns are called {}", name_, fmt::join(twice, ", ")));
  }

  const TextSurvey& survey_;
  const TextDialect& dialect_;
  const SourceOptions& options_;
  const std::string& name_;
  std::vector<std::string>& notes_;
  std::size_t columns_ = 0;  // without empty ones at the end
};

}  // namespace

TextLayout layout_of_names(std::vector<std::string> names, std::size_t label) {
  TextLayout layout;
  layout.num_columns = names.size();
  if (label < names.size()) layout.labels = {label};
  layout.has_header = true;
  layout.names = std::move(names);
  return layout;
}

TextLayout find_layout(const FoundDialect& found, const SourceOptions& options, const std::string& name,
                       std::vector<std::string>& notes) {
  return LayoutFinder(found, options, name, notes).find();
}

}  // namespace gradus::data
