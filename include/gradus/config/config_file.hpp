// Configurations as TOML files. A part of gradus::studies: the library that trains reads no TOML.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gradus/training/run_config.hpp"

namespace gradus {

/// Reads a TOML file over `config`: what it does not name keeps its value. Throws InputError with file and line: no
/// TOML, unknown key (with a suggestion), a value of another type or out of range.
void read_config(const std::string& path, RunConfig& config);
/// The same from text; `path` names it in errors.
void parse_config(const std::string& text, const std::string& path, RunConfig& config);

}  // namespace gradus
