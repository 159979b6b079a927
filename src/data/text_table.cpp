// SPDX-License-Identifier: Apache-2.0
#include "data/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "data/text_encoding.hpp"
#include "data/text_labels.hpp"
#include "data/text_layout.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

constexpr SurveyLimit kSample{.records = 100, .bytes = std::size_t{1} << 16};

/// All that is known of a text before its records are read.
struct TextPlan {
  FoundDialect found;
  TextLayout layout;
  std::vector<std::string> notes;
};

[[noreturn]] void fail_empty(std::string_view text, const std::string& name, const FoundDialect& found) {
  RecordReader reader(text, found.dialect, name);
  std::vector<TextField> fields;
  reader.next(fields);  // says what is wrong with the first record
  const bool comments = reader.num_comments() > 0;
  throw InputError(ErrorParts{name, "rows of numbers", comments ? "comments only" : "an empty file",
                              comments ? "set data.comment to none if they are rows" : ""});
}

TextPlan make_plan(std::string_view text, const std::string& name, const SourceOptions& options,
                   const SurveyLimit& limit) {
  TextPlan plan;
  plan.found = find_dialect(text, options, name, limit, plan.notes);
  if (plan.found.survey.num_records == 0) fail_empty(text, name, plan.found);
  plan.layout = find_layout(plan.found, options, name, plan.notes);
  return plan;
}

/// Collects records into columns of numbers and labels.
class TableBuilder {
 public:
  TableBuilder(const std::string& name, const TextPlan& plan)
      : name_(name), layout_(plan.layout), dialect_(plan.found.dialect), first_line_(plan.found.survey.first_line) {}

  void add(const std::vector<TextField>& fields, std::size_t line) {
    const bool fits = layout_.ends_in_delimiter
                          ? fields.size() >= layout_.num_columns && filled_size(fields) <= layout_.num_columns
                          : fields.size() == layout_.num_columns;
    if (!fits) fail_size(fields.size(), line);
    for (std::size_t c = 0; c < layout_.num_columns; ++c) {
      if (c == layout_.label) {
        add_label(fields[c].text, line);
      } else {
        features_.push_back(feature(fields[c].text, line, c));
      }
    }
    lines_.push_back(line);
  }

  TextTable finish(std::vector<std::string> notes) {
    if (lines_.empty()) throw InputError(ErrorParts{name_, "rows of numbers", "none", ""});
    TextTable table;
    table.notes = std::move(notes);
    table.block.where = name_;
    const bool has_label = layout_.label < layout_.num_columns;
    Matrix<double> features(lines_.size(), layout_.num_columns - (has_label ? 1 : 0));
    std::copy(features_.begin(), features_.end(), features.data());
    table.block.features = std::move(features);
    if (has_label) labels_.move_to(table.block, name_, table.notes);
    table.block.lines = std::move(lines_);
    table.feature_names = layout_.names;
    if (has_label && !layout_.names.empty()) {
      table.target_name = layout_.names[layout_.label];
      table.feature_names.erase(table.feature_names.begin() + static_cast<std::ptrdiff_t>(layout_.label));
    }
    return table;
  }

 private:
  double feature(std::string_view field, std::size_t line, std::size_t column) const {
    const std::optional<double> number = parse_number(field, dialect_.numbers);
    if (number && std::isfinite(*number)) return *number;
    std::string where = fmt::format("{}: line {}, column {} (from 0)", name_, line, column);
    if (column < layout_.names.size()) where += " '" + layout_.names[column] + "'";
    constexpr std::size_t kShown = 40;
    const std::string shown = fmt::format("'{}'", field.substr(0, kShown));
    if (number) throw InputError(ErrorParts{where, "a finite number", shown, "fill in or remove the row"});
    throw InputError(ErrorParts{where, "a number", field.empty() ? "an empty field" : shown, advice(field, line)});
  }
  /// What may make a number of the word `field`.
  [[nodiscard]] std::string advice(std::string_view field, std::size_t line) const {
    const char decimal = dialect_.numbers.decimal;
    const char other = decimal == '.' ? ',' : '.';
    const bool decimal_helps = parse_number(field, {other, '\0'}).has_value();
    const bool thousands_help = is_grouped(field, other) || parse_number(field, {decimal, other}).has_value();
    if (decimal_helps && thousands_help) {
      return fmt::format("set data.decimal or data.thousands to '{}', as is meant", other);
    }
    if (decimal_helps) return fmt::format("set data.decimal to '{}'", other);
    if (thousands_help) return fmt::format("set data.thousands to '{}'", other);
    if (line == first_line_) return "fill it in, name the label column, or set data.header to yes if these are names";
    return "fill it in, or name the label column";
  }
  void add_label(std::string_view field, std::size_t line) {
    if (field.empty()) {
      throw InputError(ErrorParts{fmt::format("{}: line {}", name_, line), "a label", "an empty field", "fill it in"});
    }
    labels_.add(field, parse_number(field, dialect_.numbers));
  }
  [[noreturn]] void fail_size(std::size_t size, std::size_t line) const {
    throw InputError(ErrorParts{fmt::format("{}: line {}", name_, line), fmt::format("{} fields", layout_.num_columns),
                                std::to_string(size),
                                fmt::format("every row must have the columns of the first; data.delimiter is '{}' here",
                                            delimiter_name(dialect_.delimiter))});
  }

  const std::string& name_;
  const TextLayout& layout_;
  const TextDialect& dialect_;
  std::size_t first_line_;
  std::vector<double> features_;
  TextLabels labels_;
  std::vector<std::size_t> lines_;
};

void note_skipped(const RecordReader& reader, const TextDialect& dialect, const std::string& name, bool guessed,
                  std::size_t names_in_comments, std::vector<std::string>& notes) {
  const std::size_t comments = reader.num_comments() - names_in_comments;
  if (guessed && comments > 0) {
    notes.push_back(
        fmt::format("{}: lines that start with {} were taken as comments ({} of them); data.comment can say otherwise",
                    name, dialect.comment, comments));
  }
  if (reader.num_blank() > 0) {
    notes.push_back(fmt::format("{}: lines without any value were left out ({} of them)", name, reader.num_blank()));
  }
}

/// `line` follows the records, so that it stands where an error is.
TextTable read_as_planned(std::string_view text, const std::string& name, const SourceOptions& options,
                          const TextPlan& plan, std::size_t& line) {
  const TextDialect& dialect = plan.found.dialect;
  TableBuilder builder(name, plan);
  RecordReader reader(text, dialect, name);
  std::vector<TextField> fields;
  if (plan.layout.has_header) reader.next(fields);
  while (reader.next(fields)) {
    line = reader.line();
    builder.add(fields, line);
  }
  std::vector<std::string> notes = plan.notes;
  const bool guessed = options.comment.empty() || options.comment == "auto";
  const bool has_names = !plan.layout.has_header && !plan.layout.names.empty();
  note_skipped(reader, dialect, name, guessed, has_names ? 1 : 0, notes);
  return builder.finish(std::move(notes));
}

}  // namespace

TextTable read_text_table(std::string_view bytes, const std::string& name, const SourceOptions& options) {
  std::vector<std::string> notes;
  const DecodedText decoded = decode_text(bytes, name, options.encoding, notes);
  const std::string_view text = decoded.text();
  const auto read = [&](const TextPlan& plan, std::size_t& line) {
    TextTable table = read_as_planned(text, name, options, plan, line);
    table.notes.insert(table.notes.begin(), notes.begin(), notes.end());
    return table;
  };
  const TextPlan plan = make_plan(text, name, options, kSample);
  std::size_t line = 0;
  try {
    return read(plan, line);
  } catch (const InputError& first_error) {
    if (plan.found.survey.is_complete) throw;
    // The first records may not show what later ones do: a decimal comma, say.
    const TextPlan of_all = make_plan(text, name, options, {});
    if (of_all.found.dialect == plan.found.dialect && of_all.layout == plan.layout) throw;
    std::size_t second_line = 0;
    try {
      return read(of_all, second_line);
    } catch (const InputError&) {
      if (second_line > line) throw;
      throw InputError(std::string(first_error.what()));
    }
  }
}

}  // namespace gradus::data
