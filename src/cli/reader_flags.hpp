// The flags of readers of files, which the commands share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "gradus/data/source.hpp"

namespace gradus::cli {

/// The names of all generated and published sets.
std::vector<std::string> source_names();
/// --feature-array and --label-array; --index-base; --header, --delimiter, --decimal, --thousands, --comment and
/// --encoding.
void add_reader_flags(CLI::App& command, SourceOptions& options);

}  // namespace gradus::cli
