// Completion for shells and the manual page, written from the program's own commands (program_tree.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/program_tree.hpp"

namespace gradus::cli {

/// A script for bash, without its package of helpers.
std::string bash_completion(const std::vector<CommandFacts>& tree);
/// An autoloaded function for zsh's completion system.
std::string zsh_completion(const std::vector<CommandFacts>& tree);
std::string fish_completion(const std::vector<CommandFacts>& tree);
/// gradus(1) in the macros of man(7).
std::string manual_page(const std::vector<CommandFacts>& tree);

}  // namespace gradus::cli
