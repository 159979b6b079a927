// A data set in memory: features as they were stored, targets, parts (train, valid, test) as row lists.
// Pixels stay bytes until a batch needs them. Readers, generators and make_dataset() make it; nothing here knows a file
// format.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "gradus/core/fact_table.hpp"
#include "gradus/core/matrix.hpp"
#include "gradus/core/scaling.hpp"
#include "gradus/data/preprocessing.hpp"
#include "gradus/data/schema.hpp"

namespace gradus {

/// What is learned, and where the targets stand.
enum class Task : std::uint8_t {
  kClassification,  // labels: one class index per row
  kMultiLabel,      // values: N x K of 0 and 1
  kRegression,      // values: N x K
};

inline constexpr std::array kTaskTable = {
    NamedKind<Task>{Task::kClassification, "classification"},
    NamedKind<Task>{Task::kMultiLabel, "multilabel"},
    NamedKind<Task>{Task::kRegression, "regression"},
};

/// By the names of the table; throws InputError with a suggestion.
Task parse_task(std::string_view name);
std::string_view task_name(Task task);

/// N x I features in their stored type, owned or borrowed (gradus/data/memory.hpp).
using Features = std::variant<Matrix<std::uint8_t>, Matrix<float>, Matrix<double>, MatrixView<const std::uint8_t>,
                              MatrixView<const float>, MatrixView<const double>>;

/// use(view) with the features as a MatrixView<const S> of their stored type S.
template <class Use>
decltype(auto) visit_features(const Features& features, const Use& use) {
  return std::visit(
      [&use]<class M>(const M& matrix) -> decltype(auto) {
        if constexpr (requires { matrix.view(); }) {
          return use(matrix.view());
        } else {
          return use(matrix);
        }
      },
      features);
}

/// The features as a view where S is their stored type.
template <class S>
std::optional<MatrixView<const S>> view_as(const Features& features) {
  return visit_features(features, []<class V>(const V& view) -> std::optional<MatrixView<const S>> {
    if constexpr (std::is_same_v<V, MatrixView<const S>>) return view;
    return std::nullopt;
  });
}

/// N.
std::size_t num_rows(const Features& features);
/// I.
std::size_t num_cols(const Features& features);

/// Features and targets of one block of rows. `labels` has N entries for classification, `values` N rows otherwise.
struct Table {
  Features features;                 // N x I, finite; of a table with columns: numbers and dates, NaN where missing
  Matrix<std::int32_t> codes;        // N x C, the categories of a table with columns; empty otherwise
  std::vector<std::int32_t> labels;  // from 0, below the number of classes
  Matrix<double> values;             // N x K, finite
  std::vector<double> weights;       // sample weights, N entries from 0, or empty: all equal

  [[nodiscard]] std::size_t rows() const { return num_rows(features); }
  /// A number of a table with columns is missing (NaN).
  [[nodiscard]] bool has_missing_numbers() const;
};

/// Height x width of image rows (row-major pixels), for pictures in reports.
struct ImageShape {
  std::size_t height = 0;  // rows of pixels
  std::size_t width = 0;   // pixels of a row
  bool operator==(const ImageShape&) const = default;
};

/// One data set. All rows live in `table`; a part is a list of row numbers of it.
struct Dataset {
  std::string name;    // "mnist", "iris.csv", "peaks"
  std::string source;  // path or generator with its settings
  std::string sha256;  // of the files' bytes in reading order, or of the generated values
  Task task = Task::kClassification;
  Table table;
  std::vector<std::uint32_t> train;        // row numbers of the table
  std::vector<std::uint32_t> valid;        // the same; empty: no such part
  std::vector<std::uint32_t> test;         // the same; empty: no such part
  std::vector<std::string> class_names;    // K names, classification and multi-label
  std::vector<std::string> feature_names;  // I names or empty
  std::vector<Column> columns;             // of a table whose columns have kinds, until apply_preprocessing(); or empty
  Preprocessing preprocessing;             // what apply_preprocessing() did; no steps: nothing
  TargetScaling target_scaling;            // what scale_targets() did to Table::values; empty: nothing
  std::size_t label_column = 0;            // Schema::label_column of a text table
  bool samples_in_columns = false;         // of the array that the rows were read from
  std::string target_name;                 // label column or empty; several are joined by commas
  std::vector<std::string> target_names;   // K names of several quantities, or empty
  std::string weight_name;                 // column of sample weights or empty
  std::optional<ImageShape> image;         // where rows are pictures
  std::vector<std::string> notes;          // what the reader guessed and could have guessed otherwise, in sentences

  [[nodiscard]] std::size_t num_features() const { return num_cols(table.features); }
  /// K: classes, labels or regression targets.
  [[nodiscard]] std::size_t num_outputs() const;
};

/// Moves a feature column, by its name or its number among the features, to `table.weights`. Throws InputError: no such
/// column, a weight that is negative or not finite.
void take_weight_column(Dataset& dataset, const std::string& column);

/// Mean and standard deviation of the training part's values, K of each; 1 for a constant one. Regression only.
/// `log1p`: those of their ln(1 + y); throws InputError where one is not above -1.
TargetScaling target_standardization(const Dataset& dataset, bool log1p = false);
/// Replaces the values by targets. The data set must have K values and be unscaled.
void scale_targets(Dataset& dataset, const TargetScaling& scaling);
/// What an output of the network, the k-th, is in the values' own unit.
double unscaled_target(const TargetScaling& scaling, double output, std::size_t k);
/// Targets or outputs (N x K) back in the values' own unit, in place.
void unscale_targets(const TargetScaling& scaling, MatrixView<double> values);

/// Least and largest feature of the rows `rows`, which are not none.
std::pair<double, double> feature_range(const Features& features, std::span<const std::uint32_t> rows);

/// Writes rows `rows[b]` of `features`, scaled, to row b of `out` (rows.size() x I). The value is computed in double
/// and rounded once to T. Every row number must be < N; `scaling` must fit I.
template <class T>
void gather_rows(const Features& features, const Scaling& scaling, std::span<const std::uint32_t> rows,
                 MatrixView<T> out);

}  // namespace gradus
