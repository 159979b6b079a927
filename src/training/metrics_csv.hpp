// metrics.csv: what metrics.jsonl says, for spreadsheets. The same columns for every run; a field is empty where the
// run does not measure it. After them a column for everything else that the run watches.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "gradus/training/monitor.hpp"

namespace gradus {

/// The names of the columns, with line end; `watched` is TrainingRun::watched().
std::string metrics_csv_header(std::span<const Monitor> watched);
/// One epoch, with line end. Numbers read back to the same bits.
std::string metrics_csv_line(const EpochRecord& record, std::span<const Monitor> watched);

}  // namespace gradus
