// SPDX-License-Identifier: Apache-2.0
#include "gradus/data/preprocessing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/scalar_math.hpp"
#include "data/calendar.hpp"
#include "data/level_codes.hpp"
#include "data/unknown_levels.hpp"
#include "gradus/core/error.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus {
namespace {

constexpr std::size_t kNoPlace = static_cast<std::size_t>(-1);

/// Inputs that a step gives.
std::size_t width_of(const ColumnStep& step) {
  const std::size_t marks = step.marks_missing ? 1 : 0;
  switch (step.column.kind) {
    case ColumnKind::kCategory:
      return step.column.levels.size() + (step.has_other ? 1 : 0) + marks;
    case ColumnKind::kDate:
      return 1 + 2 * (step.has_time ? 3 : 2) + marks;
    case ColumnKind::kNumber:
      return 1 + marks;
    case ColumnKind::kIgnored:
      break;
  }
  return 0;
}

/// Names of a step's inputs, behind the column's own.
std::vector<std::string> suffixes_of(const ColumnStep& step) {
  std::vector<std::string> names;
  if (step.column.kind == ColumnKind::kCategory) {
    for (const std::string& level : step.column.levels) names.push_back("=" + level);
    if (step.has_other) names.emplace_back(" (other)");
  } else {
    names.emplace_back("");
  }
  if (step.column.kind == ColumnKind::kDate) {
    for (const char* cycle : {"year", "week", "day"}) {
      if (cycle[0] == 'd' && !step.has_time) continue;
      for (const char* part : {"sin", "cos"}) names.push_back(fmt::format(" ({}, {})", cycle, part));
    }
  }
  if (step.marks_missing) names.emplace_back(" (missing)");
  return names;
}

/// Writes the inputs of one step into a row of inputs that are 0.
class StepWriter {
 public:
  StepWriter(const ColumnStep& step, std::size_t first)
      : step_(step), first_(first), mark_(step.marks_missing ? first + width_of(step) - 1 : kNoPlace) {}

  void number(std::span<double> row, double value) const {
    const bool missing = std::isnan(value);
    row[first_] = missing ? step_.fill : value;
    if (missing) mark(row);
  }
  void date(std::span<double> row, double days) const {
    number(row, days);
    if (std::isnan(days)) return;
    const data::DateCycles cycles = data::cycles_of(days);
    const double turns[] = {cycles.year, cycles.week, cycles.day};
    for (std::size_t k = 0; k < (step_.has_time ? 3U : 2U); ++k) {
      const double angle = 2.0 * std::numbers::pi * turns[k];
      row[first_ + 1 + 2 * k] = math::sin(angle);
      row[first_ + 2 + 2 * k] = math::cos(angle);
    }
  }
  /// `place`: number of the level's input among those of the step, or kMissingCode.
  void category(std::span<double> row, std::int32_t place) const {
    if (place != kMissingCode) {
      row[first_ + static_cast<std::size_t>(place)] = 1.0;
    } else {
      mark(row);
    }
  }

 private:
  void mark(std::span<double> row) const {
    if (mark_ != kNoPlace) row[mark_] = 1.0;
  }

  const ColumnStep& step_;
  std::size_t first_;
  std::size_t mark_;
};

/// For each level of the table its place among the step's inputs. Levels without one of their own share the last, where
/// there is one for them, else they are missing.
std::vector<std::int32_t> places_of(const Column& column, const ColumnStep& step) {
  const std::vector<std::string>& levels = step.column.levels;
  std::vector<std::int32_t> places = data::level_places(column.levels, levels);
  if (step.has_other)
    std::replace(places.begin(), places.end(), kMissingCode, static_cast<std::int32_t>(levels.size()));
  return places;
}

void check_columns(const Dataset& dataset, const std::vector<Column>& columns, const Preprocessing& preprocessing) {
  bool same = columns.size() == preprocessing.steps.size();
  for (std::size_t c = 0; same && c < columns.size(); ++c) {
    const Column& wanted = preprocessing.steps[c].column;
    same = columns[c].kind == wanted.kind && (columns[c].name == wanted.name || columns[c].name.empty());
  }
  if (same) return;
  throw InputError(ErrorParts{dataset.name, fmt::format("the {} columns of the model", preprocessing.steps.size()),
                              fmt::format("{} others", columns.size()), ""});
}

/// What was trained on arrays reads numbers.
void check_numbers_alone(const Dataset& dataset) {
  const bool missing = dataset.table.has_missing_numbers();
  if (!missing && dataset.table.codes.cols() == 0 && count_kind(dataset.columns, ColumnKind::kDate) == 0) return;
  throw InputError(ErrorParts{dataset.name, "numbers without missing ones, as the model was trained on",
                              missing ? "missing cells" : "words or dates", "fill them in or leave the columns out"});
}

/// The features, or in `converted` what they are in double.
MatrixView<const double> as_doubles(const Features& features, Matrix<double>& converted) {
  if (const auto same = view_as<double>(features)) return *same;
  converted = Matrix<double>(num_rows(features), num_cols(features));
  visit_features(features, [&converted](const auto& view) {
    for (std::size_t r = 0; r < view.rows(); ++r) std::ranges::copy(view.row(r), converted.row(r).begin());
  });
  return converted.view();
}

Matrix<double> make_inputs(const Dataset& dataset, const std::vector<Column>& columns,
                           const Preprocessing& preprocessing, data::UnknownLevels& unknown) {
  Matrix<double> converted;
  const MatrixView<const double> features = as_doubles(dataset.table.features, converted);
  Matrix<double> inputs(dataset.table.rows(), preprocessing.num_inputs());
  std::size_t first = 0;
  std::size_t number_at = 0;
  std::size_t code_at = 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const ColumnStep& step = preprocessing.steps[c];
    const StepWriter writer(step, first);
    if (step.column.kind == ColumnKind::kCategory) {
      const std::vector<std::int32_t> places = places_of(columns[c], step);
      if (width_of(step) > 0) unknown.count(c, dataset.table.codes, code_at, columns[c], places);
      for (std::size_t r = 0; r < inputs.rows(); ++r) {
        const std::int32_t code = dataset.table.codes(r, code_at);
        writer.category(inputs.row(r), code == kMissingCode ? code : places[static_cast<std::size_t>(code)]);
      }
      ++code_at;
    } else {
      const bool is_date = step.column.kind == ColumnKind::kDate;
      for (std::size_t r = 0; r < inputs.rows(); ++r) {
        const double value = features(r, number_at);
        is_date ? writer.date(inputs.row(r), value) : writer.number(inputs.row(r), value);
      }
      ++number_at;
    }
    first += width_of(step);
  }
  return inputs;
}

// The place that a level of the model has among the inputs of its step.
std::int32_t place_of_cell(const ColumnStep& step, double cell) {
  if (std::isnan(cell)) return kMissingCode;
  const std::size_t most = step.column.levels.size() + (step.has_other ? 1 : 0);
  if (cell >= 0.0 && cell < static_cast<double>(most) && cell == std::floor(cell)) {
    return static_cast<std::int32_t>(cell);
  }
  throw InputError(ErrorParts{"column '" + step.column.name + "'", fmt::format("the number of one of {} levels", most),
                              fmt::format("{}", cell), ""});
}

}  // namespace

Schema Preprocessing::schema() const {
  Schema schema;
  for (const ColumnStep& step : steps) schema.columns.push_back(step.column);
  schema.label_column = label_column;
  return schema;
}

bool Preprocessing::is_identity() const {
  return std::all_of(steps.begin(), steps.end(), [](const ColumnStep& step) {
    return step.column.kind == ColumnKind::kNumber && !step.marks_missing;
  });
}

std::size_t Preprocessing::num_inputs() const {
  return std::accumulate(steps.begin(), steps.end(), std::size_t{0},
                         [](std::size_t sum, const ColumnStep& step) { return sum + width_of(step); });
}

std::vector<std::string> Preprocessing::input_names() const {
  std::vector<std::string> names;
  if (steps.empty() || steps.front().column.name.empty()) return names;
  for (const ColumnStep& step : steps) {
    const std::vector<std::string> suffixes = suffixes_of(step);
    for (const std::string& suffix : suffixes) names.push_back(step.column.name + suffix);
  }
  return names;
}

std::vector<bool> Preprocessing::is_indicator() const {
  std::vector<bool> indicator;
  for (const ColumnStep& step : steps) {
    if (width_of(step) == 0) continue;
    const bool is_number = step.column.kind == ColumnKind::kNumber || step.column.kind == ColumnKind::kDate;
    indicator.push_back(!is_number);
    indicator.insert(indicator.end(), width_of(step) - 1, true);
  }
  return indicator;
}

void encode_row(const Preprocessing& preprocessing, std::span<const double> cells, std::span<double> inputs) {
  std::ranges::fill(inputs, 0.0);
  std::size_t first = 0;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    const ColumnStep& step = preprocessing.steps[c];
    const StepWriter writer(step, first);
    if (step.column.kind == ColumnKind::kCategory) {
      writer.category(inputs, place_of_cell(step, cells[c]));
    } else if (step.column.kind == ColumnKind::kDate) {
      writer.date(inputs, cells[c]);
    } else {
      writer.number(inputs, cells[c]);
    }
    first += width_of(step);
  }
}

void data::apply_preprocessing(Dataset& dataset, const Preprocessing& preprocessing, UnknownLevels& unknown) {
  // Arrays have no columns with names: they are used by position.
  const bool is_array = dataset.columns.empty() && preprocessing.is_identity();
  if (is_array) return;
  if (preprocessing.steps.empty()) {
    check_numbers_alone(dataset);
    dataset.columns.clear();
    return;
  }
  const std::vector<Column> columns = data::stored_columns(dataset.columns);
  check_columns(dataset, columns, preprocessing);
  if (!preprocessing.is_identity() || dataset.table.has_missing_numbers()) {
    Matrix<double> inputs = make_inputs(dataset, columns, preprocessing, unknown);
    if (preprocessing.is_identity()) {
      dataset.notes.push_back(dataset.name + ": missing numbers, of which training had none, became its means");
    }
    dataset.table.features = std::move(inputs);
    dataset.table.codes = {};
    dataset.feature_names = preprocessing.input_names();
    if (!preprocessing.is_identity()) dataset.image.reset();
  }
  dataset.columns.clear();
  dataset.preprocessing = preprocessing;
}

void apply_preprocessing(Dataset& dataset, const Preprocessing& preprocessing) {
  data::UnknownLevels unknown;
  data::apply_preprocessing(dataset, preprocessing, unknown);
  unknown.note(dataset.name, dataset.notes);
}

}  // namespace gradus
