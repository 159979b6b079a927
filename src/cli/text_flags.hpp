// The flags of the text dialect, which commands that read data files share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include "gradus/data/source.hpp"

namespace gradus::cli {

/// --header, --delimiter, --decimal, --thousands, --comment and --encoding.
void add_text_flags(CLI::App& command, SourceOptions& options);

}  // namespace gradus::cli
