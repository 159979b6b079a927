// What the program can be asked, as data: its commands, flags and the words that fit them, for completion and the
// manual page. The parser itself (flags.hpp) is where they are declared.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/flags.hpp"

namespace gradus::cli {

/// A flag, an option or a positional argument.
struct ArgumentFacts {
  std::vector<std::string> names;  // "-o", "--out"; of a positional its name alone
  std::string help;
  std::string group;     // heading in the help
  std::string value;     // what it takes, such as "TEXT"; empty: nothing
  Completion completes;  // words and files that fit its value
  bool repeats = false;  // may be given again
};

struct CommandFacts {
  std::string path;  // "train", "data fetch"; empty: the program itself
  std::string help;
  std::string footer;
  std::vector<ArgumentFacts> flags;
  std::vector<ArgumentFacts> positionals;
  std::vector<std::string> subcommands;  // their last words
};

/// The program and all its commands, each before its own.
std::vector<CommandFacts> program_tree(const CLI::App& app);

/// The first sentence of a help text: what stands before its default.
std::string short_help(const std::string& help);

}  // namespace gradus::cli
