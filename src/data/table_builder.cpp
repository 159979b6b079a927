// SPDX-License-Identifier: Apache-2.0
#include "data/table_builder.hpp"

#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "gradus/core/error.hpp"

namespace gradus::data {

TableBuilder::TableBuilder(const std::string& name, const TextPlan& plan, const SourceOptions& options)
    : name_(name),
      layout_(plan.layout),
      dialect_(plan.found.dialect),
      plan_(plan),
      missing_(options.missing),
      columns_(name, plan.found.dialect, plan.columns, missing_, plan.found.survey.first_line),
      labels_(plan.layout.labels.size()) {}

void TableBuilder::add(const std::vector<TextField>& fields, std::size_t line) {
  check_size(fields, plan_, name_, line);
  columns_.add(fields, line);
  for (std::size_t k = 0; k < labels_.size(); ++k) add_label(labels_[k], fields[layout_.labels[k]].text, line);
  lines_.push_back(line);
}

TextTable TableBuilder::finish(TextCells cells, std::size_t first_line, std::vector<std::string> notes) {
  lines_.resize(cells.rows);
  std::iota(lines_.begin(), lines_.end(), first_line);
  labels_ = std::move(cells.labels);
  return finish(std::move(cells.inputs), std::move(notes));
}

TextTable TableBuilder::finish(InputCells inputs, std::vector<std::string> notes) {
  if (lines_.empty()) throw InputError(ErrorParts{name_, "rows of numbers", "none", ""});
  TextTable table;
  table.notes = std::move(notes);
  table.block.where = name_;
  columns_.move_to(table.block, std::move(inputs), table.notes);
  columns_.note_cells(table.notes);
  move_labels(table);
  table.block.lines = std::move(lines_);
  table.feature_names = names_of_features(table.block.columns, layout_);
  table.label_column = layout_.labels.empty() ? layout_.num_columns : layout_.labels.front();
  return table;
}

void TableBuilder::move_labels(TextTable& table) {
  for (const std::size_t label : layout_.labels) {
    if (layout_.names.empty()) continue;
    table.target_name += (table.target_name.empty() ? "" : ",") + layout_.names[label];
    if (layout_.labels.size() > 1) table.target_names.push_back(layout_.names[label]);
  }
  if (labels_.size() == 1) labels_.front().move_to(table.block, name_, table.notes);
  if (labels_.size() < 2) return;
  table.block.numbers = Matrix<double>(lines_.size(), labels_.size());
  for (std::size_t k = 0; k < labels_.size(); ++k) {
    if (!labels_[k].move_to_column(table.block.numbers, k)) {
      throw InputError(ErrorParts{fmt::format("{}: column {} (from 0)", name_, layout_.labels[k]),
                                  "numbers (or true and false, yes and no), as one of several targets", "words",
                                  "name one label column"});
    }
  }
}

void TableBuilder::add_label(TextLabels& labels, std::string_view field, std::size_t line) const {
  if (field.empty()) {
    throw InputError(ErrorParts{fmt::format("{}: line {}", name_, line), "a label", "an empty field",
                                "fill it in or remove the row"});
  }
  labels.add(field, parse_number(field, dialect_.numbers));
}

void check_size(const std::vector<TextField>& fields, const TextPlan& plan, const std::string& name, std::size_t line) {
  const TextLayout& layout = plan.layout;
  const bool fits = layout.ends_in_delimiter
                        ? fields.size() >= layout.num_columns && filled_size(fields) <= layout.num_columns
                        : fields.size() == layout.num_columns;
  if (fits) return;
  throw InputError(ErrorParts{fmt::format("{}: line {}", name, line), fmt::format("{} fields", layout.num_columns),
                              std::to_string(fields.size()),
                              fmt::format("every row must have the columns of the first; data.delimiter is '{}' here",
                                          delimiter_name(plan.found.dialect.delimiter))});
}

std::vector<std::string> names_of_features(const std::vector<Column>& columns, const TextLayout& layout) {
  std::vector<std::string> names;
  for (const Column& column : columns) {
    const bool is_feature = column.kind != ColumnKind::kIgnored && column.kind != ColumnKind::kCategory;
    if (is_feature && !layout.names.empty()) names.push_back(column.name);
  }
  return names;
}

std::vector<std::string> notes_of(const PassedOver& passed, const TextPlan& plan, const std::string& name,
                                  const SourceOptions& options) {
  std::vector<std::string> notes = plan.notes;
  const bool guessed = options.comment.empty() || options.comment == "auto";
  const bool has_names = !plan.layout.has_header && !plan.layout.names.empty();
  const std::size_t comments = passed.comments - (has_names ? 1 : 0);
  if (guessed && comments > 0) {
    notes.push_back(
        fmt::format("{}: lines that start with {} were taken as comments ({} of them); data.comment can say otherwise",
                    name, plan.found.dialect.comment, comments));
  }
  if (passed.blank > 0) {
    notes.push_back(fmt::format("{}: lines without any value were left out ({} of them)", name, passed.blank));
  }
  return notes;
}

}  // namespace gradus::data
