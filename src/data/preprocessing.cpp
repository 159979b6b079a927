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

/// Writes the inputs of one step into columns of the result.
class StepWriter {
 public:
  StepWriter(const ColumnStep& step, Matrix<double>& inputs, std::size_t first)
      : step_(step),
        inputs_(inputs),
        first_(first),
        mark_(step.marks_missing ? first + width_of(step) - 1 : kNoPlace) {}

  void number(std::size_t row, double value) {
    const bool missing = std::isnan(value);
    inputs_(row, first_) = missing ? step_.fill : value;
    if (missing) mark(row);
  }
  void date(std::size_t row, double days) {
    number(row, days);
    if (std::isnan(days)) return;
    const data::DateCycles cycles = data::cycles_of(days);
    const double turns[] = {cycles.year, cycles.week, cycles.day};
    for (std::size_t k = 0; k < (step_.has_time ? 3U : 2U); ++k) {
      const double angle = 2.0 * std::numbers::pi * turns[k];
      inputs_(row, first_ + 1 + 2 * k) = math::sin(angle);
      inputs_(row, first_ + 2 + 2 * k) = math::cos(angle);
    }
  }
  /// `place` of each code: number of the level's input among those of the step.
  void category(std::size_t row, std::int32_t code, const std::vector<std::size_t>& place) {
    const std::size_t at = code == kMissingCode ? kNoPlace : place[static_cast<std::size_t>(code)];
    if (at != kNoPlace) {
      inputs_(row, first_ + at) = 1.0;
    } else {
      mark(row);
    }
  }

 private:
  void mark(std::size_t row) {
    if (mark_ != kNoPlace) inputs_(row, mark_) = 1.0;
  }

  const ColumnStep& step_;
  Matrix<double>& inputs_;
  std::size_t first_;
  std::size_t mark_;
};

/// For each level of the table its place among the step's inputs. Levels without one of their own share the last,
/// where there is one for them, else they are missing.
std::vector<std::size_t> places_of(const Column& column, const ColumnStep& step) {
  const std::vector<std::string>& levels = step.column.levels;
  std::vector<std::size_t> places;
  for (const std::string& level : column.levels) {
    const auto found = std::find(levels.begin(), levels.end(), level);
    const std::size_t other = step.has_other ? levels.size() : kNoPlace;
    places.push_back(found == levels.end() ? other : static_cast<std::size_t>(found - levels.begin()));
  }
  return places;
}

void note_unknown_levels(const Dataset& dataset, const Column& column, std::size_t at,
                         const std::vector<std::size_t>& places, std::vector<std::string>& notes) {
  std::size_t unknown = 0;
  std::size_t first = 0;
  for (std::size_t r = 0; r < dataset.table.codes.rows(); ++r) {
    const std::int32_t code = dataset.table.codes(r, at);
    if (code == kMissingCode || places[static_cast<std::size_t>(code)] != kNoPlace) continue;
    if (unknown++ == 0) first = static_cast<std::size_t>(code);
  }
  if (unknown == 0) return;
  notes.push_back(
      fmt::format("{}: column '{}': {} cells hold levels that training did not see, such as '{}', and count "
                  "as missing",
                  dataset.name, column.name, unknown, column.levels[first].substr(0, 40)));
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

bool has_missing(const Matrix<double>& features) {
  return std::any_of(features.span().begin(), features.span().end(), [](double x) { return std::isnan(x); });
}

/// What was trained on arrays reads numbers.
void check_numbers_alone(const Dataset& dataset) {
  const auto* const features = std::get_if<Matrix<double>>(&dataset.table.features);
  const bool missing = features != nullptr && has_missing(*features);
  if (!missing && dataset.table.codes.cols() == 0 && count_kind(dataset.columns, ColumnKind::kDate) == 0) return;
  throw InputError(ErrorParts{dataset.name, "numbers without missing ones, as the model was trained on",
                              missing ? "missing cells" : "words or dates", "fill them in or leave the columns out"});
}

Matrix<double> make_inputs(const Dataset& dataset, const std::vector<Column>& columns,
                           const Preprocessing& preprocessing, std::vector<std::string>& notes) {
  const auto& features = std::get<Matrix<double>>(dataset.table.features);
  Matrix<double> inputs(dataset.table.rows(), preprocessing.num_inputs());
  std::size_t first = 0;
  std::size_t number_at = 0;
  std::size_t code_at = 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const ColumnStep& step = preprocessing.steps[c];
    StepWriter writer(step, inputs, first);
    if (step.column.kind == ColumnKind::kCategory) {
      const std::vector<std::size_t> places = places_of(columns[c], step);
      if (width_of(step) > 0) note_unknown_levels(dataset, columns[c], code_at, places, notes);
      for (std::size_t r = 0; r < inputs.rows(); ++r) writer.category(r, dataset.table.codes(r, code_at), places);
      ++code_at;
    } else {
      const bool is_date = step.column.kind == ColumnKind::kDate;
      for (std::size_t r = 0; r < inputs.rows(); ++r) {
        const double value = features(r, number_at);
        is_date ? writer.date(r, value) : writer.number(r, value);
      }
      ++number_at;
    }
    first += width_of(step);
  }
  return inputs;
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
  if (!schema().has_names()) return names;
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

void apply_preprocessing(Dataset& dataset, const Preprocessing& preprocessing) {
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
  auto& features = std::get<Matrix<double>>(dataset.table.features);
  if (!preprocessing.is_identity() || has_missing(features)) {
    Matrix<double> inputs = make_inputs(dataset, columns, preprocessing, dataset.notes);
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

}  // namespace gradus
