// metrics.csv: what metrics.jsonl says, for spreadsheets. The same columns for every run; a field is empty where the
// run does not measure it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gradus/training/run_record.hpp"

namespace gradus {

/// The names of the columns, with line end.
std::string metrics_csv_header();
/// One epoch, with line end. Numbers read back to the same bits.
std::string metrics_csv_line(const EpochRecord& record);

}  // namespace gradus
