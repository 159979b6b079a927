// SPDX-License-Identifier: Apache-2.0
#include "cli/data_info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/printable.hpp"
#include "core/wrapped_text.hpp"
#include "data/calendar.hpp"

namespace gradus::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double sum = 0.0;
  std::size_t count = 0;  // values that are not missing

  void add(double x) {
    if (std::isnan(x)) return;
    ++count;
    low = std::min(low, x);
    high = std::max(high, x);
    sum += x;
  }
  [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
};

Range range_of(const Dataset& dataset, const std::vector<std::uint32_t>& rows) {
  Range range;
  const auto accumulate = [&](const auto& matrix) {
    for (const std::uint32_t row : rows) {
      for (const auto stored : matrix.row(row)) range.add(static_cast<double>(stored));
    }
  };
  visit_features(dataset.table.features, accumulate);
  return range;
}

Json part_info(const Dataset& dataset, const std::string& name, const std::vector<std::uint32_t>& rows) {
  const Range range = range_of(dataset, rows);
  Json part{{"part", name}, {"rows", rows.size()}};
  part["min"] = range.count > 0 ? Json(range.low) : Json();
  part["max"] = range.count > 0 ? Json(range.high) : Json();
  part["mean"] = range.count > 0 ? Json(range.mean()) : Json();
  if (!dataset.table.labels.empty()) {
    std::vector<std::size_t> counts(dataset.num_outputs());
    for (const std::uint32_t row : rows) ++counts[static_cast<std::size_t>(dataset.table.labels[row])];
    part["class_counts"] = counts;
  }
  return part;
}

/// Of each column of numbers. Row by row, as they stand in memory.
std::vector<Range> ranges_of(const Features& features) {
  std::vector<Range> ranges(num_cols(features));
  const auto* const numbers = std::get_if<Matrix<double>>(&features);
  for (std::size_t r = 0; numbers != nullptr && r < numbers->rows(); ++r) {
    for (std::size_t c = 0; c < ranges.size(); ++c) ranges[c].add((*numbers)(r, c));
  }
  return ranges;
}

/// What is known of each column of a table: kind, missing cells, levels or range.
Json columns_info(const Dataset& dataset) {
  const auto* const features = std::get_if<Matrix<double>>(&dataset.table.features);
  const std::vector<Range> ranges = dataset.columns.empty() ? std::vector<Range>() : ranges_of(dataset.table.features);
  Json list = Json::array();
  std::size_t number_at = 0;
  std::size_t code_at = 0;
  for (const Column& column : dataset.columns) {
    Json entry{{"name", column.name}, {"kind", column_kind_name(column.kind)}};
    const Matrix<std::int32_t>& codes = dataset.table.codes;
    if (column.kind == ColumnKind::kCategory) {
      std::vector<std::size_t> counts(column.levels.size());
      std::size_t missing = 0;
      for (std::size_t r = 0; r < codes.rows(); ++r) {
        const std::int32_t code = codes(r, code_at);
        ++(code == kMissingCode ? missing : counts[static_cast<std::size_t>(code)]);
      }
      entry["missing"] = missing;
      entry["levels"] = column.levels;
      entry["level_counts"] = counts;
      ++code_at;
    } else if (column.kind != ColumnKind::kIgnored && features != nullptr) {
      const Range& range = ranges[number_at];
      entry["missing"] = features->rows() - range.count;
      if (range.count > 0) entry["min"] = range.low;
      if (range.count > 0) entry["max"] = range.high;
      ++number_at;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

/// The levels of a category, or the range of numbers or dates.
std::string contents_of(const Json& column) {
  if (column.contains("levels")) {
    constexpr std::size_t kShown = 6;
    const auto levels = column["levels"].get<std::vector<std::string>>();
    std::string text = fmt::format("{} level{}: ", levels.size(), levels.size() == 1 ? "" : "s");
    for (std::size_t k = 0; k < std::min(levels.size(), kShown); ++k)
      text += (k == 0 ? "" : ", ") + printable(levels[k]);
    return text + (levels.size() > kShown ? ", ..." : "");
  }
  if (!column.contains("min")) return "";
  const double low = column["min"].get<double>();
  const double high = column["max"].get<double>();
  if (column["kind"] != "date") return fmt::format("{:.6g} to {:.6g}", low, high);
  return fmt::format("{} to {}", data::date_text(low), data::date_text(high));
}

std::string columns_text(const Json& columns) {
  constexpr std::size_t kMostColumns = 200;
  constexpr std::size_t kContentsColumn = 51;
  std::string text = fmt::format("\n  {:<4}{:<24} {:<9}{:>9}  {}\n", "", "column", "kind", "missing", "values");
  for (std::size_t c = 0; c < std::min(columns.size(), kMostColumns); ++c) {
    const Json& column = columns[c];
    const std::string missing =
        column.contains("missing") ? fmt::format("{}", column["missing"].get<std::size_t>()) : "";
    const std::string line =
        fmt::format("  {:<4}{:<24} {:<9}{:>9}  {}", c, printable(column["name"].get<std::string>()),
                    column["kind"].get<std::string>(), missing, contents_of(column));
    text += wrapped(line, kContentsColumn) + "\n";
  }
  if (columns.size() > kMostColumns) text += fmt::format("  ... {} in all\n", columns.size());
  return text;
}

double number_or_nan(const Json& value) {
  return value.is_number() ? value.get<double>() : std::nan("");
}

}  // namespace

nlohmann::ordered_json data_info(const Dataset& dataset) {
  static constexpr const char* kTypes[] = {"uint8", "float32", "float64"};
  Json info{{"name", dataset.name},
            {"source", dataset.source},
            {"sha256", dataset.sha256},
            {"task", task_name(dataset.task)},
            {"features", dataset.num_features() + dataset.table.codes.cols()},
            {"type", kTypes[dataset.table.features.index()]},
            {"outputs", dataset.num_outputs()}};
  if (dataset.image) info["image"] = {dataset.image->height, dataset.image->width};
  if (!dataset.feature_names.empty()) info["feature_names"] = dataset.feature_names;
  if (!dataset.target_name.empty()) info["target"] = dataset.target_name;
  if (!dataset.class_names.empty()) info["classes"] = dataset.class_names;
  if (!dataset.notes.empty()) info["notes"] = dataset.notes;
  if (!dataset.columns.empty()) info["columns"] = columns_info(dataset);
  info["parts"] = Json::array();
  info["parts"].push_back(part_info(dataset, "train", dataset.train));
  if (!dataset.valid.empty()) info["parts"].push_back(part_info(dataset, "valid", dataset.valid));
  if (!dataset.test.empty()) info["parts"].push_back(part_info(dataset, "test", dataset.test));
  return info;
}

std::string data_info_text(const Dataset& dataset, const nlohmann::ordered_json& info) {
  std::string text = fmt::format("{}: {}\n  source    {}\n  sha256    {}\n", printable(dataset.name),
                                 task_name(dataset.task), printable(dataset.source), dataset.sha256);
  const std::size_t categories = dataset.table.codes.cols();
  text += fmt::format("  features  {} of {}", dataset.num_features(), info["type"].get<std::string>());
  if (categories > 0) text += fmt::format(" and {} categories", categories);
  if (dataset.image) text += fmt::format(", images of {}x{}", dataset.image->height, dataset.image->width);
  text += fmt::format("\n  outputs   {}{}\n\n", dataset.num_outputs(),
                      dataset.target_name.empty() ? "" : " (" + printable(dataset.target_name) + ")");
  text += fmt::format("  {:<8}{:>9}{:>12}{:>12}{:>12}\n", "part", "rows", "min", "max", "mean");
  for (const Json& part : info["parts"]) {
    text += fmt::format("  {:<8}{:>9}{:>12.6g}{:>12.6g}{:>12.6g}\n", part["part"].get<std::string>(),
                        part["rows"].get<std::size_t>(), number_or_nan(part["min"]), number_or_nan(part["max"]),
                        number_or_nan(part["mean"]));
  }
  if (info.contains("columns")) text += columns_text(info["columns"]);
  if (dataset.table.labels.empty()) return text;
  text += fmt::format("\n  {:<20}", "class");
  for (const Json& part : info["parts"]) text += fmt::format("{:>9}", part["part"].get<std::string>());
  text += "\n";
  constexpr std::size_t kMostClasses = 50;
  for (std::size_t k = 0; k < std::min(dataset.num_outputs(), kMostClasses); ++k) {
    text += fmt::format("  {:<20}", printable(dataset.class_names[k]));
    for (const Json& part : info["parts"]) text += fmt::format("{:>9}", part["class_counts"][k].get<std::size_t>());
    text += "\n";
  }
  if (dataset.num_outputs() > kMostClasses) text += fmt::format("  ... {} in all\n", dataset.num_outputs());
  return text;
}

}  // namespace gradus::cli
