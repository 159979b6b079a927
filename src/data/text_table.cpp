// SPDX-License-Identifier: Apache-2.0
#include "data/text_table.hpp"

#include <fmt/format.h>

#include <utility>

#include "data/input_columns.hpp"
#include "data/text_columns.hpp"
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
  std::vector<InputColumn> columns;
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
  plan.columns = input_columns(plan.layout, options, name, plan.notes);
  return plan;
}

/// Collects records into inputs and labels.
class TableBuilder {
 public:
  TableBuilder(const std::string& name, const TextPlan& plan, const SourceOptions& options)
      : name_(name),
        layout_(plan.layout),
        dialect_(plan.found.dialect),
        columns_(name, plan.found.dialect, plan.columns, MissingCells(options.missing), plan.found.survey.first_line),
        labels_(plan.layout.labels.size()) {}

  void add(const std::vector<TextField>& fields, std::size_t line) {
    const bool fits = layout_.ends_in_delimiter
                          ? fields.size() >= layout_.num_columns && filled_size(fields) <= layout_.num_columns
                          : fields.size() == layout_.num_columns;
    if (!fits) fail_size(fields.size(), line);
    columns_.add(fields, line);
    for (std::size_t k = 0; k < labels_.size(); ++k) add_label(labels_[k], fields[layout_.labels[k]].text, line);
    lines_.push_back(line);
  }
  [[nodiscard]] TextColumns& columns() { return columns_; }

  TextTable finish(std::vector<std::string> notes) {
    if (lines_.empty()) throw InputError(ErrorParts{name_, "rows of numbers", "none", ""});
    TextTable table;
    table.notes = std::move(notes);
    table.block.where = name_;
    columns_.move_to(table.block, columns_.take_cells(), table.notes);
    move_labels(table);
    table.block.lines = std::move(lines_);
    for (const Column& column : table.block.columns) {
      const bool is_feature = column.kind != ColumnKind::kIgnored && column.kind != ColumnKind::kCategory;
      if (is_feature && !layout_.names.empty()) table.feature_names.push_back(column.name);
    }
    table.label_column = layout_.labels.empty() ? layout_.num_columns : layout_.labels.front();
    return table;
  }

 private:
  void move_labels(TextTable& table) {
    for (const std::size_t label : layout_.labels) {
      if (layout_.names.empty()) continue;
      table.target_name += (table.target_name.empty() ? "" : ",") + layout_.names[label];
    }
    if (labels_.size() == 1) labels_.front().move_to(table.block, name_, table.notes);
    if (labels_.size() < 2) return;
    table.block.numbers = Matrix<double>(lines_.size(), labels_.size());
    for (std::size_t k = 0; k < labels_.size(); ++k) {
      if (!labels_[k].move_to_column(table.block.numbers, k)) {
        throw InputError(ErrorParts{fmt::format("{}: column {} (from 0)", name_, layout_.labels[k]),
                                    "numbers, as one of several targets", "words", "name one label column"});
      }
    }
  }
  void add_label(TextLabels& labels, std::string_view field, std::size_t line) const {
    if (field.empty()) {
      throw InputError(ErrorParts{fmt::format("{}: line {}", name_, line), "a label", "an empty field",
                                  "fill it in or remove the row"});
    }
    labels.add(field, parse_number(field, dialect_.numbers));
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
  TextColumns columns_;
  std::vector<TextLabels> labels_;
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
  TableBuilder builder(name, plan, options);
  RecordReader reader(text, dialect, name);
  std::vector<TextField> fields;
  if (plan.layout.has_header) reader.next(fields);
  while (reader.next(fields)) {
    line = reader.line();
    builder.add(fields, line);
  }
  if (builder.columns().has_words()) {
    RecordReader again(text, dialect, name);
    if (plan.layout.has_header) again.next(fields);
    while (again.next(fields)) builder.columns().add_words(fields, again.line());
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
    // The first records may not show what later ones do: a decimal comma, say.
    if (plan.found.survey.is_complete) throw;
    const TextPlan of_all = make_plan(text, name, options, {});
    if (of_all.found.dialect == plan.found.dialect && of_all.layout == plan.layout) throw;
    std::size_t second_line = 0;
    try {
      return read(of_all, second_line);
    } catch (const InputError&) {
      if (second_line >= line) throw;
      throw InputError(std::string(first_error.what()));
    }
  }
}

}  // namespace gradus::data
