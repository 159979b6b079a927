// From an ARFF table to a part: which attribute is the target, and what the others give.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/arff.hpp"
#include "data/column_block.hpp"
#include "data/text_encoding.hpp"
#include "data/text_number.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

std::vector<std::string> names_of(const std::vector<ArffAttribute>& attributes) {
  std::vector<std::string> names;
  names.reserve(attributes.size());
  for (const ArffAttribute& attribute : attributes) names.push_back(attribute.name);
  return names;
}

/// The target's number, that of all attributes for none.
std::size_t target_of(const ArffTable& table, const SourceOptions& options, std::vector<std::string>& notes) {
  const std::size_t last = table.attributes.size() - 1;
  if (!options.label.empty()) return label_column(options.label, names_of(table.attributes), last + 1, table.where);
  for (std::size_t c = last + 1; c-- > 0;) {
    if (!equal_without_case(table.attributes[c].name, "class")) continue;
    if (c != last) {
      notes.push_back(
          fmt::format("{}: the target is attribute '{}', though it is not the last; data.label can say "
                      "otherwise",
                      table.where, table.attributes[c].name));
    }
    return c;
  }
  return last;
}

std::string attribute_where(const ArffTable& table, std::size_t attribute) {
  return fmt::format("{}: attribute '{}'", table.where, table.attributes[attribute].name);
}

std::string cell_where(const ArffTable& table, std::size_t row, std::size_t attribute) {
  return fmt::format("{}: line {}, attribute '{}'", table.where, table.lines[row], table.attributes[attribute].name);
}

/// The code of a level, kMissingCode where the cell is missing.
std::vector<std::int32_t> codes_of(const ArffTable& table, std::size_t attribute) {
  std::vector<std::int32_t> codes;
  for (std::size_t r = 0; r < table.lines.size(); ++r) {
    const double cell = table.cell(r, attribute);
    codes.push_back(std::isnan(cell) ? kMissingCode : static_cast<std::int32_t>(cell));
  }
  return codes;
}

std::vector<double> numbers_of(const ArffTable& table, std::size_t attribute) {
  std::vector<double> numbers;
  for (std::size_t r = 0; r < table.lines.size(); ++r) numbers.push_back(table.cell(r, attribute));
  return numbers;
}

std::vector<std::string> words_of(const ArffTable& table, std::size_t attribute) {
  std::vector<std::string> words;
  for (const std::int32_t code : codes_of(table, attribute)) {
    words.push_back(code == kMissingCode ? "" : table.attributes[attribute].levels[static_cast<std::size_t>(code)]);
  }
  return words;
}

/// All attributes but the target become columns of their kind.
void set_columns(PartBlocks& blocks, const ArffTable& table, std::size_t target, const SourceOptions& options) {
  const TextLayout layout = layout_of_names(names_of(table.attributes), target);
  ColumnBlock columns(table.lines.size(), table.where, blocks.notes);
  for (const InputColumn& input : input_columns(layout, options, table.where, blocks.notes)) {
    const ArffAttribute& attribute = table.attributes[input.at];
    switch (attribute.kind) {
      case ArffKind::kNumber:
        columns.add_numbers(input, numbers_of(table, input.at));
        break;
      case ArffKind::kDate:
        columns.add_days(input, numbers_of(table, input.at));
        break;
      case ArffKind::kNominal:
        columns.add_category(input, attribute.levels, codes_of(table, input.at));
        break;
      case ArffKind::kString:
        columns.add_words(input, words_of(table, input.at));
        break;
    }
  }
  blocks.feature_names = columns.move_to(blocks.train);
  blocks.label_column = target;
}

/// The numbers that levels stand for, where they are quantities.
std::vector<double> level_numbers(const ArffTable& table, std::size_t target) {
  std::vector<double> numbers;
  for (const std::string& level : table.attributes[target].levels) {
    const std::optional<double> number = parse_number(level);
    if (!number) {
      throw InputError(ErrorParts{attribute_where(table, target), "numbers as targets of a regression",
                                  "'" + level.substr(0, 40) + "'", "set data.task or data.label"});
    }
    numbers.push_back(*number);
  }
  return numbers;
}

void note_unused_classes(const ArffTable& table, std::size_t target, std::vector<std::string>& notes) {
  const std::vector<std::string>& levels = table.attributes[target].levels;
  std::vector<bool> used(levels.size());
  for (std::size_t r = 0; r < table.lines.size(); ++r) used[static_cast<std::size_t>(table.cell(r, target))] = true;
  std::vector<std::string> unused;
  for (std::size_t k = 0; k < levels.size(); ++k) {
    if (!used[k]) unused.push_back(levels[k]);
  }
  if (unused.empty()) return;
  notes.push_back(
      fmt::format("{}: declared, but no row has it: {}", attribute_where(table, target), fmt::join(unused, ", ")));
}

/// Every row's value of the target, NaN in all of them or in none.
bool has_targets(const ArffTable& table, std::size_t target, std::vector<std::string>& notes) {
  std::size_t missing = 0;
  std::size_t first_missing = 0;
  for (std::size_t r = 0; r < table.lines.size(); ++r) {
    if (std::isnan(table.cell(r, target)) && missing++ == 0) first_missing = r;
  }
  if (missing == 0) return true;
  if (missing < table.lines.size()) {
    throw InputError(
        ErrorParts{cell_where(table, first_missing, target), "a target", "'?'", "remove the rows without one"});
  }
  notes.push_back(attribute_where(table, target) + ": missing in every row, so that there are no targets");
  return false;
}

void set_targets(PartBlocks& blocks, const ArffTable& table, std::size_t target, const SourceOptions& options) {
  const ArffAttribute& attribute = table.attributes[target];
  if (attribute.kind == ArffKind::kDate) {
    throw InputError(ErrorParts{attribute_where(table, target), "numbers, nominal values or strings as target", "dates",
                                "set data.label"});
  }
  blocks.target_name = attribute.name;
  if ((options.schema && !options.read_targets) || !has_targets(table, target, blocks.notes)) return;
  const std::size_t rows = table.lines.size();
  const bool levels_are_numbers = attribute.kind == ArffKind::kNominal && options.task == "regression";
  if (attribute.kind == ArffKind::kNumber || levels_are_numbers) {
    const std::vector<double> numbers = levels_are_numbers ? level_numbers(table, target) : std::vector<double>();
    blocks.train.numbers = Matrix<double>(rows, 1);
    for (std::size_t r = 0; r < rows; ++r) {
      const double cell = table.cell(r, target);
      blocks.train.numbers(r, 0) = levels_are_numbers ? numbers[static_cast<std::size_t>(cell)] : cell;
    }
    return;
  }
  for (std::size_t r = 0; r < rows; ++r) {
    blocks.train.words.push_back(attribute.levels[static_cast<std::size_t>(table.cell(r, target))]);
  }
  if (attribute.kind != ArffKind::kNominal) return;
  blocks.fixed_classes = attribute.levels;
  note_unused_classes(table, target, blocks.notes);
}

}  // namespace

PartBlocks read_arff(std::string_view bytes, const std::string& name, const SourceOptions& options) {
  PartBlocks blocks;
  const DecodedText decoded = decode_text(bytes, name, options.encoding, blocks.notes);
  ArffTable table = read_arff_table(decoded.text(), name, options);
  const std::size_t target = target_of(table, options, blocks.notes);
  PartBlock& block = blocks.train;
  block.where = name;
  set_columns(blocks, table, target, options);
  if (target < table.attributes.size()) set_targets(blocks, table, target, options);
  if (table.has_weights) block.weights = std::move(table.weights);
  block.lines = std::move(table.lines);
  return blocks;
}

}  // namespace gradus::data
