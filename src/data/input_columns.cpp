// SPDX-License-Identifier: Apache-2.0
#include "data/input_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "data/part_block.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

/// One list of the options.
struct KindRule {
  const char* key;
  ColumnKind kind;
  const std::vector<std::string>& columns;
};

bool is_label(const TextLayout& layout, std::size_t column) {
  return std::find(layout.labels.begin(), layout.labels.end(), column) != layout.labels.end();
}

/// The columns that `rule` means: one of that name or number, else all that fit the pattern.
std::vector<std::size_t> columns_of(const std::string& rule, const char* key, const TextLayout& layout,
                                    const std::string& name) {
  const bool exact = std::find(layout.names.begin(), layout.names.end(), rule) != layout.names.end();
  std::vector<std::size_t> found;
  if (!exact && rule.find_first_of("*?") != std::string::npos) {
    for (std::size_t c = 0; c < layout.names.size(); ++c) {
      if (!is_label(layout, c) && fits_pattern(layout.names[c], rule)) found.push_back(c);
    }
    if (found.empty()) {
      throw InputError(ErrorParts{name + ": " + key, "a pattern that fits the name of a column", "'" + rule + "'", ""});
    }
    return found;
  }
  const std::size_t column = named_column(rule, layout.names, layout.num_columns, "column", name + ": " + key);
  if (is_label(layout, column)) {
    throw InputError(ErrorParts{name + ": " + key, "columns beside the label", "the label '" + rule + "'",
                                "name another label with data.label"});
  }
  return {column};
}

/// What the lists of the options say of each column of the file.
std::vector<std::optional<ColumnKind>> given_kinds(const TextLayout& layout, const SourceOptions& options,
                                                   const std::string& name) {
  const KindRule rules[] = {{"data.categories", ColumnKind::kCategory, options.categories},
                            {"data.numbers", ColumnKind::kNumber, options.numbers},
                            {"data.dates", ColumnKind::kDate, options.dates},
                            {"data.ignore", ColumnKind::kIgnored, options.ignore}};
  std::vector<std::optional<ColumnKind>> kinds(layout.num_columns);
  for (const KindRule& rule : rules) {
    for (const std::string& text : rule.columns) {
      for (const std::size_t column : columns_of(text, rule.key, layout, name)) {
        if (kinds[column] && *kinds[column] != rule.kind) {
          throw InputError(ErrorParts{name + ": " + rule.key, "columns that have one kind",
                                      fmt::format("'{}', which is {} too", text, column_kind_name(*kinds[column])),
                                      ""});
        }
        kinds[column] = rule.kind;
      }
    }
  }
  return kinds;
}

bool are_different(const std::vector<Column>& columns) {
  std::set<std::string_view> names;
  return std::all_of(columns.begin(), columns.end(),
                     [&](const Column& column) { return names.insert(column.name).second; });
}

std::vector<InputColumn> by_name(const TextLayout& layout, const Schema& schema, const std::string& name) {
  std::vector<InputColumn> columns;
  std::vector<std::string> missing;
  for (const Column& column : schema.columns) {
    const auto found = std::find(layout.names.begin(), layout.names.end(), column.name);
    if (found == layout.names.end()) {
      missing.push_back(column.name);
      continue;
    }
    const std::size_t at = named_column(column.name, layout.names, layout.num_columns, "column", name);
    columns.push_back({at, column.name, column.kind});
  }
  if (missing.empty()) {
    const bool has_weight =
        std::find(layout.names.begin(), layout.names.end(), schema.weight_name) != layout.names.end();
    if (has_weight && !schema.weight_name.empty()) {
      columns.push_back({named_column(schema.weight_name, layout.names, layout.num_columns, "weight column", name),
                         schema.weight_name, ColumnKind::kNumber});
    }
    return columns;
  }
  constexpr std::size_t kShown = 10;
  const std::size_t num_missing = missing.size();
  missing.resize(std::min(num_missing, kShown));
  throw InputError(ErrorParts{name,
                              fmt::format("the column{} {}{}", num_missing == 1 ? "" : "s", fmt::join(missing, ", "),
                                          num_missing > kShown ? ", ..." : ""),
                              fmt::format("a table without {}", num_missing == 1 ? "it" : "them"),
                              "give the columns that the model was trained on, by their names"});
}

std::vector<InputColumn> by_position(const TextLayout& layout, const Schema& schema, const std::string& name,
                                     std::vector<std::string>& notes) {
  std::vector<InputColumn> columns;
  for (std::size_t c = 0; c < layout.num_columns; ++c) {
    if (!is_label(layout, c)) columns.push_back({c, layout.names.empty() ? "" : layout.names[c], std::nullopt});
  }
  if (columns.size() != schema.columns.size()) {
    throw InputError(ErrorParts{name, fmt::format("{} columns beside the label", schema.columns.size()),
                                std::to_string(columns.size()), "give the columns that the model was trained on"});
  }
  for (std::size_t c = 0; c < columns.size(); ++c) {
    columns[c].kind = schema.columns[c].kind;
    columns[c].name = schema.columns[c].name;
  }
  if (schema.has_names()) {
    notes.push_back(name + ": it names no columns; they were taken in the order of the training table");
  }
  return columns;
}

}  // namespace

bool fits_pattern(std::string_view text, std::string_view pattern) {
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;  // the last one that was passed
  std::size_t behind = 0;                     // what it stands for ends here
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      behind = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++t;
      ++p;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++behind;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::vector<InputColumn> input_columns(const TextLayout& layout, const SourceOptions& options, const std::string& name,
                                       std::vector<std::string>& notes) {
  if (options.schema) {
    const bool named = options.schema->has_names() && !layout.names.empty() && are_different(options.schema->columns);
    return named ? by_name(layout, *options.schema, name) : by_position(layout, *options.schema, name, notes);
  }
  const std::vector<std::optional<ColumnKind>> kinds = given_kinds(layout, options, name);
  std::vector<InputColumn> columns;
  for (std::size_t c = 0; c < layout.num_columns; ++c) {
    if (!is_label(layout, c)) columns.push_back({c, layout.names.empty() ? "" : layout.names[c], kinds[c]});
  }
  return columns;
}

}  // namespace gradus::data
