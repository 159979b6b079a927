// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/wrapped_text.hpp"
#include "reproduce/reproduction.hpp"

namespace gradus::reproduce {
namespace {

constexpr std::size_t kLongTable = 60;

std::string spread_text(const Judgement& judgement) {
  if (!judgement.spread) return "-";
  const auto& [low, high] = *judgement.spread;
  if (!std::isfinite(low)) return fmt::format("<= {:.6g}", high);
  if (!std::isfinite(high)) return fmt::format(">= {:.6g}", low);
  return fmt::format("{:.6g} .. {:.6g}", low, high);
}

std::vector<std::string> row_cells(const JudgedRow& row) {
  const Judgement& j = row.judgement;
  const bool exact = row.demanded_digits > 0.0;
  const auto text = [&](double value) { return exact ? fmt::format("{:.16g}", value) : fmt::format("{:.6g}", value); };
  return {row.label,
          j.published ? text(*j.published) : "-",
          text(j.ours),
          j.digits ? fmt::format("{:.1f}", *j.digits) : "-",
          spread_text(j),
          j.runs > 1 ? std::to_string(j.runs) : "-",
          std::string(verdict_name(j.verdict))};
}

// How many rows of digits there are, and how many come back.
std::string digits_line(const Reproduction& reproduction) {
  std::size_t asked = 0;
  std::size_t exact = 0;
  std::size_t equal = 0;
  double fewest = 16.0;
  for (const JudgedRow& row : reproduction.rows) {
    if (row.demanded_digits == 0.0) continue;
    ++asked;
    const double digits = row.judgement.digits.value_or(0.0);
    exact += row.judgement.verdict == Verdict::kExact ? 1 : 0;
    equal += digits == 16.0 ? 1 : 0;
    if (row.judgement.verdict == Verdict::kExact) fewest = std::min(fewest, digits);
  }
  if (asked == 0) return "";
  return fmt::format("{} of {} numbers come back (to {:.1f} digits at least, {} of them to the last)\n", exact, asked,
                     fewest, equal);
}

// Rows whose intervals rest on few runs: they find a wrong set-up at most.
std::string few_runs_line(const Reproduction& reproduction) {
  std::size_t rows = 0;
  std::size_t fewest = kEnoughRuns;
  for (const JudgedRow& row : reproduction.rows) {
    const bool few =
        row.evidence == Evidence::kStatistical && row.judgement.published && row.judgement.runs < kEnoughRuns;
    rows += few ? 1 : 0;
    if (few) fewest = std::min(fewest, row.judgement.runs);
  }
  if (rows == 0) return "";
  return wrapped(fmt::format("{} {} on too few runs to say much ({}; {} and more give an interval): --seeds {}", rows,
                             rows == 1 ? "row rests" : "rows rest", fewest, kEnoughRuns, kEnoughRuns),
                 2) +
         "\n";
}

}  // namespace

std::string reproduction_table(const Reproduction& reproduction, bool all_rows) {
  std::vector<std::vector<std::string>> cells = {{"row", "published", "ours", "digits", "spread", "runs", "verdict"}};
  const bool shorten = !all_rows && reproduction.rows.size() > kLongTable;
  std::size_t left_out = 0;
  for (const JudgedRow& row : reproduction.rows) {
    const bool dull = shorten && row.judgement.verdict == Verdict::kExact && cells.size() > kLongTable / 3;
    left_out += dull ? 1 : 0;
    if (!dull) cells.push_back(row_cells(row));
  }
  std::string text = wrapped(fmt::format("{}: {}", reproduction.study.id, reproduction.study.title), 2) + "\n";
  text += fitted_table(cells);
  if (left_out > 0) text += fmt::format("({} more rows are exact; --rows prints them)\n", left_out);
  text += digits_line(reproduction);
  text += few_runs_line(reproduction);
  const std::size_t measured = reproduction.count(Verdict::kMeasured);
  const std::size_t weak = reproduction.count(Verdict::kWeak);
  text += fmt::format("{}: {} exact, {} within, {}{} off{}; {:.1f} s of runs\n", verdict_name(reproduction.verdict()),
                      reproduction.count(Verdict::kExact), reproduction.count(Verdict::kWithin),
                      weak > 0 ? fmt::format("{} weak, ", weak) : "", reproduction.count(Verdict::kOff),
                      measured > 0 ? fmt::format(", {} measured", measured) : "", reproduction.seconds);
  return text;
}

}  // namespace gradus::reproduce
