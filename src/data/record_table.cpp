// SPDX-License-Identifier: Apache-2.0
#include "data/record_table.hpp"

#include <fmt/format.h>

#include <cstring>

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
  PartBlock& block = blocks.train;
  block.where = records.where;
  const std::size_t rows = records.num_elements();
  Matrix<double> features(rows, label == names.size() ? names.size() : names.size() - 1);
  for (std::size_t c = 0; c < names.size(); ++c) {
    const RecordField& field = records.fields[c];
    if (c == label) {
      set_target(block, records, field, options.max_bytes);
      blocks.target_name = field.name;
      continue;
    }
    if (field.text) {
      throw InputError(ErrorParts{fmt::format("{}: column '{}'", records.where, field.name), "numbers", "texts",
                                  "leave the column out, or make it the target with data.label"});
    }
    const Matrix<double> column = numbers_of(records, field);
    for (std::size_t r = 0; r < rows; ++r) features(r, blocks.feature_names.size()) = column(r, 0);
    blocks.feature_names.push_back(field.name);
  }
  block.features = std::move(features);
  check_finite(block.features, records.where);
  if (blocks.feature_names.size() > 1 && blocks.feature_names.front() == "index") {
    blocks.notes.push_back(records.where +
                           ": column 'index' is taken as a feature; to_records(index=False) leaves it out");
  }
  return blocks;
}

}  // namespace gradus::data
