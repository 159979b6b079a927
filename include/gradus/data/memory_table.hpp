// A table from the caller's memory: columns of numbers, dates, categories or words, as a data frame has them, read by
// the rules of files. What passes is a data set like that of a file with these cells.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "gradus/data/dataset.hpp"
#include "gradus/data/memory.hpp"
#include "gradus/data/source.hpp"

namespace gradus {

/// N numbers; NaN: missing.
struct NumberCells {
  std::vector<double> values;
};

/// N points in time as days since 1970-01-01 00:00, with the time as their fraction; NaN: missing.
struct DateCells {
  std::vector<double> days;
};

/// N indexes of levels; kMissingCode: missing. Levels that no row has are left out, as a file would not show them.
struct CategoryCells {
  std::vector<std::string> levels;
  std::vector<std::int32_t> codes;
};

/// N texts, of which it is decided as for a text file what they are: numbers, dates, categories or names of the rows.
struct WordCells {
  std::vector<std::string> words;  // empty, or one of SourceOptions::missing: missing
};

/// One column.
struct MemoryColumn {
  std::string name;
  std::variant<NumberCells, DateCells, CategoryCells, WordCells> cells;
};

/// Rows with their targets. Features are either a matrix or columns.
struct MemoryTable {
  std::string name = "memory";  // in messages and records
  std::size_t rows = 0;         // N
  /// N x I, owned, or borrowed: then the elements must outlive the data set. With names, or where a number is missing
  /// (NaN), its columns are those of a table; without, it is an array, whose features are taken as they are.
  Features matrix;
  std::vector<std::string> matrix_names;  // I names or empty
  std::vector<MemoryColumn> columns;      // where there is no matrix
  /// monostate: the column SourceOptions::label is the target where there are columns, else there are no targets.
  Targets targets;
  std::vector<std::string> target_names = {};  // of ValueTargets: K names or empty
  std::vector<double> weights = {};            // N sample weights from 0, finite, or empty
};

/// The data set of `train` and, where it is not null, `valid` as its validation part. Of the options those about
/// columns, label, task and schema count. With `options.schema` columns are found by their names, those that it has not
/// are left out, and unnamed ones are taken in their order. Throws InputError, one sentence, for everything that does
/// not fit.
Dataset read_table(const MemoryTable& train, const MemoryTable* valid, const SourceOptions& options);

}  // namespace gradus
