// Rows of a study against its measurements.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/measurement.hpp"
#include "reproduce/verdict.hpp"

namespace gradus::reproduce {

struct JudgedRow {
  std::string label;
  Evidence evidence = Evidence::kStatistical;
  double demanded_digits = 0.0;
  Judgement judgement;
};

/// The measurements of every case, in the order of its runs.
using CaseRuns = std::map<std::string, std::vector<Measurement>>;

/// The number a row asks for; nothing where the measurement does not have it.
std::optional<double> value_of(const Row& row, const Measurement& measurement);
/// One row (not at_each) against the runs of its case.
Judgement judge_row(const Row& row, const std::vector<const Measurement*>& runs);
/// All rows that the measurements can answer, each element of an at_each row for itself. A quick run leaves rows out:
/// those of cases that did not run, and with `shortened` those of last and best epochs.
std::vector<JudgedRow> judge_rows(const Study& study, const CaseRuns& runs, bool quick, bool shortened);

}  // namespace gradus::reproduce
