// gradus_data: rows as the caller has them.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "capi/handles.hpp"
#include "capi/numbers.hpp"

namespace gradus::capi {
namespace {

void note_rounded(gradus_data& data, const std::string& where, bool rounded) {
  if (!rounded) return;
  data.notes.push_back(fmt::format(
      "{}: {}: whole numbers beyond 2^53 were rounded; as texts they would keep their digits", data.table.name, where));
}

MemoryColumn& add_column(gradus_data& data, const char* name) {
  if (num_cols(data.table.matrix) > 0) {
    throw InputError(ErrorParts{data.table.name, "columns or a matrix", "both", ""});
  }
  data.table.columns.push_back({required_text(name, "name"), NumberCells{}});
  return data.table.columns.back();
}

/// A number a row, `step` bytes apart.
std::vector<double> column_of(const gradus_data& data, gradus_type type, const void* values, std::int64_t step,
                              bool& rounded) {
  const Numbers numbers{type, values, data.table.rows, 1, step, 0};
  check_numbers(numbers, "values");
  const Matrix<double> column = to_doubles(numbers, rounded);
  return {column.span().begin(), column.span().end()};
}

/// Targets (rows x `count`) that `data` keeps.
MatrixView<const double> take_values(gradus_data& data, gradus_type type, const void* values, std::int64_t count,
                                     std::int64_t row_step, std::int64_t column_step) {
  const Numbers numbers{type, values, data.table.rows, size_of(count, "targets"), row_step, column_step};
  check_numbers(numbers, "values");
  bool rounded = false;
  data.values = to_doubles(numbers, rounded);
  note_rounded(data, "targets", rounded);
  return data.values.view();
}

}  // namespace
}  // namespace gradus::capi

using namespace gradus;
using namespace gradus::capi;

extern "C" {

gradus_status gradus_data_create(const char* name, int64_t rows, gradus_data** data) {
  return guarded([&] {
    require(data, "data");
    auto made = std::make_unique<gradus_data>();
    made->table.name = required_text(name, "name");
    made->table.rows = size_of(rows, "rows");
    *data = made.release();
  });
}

void gradus_data_free(gradus_data* data) {
  delete data;
}

int64_t gradus_data_rows(const gradus_data* data) {
  return data == nullptr ? 0 : static_cast<int64_t>(data->table.rows);
}

gradus_status gradus_data_set_matrix(gradus_data* data, gradus_type type, const void* values, int64_t rows,
                                     int64_t columns, int64_t row_step, int64_t column_step, const char* const* names) {
  return guarded([&] {
    require(data, "data");
    const Numbers numbers{type, values, size_of(rows, "rows"), size_of(columns, "columns"), row_step, column_step};
    check_numbers(numbers, "values");
    if (numbers.rows != data->table.rows) {
      throw InputError(ErrorParts{data->table.name, fmt::format("a matrix of {} rows", data->table.rows),
                                  std::to_string(numbers.rows), ""});
    }
    if (!data->table.columns.empty()) {
      throw InputError(ErrorParts{data->table.name, "columns or a matrix", "both", ""});
    }
    bool rounded = false;
    data->table.matrix_names = texts_of(names, columns, "names");
    data->table.matrix = to_features(numbers, rounded);
    note_rounded(*data, "features", rounded);
  });
}

gradus_status gradus_data_add_numbers(gradus_data* data, const char* name, gradus_type type, const void* values,
                                      int64_t step, const uint8_t* missing) {
  return guarded([&] {
    require(data, "data");
    bool rounded = false;
    NumberCells cells{column_of(*data, type, values, step, rounded)};
    for (std::size_t r = 0; missing != nullptr && r < cells.values.size(); ++r) {
      if (missing[r] != 0) cells.values[r] = std::numeric_limits<double>::quiet_NaN();
    }
    add_column(*data, name).cells = std::move(cells);
    note_rounded(*data, fmt::format("column '{}'", name), rounded);
  });
}

gradus_status gradus_data_add_dates(gradus_data* data, const char* name, const double* days) {
  return guarded([&] {
    require(data, "data");
    if (data->table.rows > 0) require(days, "days");
    add_column(*data, name).cells = DateCells{{days, days + data->table.rows}};
  });
}

gradus_status gradus_data_add_categories(gradus_data* data, const char* name, const int32_t* codes,
                                         const char* const* levels, int64_t num_levels) {
  return guarded([&] {
    require(data, "data");
    if (data->table.rows > 0) require(codes, "codes");
    if (num_levels > 0) require(levels, "levels");
    CategoryCells cells{texts_of(levels, num_levels, "levels"), {codes, codes + data->table.rows}};
    add_column(*data, name).cells = std::move(cells);
  });
}

gradus_status gradus_data_add_texts(gradus_data* data, const char* name, const char* text, const int64_t* offsets) {
  return guarded([&] {
    require(data, "data");
    const std::size_t rows = data->table.rows;
    WordCells cells;
    cells.words.reserve(rows);
    if (rows > 0) require(offsets, "offsets");
    for (std::size_t r = 0; r < rows; ++r) {
      if (offsets[r] < 0 || offsets[r + 1] < offsets[r]) {
        throw InputError(ErrorParts{fmt::format("offsets: row {} (from 0)", r), "offsets from 0 that do not go down",
                                    fmt::format("{} and {}", offsets[r], offsets[r + 1]), ""});
      }
      if (offsets[r + 1] > offsets[r]) require(text, "text");
      cells.words.emplace_back(text + offsets[r], static_cast<std::size_t>(offsets[r + 1] - offsets[r]));
    }
    add_column(*data, name).cells = std::move(cells);
  });
}

gradus_status gradus_data_set_classes(gradus_data* data, const int32_t* labels, const char* const* names,
                                      int64_t num_classes) {
  return guarded([&] {
    require(data, "data");
    if (data->table.rows > 0) require(labels, "labels");
    require(names, "names");
    ClassTargets targets{.labels = {}, .class_names = texts_of(names, num_classes, "names")};
    data->labels.assign(labels, labels + data->table.rows);
    targets.labels = data->labels;
    data->table.targets = std::move(targets);
  });
}

gradus_status gradus_data_set_values(gradus_data* data, gradus_type type, const void* values, int64_t targets,
                                     int64_t row_step, int64_t column_step, const char* const* names) {
  return guarded([&] {
    require(data, "data");
    data->table.target_names = texts_of(names, targets, "names");
    data->table.targets = ValueTargets{take_values(*data, type, values, targets, row_step, column_step)};
  });
}

gradus_status gradus_data_set_label_sets(gradus_data* data, gradus_type type, const void* values, int64_t labels,
                                         int64_t row_step, int64_t column_step, const char* const* names) {
  return guarded([&] {
    require(data, "data");
    std::vector<std::string> class_names = texts_of(names, labels, "names");
    data->table.targets =
        LabelSetTargets{take_values(*data, type, values, labels, row_step, column_step), std::move(class_names)};
  });
}

gradus_status gradus_data_set_weights(gradus_data* data, gradus_type type, const void* values, int64_t step) {
  return guarded([&] {
    require(data, "data");
    bool rounded = false;
    data->table.weights = column_of(*data, type, values, step, rounded);
  });
}

}  // extern "C"
