// What the options of a network and its training are where a text table is learned and nothing is said of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gradus/data/dataset.hpp"
#include "gradus/training/run_config.hpp"

namespace gradus {

/// Whether the defaults of tables hold: the data has columns, and data.standardize is not stated, which says that
/// everything unsaid is as it was before there were columns. Before and after columns have become inputs.
bool has_table_defaults(const RunConfig& config, const Dataset& dataset);
/// Fills in the options that are not stated; docs/defaults.md has the measurements behind them.
void apply_table_defaults(RunConfig& config, const Dataset& dataset);

}  // namespace gradus
