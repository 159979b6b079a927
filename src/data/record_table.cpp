// SPDX-License-Identifier: Apache-2.0
#include "data/record_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "data/column_block.hpp"
#include "data/missing_cells.hpp"
#include "gradus/core/error.hpp"

namespace gradus::data {
namespace {

/// The bytes of one column, side by side.
Bytes column_bytes(const RawArray& records, std::size_t offset, std::size_t size) {
  const std::size_t rows = records.num_elements();
  Bytes bytes(rows * size);
  for (std::size_t r = 0; r < rows; ++r) {
    std::memcpy(bytes.data() + r * size, records.bytes.data() + r * records.record_bytes + offset, size);
  }
  return bytes;
}

Matrix<double> numbers_of(const RawArray& records, const RecordField& field) {
  const Bytes bytes = column_bytes(records, field.offset, element_size(field.type));
  RawArray column;
  column.where = records.where;
  column.type = field.type;
  column.big_endian = field.big_endian;
  column.shape = {records.num_elements()};
  column.bytes = bytes;
  return to_doubles(column, grid_of(column));
}

void set_target(PartBlock& block, const RawArray& records, const RecordField& field, std::uint64_t max_bytes) {
  if (field.text) {
    const Bytes bytes = column_bytes(records, field.offset, field.text->size());
    block.words = decode_texts(bytes, records.num_elements(), *field.text, max_bytes, records.where);
  } else {
    block.numbers = numbers_of(records, field);
  }
}

void check_no_infinity(const std::vector<double>& values, const std::string& where, const std::string& name) {
  const auto found = std::find_if(values.begin(), values.end(), [](double value) { return std::isinf(value); });
  if (found == values.end()) return;
  throw InputError(ErrorParts{fmt::format("{}: row {} (from 0), column '{}'", where, found - values.begin(), name),
                              "a finite number", fmt::format("{}", *found), "correct it or leave the column out"});
}

void add_column(ColumnBlock& columns, const InputColumn& input, const RawArray& records, const MissingCells& missing,
                MissingCounts& counts, std::uint64_t max_bytes) {
  const RecordField& field = records.fields[input.at];
  if (!field.text) {
    const Matrix<double> column = numbers_of(records, field);
    std::vector<double> values(column.span().begin(), column.span().end());
    check_no_infinity(values, records.where, field.name);
    columns.add_numbers(input, std::move(values));
    return;
  }
  const Bytes bytes = column_bytes(records, field.offset, field.text->size());
  std::vector<std::string> words = decode_texts(bytes, records.num_elements(), *field.text, max_bytes, records.where);
  for (std::string& word : words) {
    if (missing.count(word, counts)) word.clear();
  }
  columns.add_words(input, words);
}

}  // namespace

PartBlocks blocks_of_records(const RawArray& records, const SourceOptions& options) {
  if (records.shape.size() > 1 && records.num_elements() != records.shape[0]) {
    throw InputError(ErrorParts{records.where, "one record per row", "an array of " + records.shape_text(),
                                "save a plain array of numbers"});
  }
  std::vector<std::string> names;
  names.reserve(records.fields.size());
  for (const RecordField& field : records.fields) names.push_back(field.name);
  const std::size_t label = label_column(options.label, names, names.size(), records.where);
  PartBlocks blocks;
  blocks.train.where = records.where;
  blocks.label_column = label;
  if (label < names.size()) {
    blocks.target_name = names[label];
    const bool needed = !options.schema || options.read_targets;
    if (needed) set_target(blocks.train, records, records.fields[label], options.max_bytes);
  }
  const TextLayout layout = layout_of_names(std::move(names), label);
  ColumnBlock columns(records.num_elements(), records.where, blocks.notes);
  const MissingCells missing(options.missing);
  MissingCounts counts;
  for (const InputColumn& input : input_columns(layout, options, records.where, blocks.notes)) {
    add_column(columns, input, records, missing, counts, options.max_bytes);
  }
  blocks.feature_names = columns.move_to(blocks.train);
  missing.note(records.where, counts, blocks.notes);
  if (blocks.feature_names.size() > 1 && blocks.feature_names.front() == "index") {
    blocks.notes.push_back(records.where +
                           ": column 'index' is taken as a feature; to_records(index=False) leaves it out");
  }
  return blocks;
}

}  // namespace gradus::data
