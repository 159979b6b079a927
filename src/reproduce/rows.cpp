// SPDX-License-Identifier: Apache-2.0
#include "reproduce/rows.hpp"

#include <algorithm>
#include <numeric>

#include "gradus/core/error.hpp"

namespace gradus::reproduce {
namespace {

JudgedRow judged(const Row& row, const std::string& label, const std::vector<const Measurement*>& runs) {
  const bool has_digits = row.evidence == Evidence::kExact || row.evidence == Evidence::kChaotic;
  return {.label = label,
          .evidence = row.evidence,
          .demanded_digits = has_digits ? row.digits : 0.0,
          .judgement = judge_row(row, runs)};
}

// Every element as a row of its own, by its name.
void judge_each(const Row& row, const std::vector<const Measurement*>& runs, std::vector<JudgedRow>& judged_rows) {
  Row element = row;
  element.at_each = false;
  const auto series = runs.front()->series.find(row.metric);
  if (series == runs.front()->series.end()) return;
  const auto names = runs.front()->names.find(row.metric);
  for (std::size_t i = 0; i < series->second.size(); ++i) {
    element.at = i + 1;
    const std::string name = names == runs.front()->names.end() ? std::to_string(i + 1) : names->second.at(i);
    judged_rows.push_back(judged(element, row.label + ": " + name, runs));
  }
}

}  // namespace

std::optional<double> value_of(const Row& row, const Measurement& measurement) {
  const auto found = measurement.series.find(row.metric);
  if (found == measurement.series.end() || found->second.empty()) return std::nullopt;
  const std::vector<double>& series = found->second;
  const bool smallest = row.transform == "smallest" || (row.at_best && smaller_is_better(row.metric));
  if (smallest) return row.scale * *std::ranges::min_element(series);
  if (row.transform == "largest" || row.at_best) return row.scale * *std::ranges::max_element(series);
  if (row.transform == "mean") {
    return row.scale * std::accumulate(series.begin(), series.end(), 0.0) / static_cast<double>(series.size());
  }
  if (row.at > series.size()) return std::nullopt;
  return row.scale * (row.at == 0 ? series.back() : series[row.at - 1]);
}

Judgement judge_row(const Row& row, const std::vector<const Measurement*>& runs) {
  std::vector<double> values;
  for (const Measurement* run : runs) {
    if (const auto value = value_of(row, *run)) values.push_back(*value);
  }
  return judge(row, values);
}

std::vector<JudgedRow> judge_rows(const Study& study, const CaseRuns& runs, bool quick, bool shortened) {
  std::vector<JudgedRow> judged_rows;
  for (const Row& row : study.rows) {
    const auto found = runs.find(row.case_name);
    if (found == runs.end() || found->second.empty()) continue;
    std::vector<const Measurement*> measurements;
    for (const Measurement& measurement : found->second) measurements.push_back(&measurement);
    if (row.at_each) {
      judge_each(row, measurements, judged_rows);
      continue;
    }
    const bool of_the_end = row.at == 0;
    if (quick && shortened && of_the_end) continue;
    if (!value_of(row, *measurements.front()) && measurements.front()->error.empty()) {
      if (quick) continue;
      throw InputError({.where = study.path + ": row '" + row.label + "'",
                        .expected = "a metric that case " + row.case_name + " measures",
                        .found = "'" + row.metric + "'",
                        .advice = ""});
    }
    judged_rows.push_back(judged(row, row.label, measurements));
  }
  return judged_rows;
}

}  // namespace gradus::reproduce
