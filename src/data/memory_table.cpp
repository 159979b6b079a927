// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/memory_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "data/column_block.hpp"
#include "data/input_columns.hpp"
#include "data/missing_cells.hpp"
#include "data/part_block.hpp"
#include "data/raw_array.hpp"
#include "data/word_list.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"

namespace gradus {
namespace data {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

[[noreturn]] void refuse_table(const std::string& where, const std::string& expected, const std::string& found,
                               const std::string& advice = "") {
  throw InputError({.where = where, .expected = expected, .found = found, .advice = advice});
}

void require_rows(const MemoryTable& table, std::size_t found, const std::string& what) {
  if (found == table.rows) return;
  refuse_table(table.name + ": " + what, fmt::format("{} rows", table.rows), std::to_string(found));
}

std::size_t num_cells(const MemoryColumn& column) {
  return std::visit(Overloaded{[](const NumberCells& cells) { return cells.values.size(); },
                               [](const DateCells& cells) { return cells.days.size(); },
                               [](const CategoryCells& cells) { return cells.codes.size(); },
                               [](const WordCells& cells) { return cells.words.size(); }},
                    column.cells);
}

void check_codes(const std::string& where, const CategoryCells& cells) {
  const auto count = static_cast<std::int64_t>(cells.levels.size());
  for (std::size_t r = 0; r < cells.codes.size(); ++r) {
    const std::int32_t code = cells.codes[r];
    if (code >= kMissingCode && code < count) continue;
    refuse_table(fmt::format("{}: row {} (from 0)", where, r),
                 fmt::format("a code from 0 to {}, or -1 for a missing one", count - 1), std::to_string(code));
  }
}

void check_no_infinity(const std::string& where, const std::vector<double>& values) {
  const auto found = std::ranges::find_if(values, [](double value) { return std::isinf(value); });
  if (found == values.end()) return;
  refuse_table(fmt::format("{}: row {} (from 0)", where, found - values.begin()), "a finite number or a missing one",
               fmt::format("{}", *found), "correct it or leave the column out");
}

/// Levels that occur, in the order that a file's would have.
void add_categories(ColumnBlock& columns, const InputColumn& input, const CategoryCells& cells) {
  std::vector<bool> used(cells.levels.size());
  for (const std::int32_t code : cells.codes) {
    if (code != kMissingCode) used[static_cast<std::size_t>(code)] = true;
  }
  WordList words;
  std::vector<std::int32_t> word_of(cells.levels.size(), kMissingCode);
  for (std::size_t k = 0; k < cells.levels.size(); ++k) {
    if (used[k]) word_of[k] = words.add(cells.levels[k], k);
  }
  WordList::Levels levels = words.levels({});
  std::vector<std::int32_t> codes;
  codes.reserve(cells.codes.size());
  for (const std::int32_t code : cells.codes) {
    const std::int32_t word = code == kMissingCode ? kMissingCode : word_of[static_cast<std::size_t>(code)];
    codes.push_back(word == kMissingCode ? kMissingCode : levels.place[static_cast<std::size_t>(word)]);
  }
  columns.add_category(input, std::move(levels.names), std::move(codes));
}

/// A table's columns, checked, as the features of a part.
class TableReader {
 public:
  TableReader(const MemoryTable& table, const SourceOptions& options) : table_(table), options_(options) {}

  PartBlocks read() {
    PartBlocks blocks;
    blocks.train.where = table_.name;
    if (table_.columns.empty()) {
      read_matrix(blocks);
    } else {
      read_columns(blocks);
    }
    std::visit([&](const auto& targets) { take(blocks, targets); }, table_.targets);
    take_weights(blocks.train);
    return blocks;
  }

 private:
  void read_columns(PartBlocks& blocks) {
    std::vector<std::string> names;
    for (const MemoryColumn& column : table_.columns) {
      names.push_back(column.name);
      require_rows(table_, num_cells(column), fmt::format("column '{}'", column.name));
    }
    std::size_t label = names.size();
    const bool label_is_column = std::holds_alternative<std::monostate>(table_.targets) && !options_.label.empty();
    const bool has_label = std::ranges::find(names, options_.label) != names.end();
    // Rows to predict often come without the column that is to be predicted.
    if (label_is_column && (has_label || options_.read_targets)) {
      label = label_column(options_.label, names, names.size(), table_.name);
    }
    blocks.label_column = label;
    if (label < names.size()) {
      blocks.target_name = names[label];
      if (!options_.schema || options_.read_targets) take_label(blocks.train, table_.columns[label]);
    }
    const TextLayout layout = layout_of_names(std::move(names), label);
    ColumnBlock columns(table_.rows, table_.name, blocks.notes);
    const MissingCells missing(options_.missing);
    MissingCounts counts;
    for (const InputColumn& input : input_columns(layout, options_, table_.name, blocks.notes)) {
      add_column(columns, input, missing, counts);
    }
    blocks.feature_names = columns.move_to(blocks.train);
    missing.note(table_.name, counts, blocks.notes);
  }

  void add_column(ColumnBlock& columns, const InputColumn& input, const MissingCells& missing, MissingCounts& counts) {
    const MemoryColumn& column = table_.columns[input.at];
    const std::string where = fmt::format("{}: column '{}'", table_.name, column.name);
    std::visit(Overloaded{[&](const NumberCells& cells) {
                            check_no_infinity(where, cells.values);
                            columns.add_numbers(input, cells.values);
                          },
                          [&](const DateCells& cells) {
                            check_no_infinity(where, cells.days);
                            columns.add_days(input, cells.days);
                          },
                          [&](const CategoryCells& cells) {
                            check_codes(where, cells);
                            add_categories(columns, input, cells);
                          },
                          [&](const WordCells& cells) {
                            std::vector<std::string> words = cells.words;
                            for (std::string& word : words) {
                              if (missing.count(word, counts)) word.clear();
                            }
                            columns.add_words(input, words);
                          }},
               column.cells);
  }

  void take_label(PartBlock& block, const MemoryColumn& column) const {
    const std::string where = fmt::format("{}: column '{}'", table_.name, column.name);
    std::visit(Overloaded{[&](const NumberCells& cells) {
                            block.numbers = Matrix<double>(table_.rows, 1);
                            std::ranges::copy(cells.values, block.numbers.data());
                          },
                          [&](const DateCells&) { refuse_table(where, "numbers or classes as target", "dates"); },
                          [&](const CategoryCells& cells) {
                            check_codes(where, cells);
                            for (const std::int32_t code : cells.codes) {
                              if (code == kMissingCode) refuse_table(where, "a class in every row", "a missing one");
                              block.words.push_back(cells.levels[static_cast<std::size_t>(code)]);
                            }
                          },
                          [&](const WordCells& cells) {
                            // Words such as ? may be classes: only what is empty is none.
                            if (std::ranges::find(cells.words, std::string()) != cells.words.end()) {
                              refuse_table(where, "a class in every row", "an empty cell");
                            }
                            block.words = cells.words;
                          }},
               column.cells);
  }

  void read_matrix(PartBlocks& blocks) const {
    PartBlock& block = blocks.train;
    require_rows(table_, num_rows(table_.matrix), "features");
    const std::size_t cols = num_cols(table_.matrix);
    const std::vector<std::string>& names = table_.matrix_names;
    if (!names.empty() && names.size() != cols) {
      refuse_table(table_.name + ": feature names", fmt::format("{}, one a column", cols),
                   std::to_string(names.size()));
    }
    const bool missing = has_missing();
    if (names.empty() && !missing && !options_.schema) {
      block.features = table_.matrix;
      return;
    }
    const TextLayout layout = layout_of(names, cols);
    const std::vector<InputColumn> inputs = input_columns(layout, options_, table_.name, blocks.notes);
    blocks.label_column = cols;
    block.features = chosen(inputs, missing);
    for (const InputColumn& input : inputs) {
      const ColumnKind kind = input.kind.value_or(ColumnKind::kNumber);
      if (kind == ColumnKind::kCategory || kind == ColumnKind::kDate) {
        refuse_table(fmt::format("{}: column '{}'", table_.name, input.name),
                     std::string(column_kind_name(kind)) + " cells", "a matrix of numbers",
                     "give the columns one by one");
      }
      block.columns.push_back({input.name, kind, {}});
      if (kind == ColumnKind::kNumber) blocks.feature_names.push_back(input.name);
    }
    if (names.empty()) blocks.feature_names.clear();
  }

  static TextLayout layout_of(const std::vector<std::string>& names, std::size_t cols) {
    TextLayout layout = layout_of_names(names, cols);
    layout.num_columns = cols;
    layout.has_header = !names.empty();
    return layout;
  }

  [[nodiscard]] bool has_missing() const {
    bool missing = false;
    visit_features(table_.matrix, [&](const auto& view) {
      for (std::size_t r = 0; r < view.rows(); ++r) {
        for (const auto value : view.row(r)) {
          const auto number = static_cast<double>(value);
          if (std::isfinite(number)) continue;
          if (std::isinf(number)) {
            refuse_table(fmt::format("{}: row {} (from 0)", table_.name, r), "finite numbers or NaN", "infinity",
                         "correct it or leave the column out");
          }
          missing = true;
        }
      }
    });
    return missing;
  }

  /// The matrix itself where all its columns are wanted as they stand.
  [[nodiscard]] Features chosen(const std::vector<InputColumn>& inputs, bool missing) const {
    std::vector<std::size_t> places;
    for (const InputColumn& input : inputs) {
      if (input.kind != ColumnKind::kIgnored) places.push_back(input.at);
    }
    bool all = places.size() == num_cols(table_.matrix);
    for (std::size_t c = 0; all && c < places.size(); ++c) all = places[c] == c;
    if (all && !missing) return table_.matrix;
    Matrix<double> features(table_.rows, places.size());
    visit_features(table_.matrix, [&](const auto& view) {
      for (std::size_t r = 0; r < view.rows(); ++r) {
        for (std::size_t c = 0; c < places.size(); ++c) features(r, c) = static_cast<double>(view(r, places[c]));
      }
    });
    return features;
  }

  void take(PartBlocks& /*blocks*/, const std::monostate& /*none*/) const {}
  void take(PartBlocks& blocks, const ClassTargets& targets) const {
    require_rows(table_, targets.labels.size(), "labels");
    blocks.index_labels = true;
    blocks.fixed_classes = targets.class_names;
    blocks.train.numbers = Matrix<double>(table_.rows, 1);
    std::ranges::copy(targets.labels, blocks.train.numbers.data());
  }
  void take(PartBlocks& blocks, const ValueTargets& targets) const {
    blocks.target_names = table_.target_names;
    for (const std::string& name : table_.target_names) {
      blocks.target_name += (blocks.target_name.empty() ? "" : ",") + name;
    }
    std::visit([&](const auto& values) { copy_values(blocks, values); }, targets.values);
    if (blocks.target_names.size() == 1) blocks.target_names.clear();
  }
  void take(PartBlocks& blocks, const LabelSetTargets& targets) const {
    blocks.fixed_classes = targets.class_names;
    std::visit([&](const auto& values) { copy_values(blocks, values); }, targets.values);
  }
  template <class S>
  void copy_values(PartBlocks& blocks, MatrixView<const S> values) const {
    require_rows(table_, values.rows(), "targets");
    blocks.train.numbers = Matrix<double>(values.rows(), values.cols());
    for (std::size_t r = 0; r < values.rows(); ++r)
      std::ranges::copy(values.row(r), blocks.train.numbers.row(r).begin());
  }

  void take_weights(PartBlock& block) const {
    if (table_.weights.empty()) return;
    require_rows(table_, table_.weights.size(), "weights");
    const auto bad = std::ranges::find_if(table_.weights, [](double w) { return !std::isfinite(w) || w < 0.0; });
    if (bad != table_.weights.end()) {
      refuse_table(fmt::format("{}: weights: row {} (from 0)", table_.name, bad - table_.weights.begin()),
                   "a finite weight from 0", fmt::format("{}", *bad));
    }
    block.weights = table_.weights;
  }

  const MemoryTable& table_;
  const SourceOptions& options_;
};

/// What the targets are says the task.
SourceOptions with_task_of(const MemoryTable& table, SourceOptions options) {
  constexpr Task kTasks[] = {Task::kClassification, Task::kRegression, Task::kMultiLabel};  // behind monostate
  if (table.targets.index() == 0) return options;
  const std::string_view task = task_name(kTasks[table.targets.index() - 1]);
  if (!options.task.empty() && options.task != task) {
    refuse_table("data.task", std::string(task) + ", which the targets are", "'" + options.task + "'");
  }
  options.task = task;
  return options;
}

void hash_words(Sha256& hash, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    hash.update(std::as_bytes(std::span(word)));
    hash.update(std::as_bytes(std::span("\0", 1)));
  }
}

/// Of everything that was read.
std::string table_hash(const Dataset& dataset) {
  Sha256 hash;
  visit_features(dataset.table.features, [&hash](const auto& features) {
    for (std::size_t r = 0; r < features.rows(); ++r) hash.update(std::as_bytes(features.row(r)));
  });
  hash.update(std::as_bytes(dataset.table.codes.span()));
  for (const Column& column : dataset.columns) hash_words(hash, column.levels);
  hash.update(std::as_bytes(std::span(dataset.table.labels)));
  hash.update(std::as_bytes(dataset.table.values.span()));
  hash.update(std::as_bytes(std::span(dataset.table.weights)));
  return hash.hex_digest();
}

}  // namespace
}  // namespace data

Dataset read_table(const MemoryTable& train, const MemoryTable* valid, const SourceOptions& given) {
  const SourceOptions options = data::with_task_of(train, given);
  data::PartBlocks blocks = data::TableReader(train, options).read();
  if (valid != nullptr) {
    if (valid->targets.index() != train.targets.index()) {
      data::refuse_table(valid->name, "targets of the same kind as in the training part", "others");
    }
    const SourceOptions further = data::options_of_further_part(blocks, options);
    data::PartBlocks read = data::TableReader(*valid, further).read();
    blocks.valid = std::move(read.train);
    blocks.notes.insert(blocks.notes.end(), read.notes.begin(), read.notes.end());
  }
  const bool targetless = blocks.train.numbers.empty() && blocks.train.words.empty();
  std::vector<double> weights = data::row_weights(blocks);
  Dataset dataset = data::make_dataset(std::move(blocks), options);
  if (targetless && !options.task.empty()) dataset.task = parse_task(options.task);
  dataset.table.weights = std::move(weights);
  dataset.name = train.name;
  dataset.source = train.name;
  dataset.sha256 = data::table_hash(dataset);
  if (!options.weight.empty()) take_weight_column(dataset, options.weight);
  return dataset;
}

}  // namespace gradus
