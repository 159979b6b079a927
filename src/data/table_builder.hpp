// Collects the records of a text table into inputs and labels.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/block_reader.hpp"
#include "data/text_columns.hpp"
#include "data/text_labels.hpp"
#include "data/text_plan.hpp"
#include "data/text_table.hpp"

namespace gradus::data {

class TableBuilder {
 public:
  /// All references must outlive the builder.
  TableBuilder(const std::string& name, const TextPlan& plan, const SourceOptions& options);

  /// First reading of a record. Throws InputError at another number of fields than the layout has, at an empty label
  /// and where TextColumns::add() does.
  void add(const std::vector<TextField>& fields, std::size_t line);
  [[nodiscard]] TextColumns& columns() { return columns_; }

  /// The table of all records that were added.
  TextTable finish(std::vector<std::string> notes) { return finish(columns_.take_cells(), std::move(notes)); }
  /// That of rows which were read at once, of which the first stands in line `first_line`.
  TextTable finish(TextCells cells, std::size_t first_line, std::vector<std::string> notes);

 private:
  TextTable finish(InputCells inputs, std::vector<std::string> notes);
  void move_labels(TextTable& table);
  void add_label(TextLabels& labels, std::string_view field, std::size_t line) const;

  const std::string& name_;
  const TextLayout& layout_;
  const TextDialect& dialect_;
  const TextPlan& plan_;
  MissingCells missing_;
  TextColumns columns_;
  std::vector<TextLabels> labels_;
  std::vector<std::size_t> lines_;
};

/// Throws InputError where a record in line `line` has not the fields of `layout`.
void check_size(const std::vector<TextField>& fields, const TextPlan& plan, const std::string& name, std::size_t line);

/// Names of the features among `columns`, none where the layout has no names.
std::vector<std::string> names_of_features(const std::vector<Column>& columns, const TextLayout& layout);

/// Lines that were passed over.
struct PassedOver {
  std::size_t comments = 0;
  std::size_t blank = 0;
};
/// The notes of the plan, and what is to be said of those lines.
std::vector<std::string> notes_of(const PassedOver& passed, const TextPlan& plan, const std::string& name,
                                  const SourceOptions& options);

}  // namespace gradus::data
