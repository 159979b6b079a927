// Sub-commands, options and flags of the command line. CLI11's templates are instantiated in one file: in every
// command they took three quarters of its time to compile.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gradus::cli {

/// A sub-command; it belongs to `parent`.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& help);

/// An option "--name", or a positional "name", that sets `value`.
CLI::Option* add_option(CLI::App& command, const std::string& name, std::string& value, const std::string& help);
CLI::Option* add_option(CLI::App& command, const std::string& name, unsigned& value, const std::string& help);
CLI::Option* add_option(CLI::App& command, const std::string& name, int& value, const std::string& help);
CLI::Option* add_option(CLI::App& command, const std::string& name, std::uint64_t& value, const std::string& help);
CLI::Option* add_option(CLI::App& command, const std::string& name, double& value, const std::string& help);
CLI::Option* add_option(CLI::App& command, const std::string& name, std::optional<std::uint64_t>& value,
                        const std::string& help);
CLI::Option* add_option(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                        const std::string& help);
CLI::Option* add_option(CLI::App& command, const std::string& name, std::vector<unsigned>& values,
                        const std::string& help);
CLI::Option* add_option(CLI::App& command, const std::string& name, std::vector<double>& values,
                        const std::string& help);

/// A flag that sets `value` to true, or to the text in its name's braces.
CLI::Option* add_flag(CLI::App& command, const std::string& name, bool& value, const std::string& help);
CLI::Option* add_flag(CLI::App& command, const std::string& name, std::string& value, const std::string& help);

/// What --raw does where CSV is written.
inline constexpr const char* kRawCellsDoc =
    "CSV: text as it is; else what a spreadsheet would take for a formula gets a ' in front";

/// What a shell can offer where a value is due.
struct Completion {
  std::vector<std::string> words;
  bool files = false;
};

/// Says what completes `option`; what is typed is judged by whoever reads it. Returns `option`.
CLI::Option* completes(CLI::Option* option, Completion with);
/// What completes() said; where it said nothing, files for text and nothing for numbers.
Completion completion_of(const CLI::Option& option);

/// For Option::check(): refuses numbers outside [lowest, highest].
CLI::Validator in_range(int lowest, int highest);

}  // namespace gradus::cli
