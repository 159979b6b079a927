// One entry to every data source: a path or a name in, a Dataset out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/data/dataset.hpp"

namespace gradus {

/// What SourceOptions::encoding may be.
inline constexpr std::array<std::string_view, 5> kTextEncodings = {"auto", "utf-8", "utf-16", "latin-1",
                                                                   "windows-1252"};

constexpr std::uint64_t kDefaultMaxBytes = std::uint64_t{8} << 30;
/// Every pair of classes has a number in a confusion matrix.
constexpr std::uint64_t kDefaultMaxClasses = 1000;

/// How to read a source. Defaults suit every published file.
struct SourceOptions {
  std::string base_folder;  // where relative paths are looked for first ("" = the working directory alone)
  std::string data_dir;     // first place to look for named sets; then $GRADUS_DATA_DIR, then the user's cache
  std::string valid_path;   // further file that becomes the validation part ("" = none)
  std::string test_path;    // the same of the test part
  std::string
      label;  // label column: name, number (0-based; negative counts from the end), "" = last, "none" = no target
  std::string weight;         // column of sample weights, by name or number among the features; "" = none
  std::string task;           // "", "classification", "regression", "multilabel"; "" decides from the labels
  std::string header;         // "auto", "yes", "no" (text files)
  std::string delimiter;      // text files: "auto", "tab", "space" (any white space) or one character
  std::string decimal;        // text files: "auto", "." or ","
  std::string thousands;      // text files: what separates groups of three digits; "" and "none": nothing
  std::string comment;        // text files: how comment lines start; "auto" is #, "none": there are none
  std::string encoding;       // text files: one of kTextEncodings
  std::string orientation;    // "auto", "rows", "columns": samples in rows or columns (MAT, npy)
  std::string feature_array;  // name of the training features among a file's arrays (npz, MAT); "" = usual names
  std::string label_array;    // the same of the labels; "" beside feature_array: the features are a table
  // Columns of a text table, by name, number (from 0, among all columns) or pattern (* and ?). What is in no list is
  // decided from the values.
  std::vector<std::string> categories;   // their values are levels, whatever they look like
  std::vector<std::string> numbers;      // their values must be numbers
  std::vector<std::string> dates;        // their values must be dates
  std::vector<std::string> ignore;       // they are left out
  std::vector<std::string> missing;      // what stands in a missing cell; empty: nothing, NA, N/A, NaN, null, ? and -
  std::shared_ptr<const Schema> schema;  // the columns to take, matched by name; null: those that the table has
  bool read_targets = true;              // false, with a schema: labels are not looked at
  std::string index_base;                // LibSVM: the first feature's index, "auto", "0" or "1"
  std::size_t num_features = 0;          // LibSVM: at least so many features, whatever indexes occur
  std::size_t generated_rows = 0;        // generators: 0 = their default
  std::uint64_t seed = 0;                // generators
  double noise = -1.0;                   // generators: < 0 = their default
  /// Refuse files that unpack to more. The default refuses too what is out of proportion: packed files that unpack to
  /// more than 100 times their size, and arrays and sparse rows that do when they are spread out (small ones are not).
  std::uint64_t max_bytes = kDefaultMaxBytes;
  std::uint64_t max_classes = kDefaultMaxClasses;  // refuse targets of more classes
  unsigned threads = 0;  // how many read a text side by side; 0: one per core. The result is the same
  /// LibSVM: sets of labels have a column for each of these; empty: for those that occur.
  std::vector<std::string> label_names;
};

/// Reads SRC (see README, "Data sources"). Parts that the source defines (MNIST's test file, Yv/Cv of a MAT file) are
/// set; all other rows are in `train`. A pair of files (IDX, npy, npz, MAT) is "IMAGES,LABELS"; "-" is standard input.
/// Throws InputError with file and offset or line.
Dataset read_source(const std::string& source, const SourceOptions& options = {});

/// A source that has a name, for lists.
struct SourceEntry {
  std::string name;
  std::string summary;
  bool fetchable = false;  // 'gradus data fetch' knows where to download it
};
/// Published sets that are looked for as files.
std::vector<SourceEntry> named_sources();
/// Sets that are made up on the spot.
std::vector<SourceEntry> generators();
/// Where named sets are looked for, in this order: `data_dir` if any, $GRADUS_DATA_DIR if set, the user's cache.
std::vector<std::string> data_folders(const std::string& data_dir);
/// $XDG_CACHE_HOME/gradus or ~/.cache/gradus.
std::string user_cache_folder();

/// How rows without a part are divided. Amounts below 1 are fractions of the training rows, others are counts.
struct SplitOptions {
  double valid = 0.0;       // from 0; 0: no validation part
  double test = 0.0;        // from 0; 0: no test part
  bool stratified = false;  // classification: every class is divided in the same proportion
  bool shuffled = true;     // false: the last rows become valid, then test, in file order
  std::uint64_t seed = 0;   // of the shuffling
};

/// Moves rows of `train` to `valid` and `test` where those parts are empty and an amount is asked for. Throws
/// InputError where nothing would be left to train on.
void split(Dataset& dataset, const SplitOptions& options);

/// Mean and standard deviation (population) of the training part after division by `divisor`, I of each; 0
/// and 1 for inputs that are indicators by their making (Preprocessing::is_indicator()). Throws
/// InputError without training rows, or for a divisor that is 0 or not finite.
Scaling standardization(const Dataset& dataset, double divisor);
/// The same with the training part's median, and its interquartile range (quartiles as numpy.quantile has them; half
/// the range where that is 0) in place of mean and deviation: what far outliers do not move.
Scaling robust_scaling(const Dataset& dataset, double divisor);
/// Bounds the inputs by smooth_clip(), `bound` > 0, but for indicators. `scaling` is of this data set.
void clip_smoothly(Scaling& scaling, const Dataset& dataset, double bound);
/// 255 for byte images, 1 for everything else.
double default_divisor(const Dataset& dataset);

}  // namespace gradus
