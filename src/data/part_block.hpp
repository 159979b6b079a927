// The common end of all readers: blocks of features and raw targets, one per part, become a Dataset. Here it is decided
// whether a target is a class, a set of labels or a quantity, and what the classes are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/npy.hpp"
#include "gradus/data/dataset.hpp"
#include "gradus/data/source.hpp"

namespace gradus::data {

struct SparseRows;

/// Features of one part with their targets as the file has them: numbers (N x K), words (N), or neither.
struct PartBlock {
  std::string where;  // file and variable, for messages
  Features features;
  Matrix<std::int32_t> codes;   // categories of a text table
  std::vector<Column> columns;  // of a text table; empty: all features are numbers
  Matrix<double> numbers;
  std::vector<std::string> words;
  std::map<double, std::string> code_names;  // of numbers whose zeros belong to the name, as 007; empty: the numbers'
  std::vector<std::size_t> lines;            // text files: line of each row; empty otherwise
  bool samples_in_columns = false;           // of the array that this was
  std::optional<ImageShape> image;           // arrays of more than two dimensions
  std::vector<std::string> notes;            // guesses that could matter, one sentence each
  std::vector<double> weights;               // sample weights where the file has them for its rows; empty otherwise
  std::shared_ptr<SparseRows> sparse;  // rows that become features and targets with the other parts; null otherwise

  [[nodiscard]] std::size_t rows() const { return num_rows(features); }
  /// "FILE: line 12" or "FILE: row 11 (from 0)".
  [[nodiscard]] std::string row_where(std::size_t row) const;
};

struct PartBlocks {
  PartBlock train;
  PartBlock valid;  // no rows: no such part
  PartBlock test;
  /// Labels are indexes (arrays, IDX), not names (text): far outliers are errors, gaps are classes without samples.
  bool index_labels = false;
  /// The classes in their order, whatever occurs (labels are words among them, or their numbers from 0), or the names
  /// of a multi-label target's columns; empty: found from the training part.
  std::vector<std::string> fixed_classes;
  std::vector<std::string> feature_names;
  std::string target_name;                // several are joined by commas
  std::vector<std::string> target_names;  // of several label columns; else empty
  std::size_t label_column = 0;           // Schema::label_column of a text table
  std::vector<std::string> notes;         // guesses that could matter, before those of the parts
};

/// Targets decide the task when `options.task` is empty:
///   words                                  classes, named by them, sorted
///   one column, whole numbers              classes when there are at most 1,000 different ones, else regression
///   one column, other numbers              regression, unless at most 20 values occur, each twice on average: classes
///   the same in a text table               classes when at most 20 values occur, each twice on average if not whole,
///   or
///                                          whole ones without a gap between them, each five times on average
///   K columns of 0 and 1, one 1 in each row classes 0..K-1
///   K columns of 0 and 1                   multi-label
///   K other columns                        regression
/// Throws InputError when parts do not fit each other, a label is out of range or a value is not finite.
Dataset make_dataset(PartBlocks blocks, const SourceOptions& options);

/// How a part that comes after the first is read: its columns are found by their names and are of the same kinds.
SourceOptions options_of_further_part(const PartBlocks& blocks, const SourceOptions& options);

/// Sample weights of all rows, part after part as make_dataset() puts them; 1 where a part has none, empty where no
/// part has any.
std::vector<double> row_weights(const PartBlocks& blocks);

/// Arrays by their names (find_roles() in array_roles.hpp) as parts. A single array is a table with a label column.
PartBlocks blocks_of_arrays(const std::vector<NamedArray>& arrays, const SourceOptions& options,
                            const std::string& file);
/// One features array with one target array of numbers or texts, samples in rows or columns (in the first or the last
/// of more than two dimensions) as they fit or as `orientation` says.
PartBlock block_of_pair(const RawArray& x, const RawArray& y, const std::string& orientation);
/// A table of numbers whose column `options.label` is the target.
PartBlock block_of_table(const RawArray& table, const SourceOptions& options);

/// Column number that `label` ("" = last, a number, negative from the end) means among `num_columns`; `names` may be
/// empty. Throws InputError when there is none. "none" gives `num_columns`: no target.
std::size_t label_column(const std::string& label, const std::vector<std::string>& names, std::size_t num_columns,
                         const std::string& where);

/// The columns of targets: none for "none", that of label_column(), or several in a list "a,b" where no column has that
/// name.
std::vector<std::size_t> label_columns(const std::string& label, const std::vector<std::string>& names,
                                       std::size_t num_columns, const std::string& where);

/// Column number that `column` (a name, or a number, negative from the end) means among `num_columns`; `what` is its
/// role, for messages. Throws InputError when there is none, or when several have that name.
std::size_t named_column(const std::string& column, const std::vector<std::string>& names, std::size_t num_columns,
                         const char* what, const std::string& where);

/// Height and width when `num_features` is 784, or when the feature names are pixel_... and their number is square.
std::optional<ImageShape> guess_image(std::size_t num_features, const std::vector<std::string>& feature_names);

}  // namespace gradus::data
