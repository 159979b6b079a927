// What commands that read data files share: flags of the text dialect, and the notes of the reader.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include "gradus/data/source.hpp"

namespace gradus::cli {

/// --header, --delimiter, --decimal, --thousands, --comment and --encoding.
void add_text_flags(CLI::App& command, SourceOptions& options);

/// What the reader guessed, on standard error.
void print_notes(const Dataset& dataset);

}  // namespace gradus::cli
