// gradus(1). Hyphens are written \- so that what is copied from the page is what the shell reads.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cli/completion.hpp"
#include "training/version.hpp"

namespace gradus::cli {
namespace {

// Text of roff: no character is taken for a request or an escape.
std::string roff(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    const bool at_start = escaped.empty() || escaped.back() == '\n';
    if (at_start && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\') {
      escaped += "\\e";
    } else {
      escaped += c == '-' ? "\\-" : std::string(1, c);
    }
  }
  return escaped;
}

std::string argument_title(const ArgumentFacts& argument) {
  std::string title;
  for (const std::string& name : argument.names) {
    title += (title.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
  }
  if (!argument.value.empty() && argument.names[0].starts_with("-")) title += " \\fI" + roff(argument.value) + "\\fR";
  return title;
}

void add_argument(const ArgumentFacts& argument, std::string& text) {
  text += ".TP\n" + argument_title(argument) + "\n" + roff(argument.help) + "\n";
}

// The keys and their meaning, which a footer gives as lines of `  KEY  MEANING`.
void add_footer(const std::string& footer, std::string& text) {
  for (std::size_t at = 0; at < footer.size();) {
    const std::size_t end = std::min(footer.find('\n', at), footer.size());
    const std::string line = footer.substr(at, end - at);
    at = end + 1;
    const std::size_t key = line.find_first_not_of(' ');
    if (key == std::string::npos) continue;
    if (key == 0) {
      text += ".PP\n" + roff(line) + "\n";
      continue;
    }
    const std::size_t gap = line.find(' ', key);
    const std::size_t meaning = line.find_first_not_of(' ', gap);
    text += ".TP\n\\fB" + roff(line.substr(key, gap - key)) + "\\fR\n";
    if (meaning != std::string::npos) text += roff(line.substr(meaning)) + "\n";
  }
}

void add_manual_command(const CommandFacts& command, std::string& text) {
  text += ".SS \"gradus " + roff(command.path) + "\"\n" + roff(command.help) + ".\n";
  for (const ArgumentFacts& positional : command.positionals) add_argument(positional, text);
  std::string group = command.flags.empty() ? "" : command.flags[0].group;
  for (const ArgumentFacts& flag : command.flags) {
    if (flag.names.back() == "--help") continue;
    if (flag.group != group) {
      group = flag.group;
      text += ".PP\nSection \\fB" + roff(group) + "\\fR:\n";
    }
    add_argument(flag, text);
  }
  add_footer(command.footer, text);
}

constexpr const char* kEnd =
    ".SH \"EXIT STATUS\"\n"
    ".TP\n0\ndone\n"
    ".TP\n1\nfailed while running\n"
    ".TP\n2\nbad usage, configuration or input\n"
    ".TP\n3\na check did not hold\n"
    ".TP\n130\ninterrupted; runs and searches can be resumed\n"
    ".SH ENVIRONMENT\n"
    ".TP\n\\fBGRADUS_DATA_DIR\\fR\nfolder in which named data sets are looked for, before the user's cache\n"
    ".TP\n\\fBGRADUS_TARGET\\fR\nplain, avx2, avx512 or neon: the instruction set to compute with; results are the "
    "same\n"
    ".TP\n\\fBXDG_CACHE_HOME\\fR\nwhere the user's cache lies; ~/.cache where it is not set\n"
    ".TP\n\\fBNO_COLOR\\fR\nset: no colours\n"
    ".SH EXAMPLES\n"
    ".nf\n"
    "gradus train \\-\\-data moons \\-\\-epochs 8 \\-\\-out runs/moons\n"
    "gradus evaluate runs/moons \\-\\-data moons \\-\\-data\\-seed 7\n"
    "gradus check runs/moons\n"
    ".fi\n";

}  // namespace

std::string manual_page(const std::vector<CommandFacts>& tree) {
  const CommandFacts& program = tree.front();
  std::string text = ".\\\" Made by `gradus man`.\n";
  text += fmt::format(".TH GRADUS 1 \"\" \"Gradus {}\" \"User commands\"\n", roff(version()));
  text += ".SH NAME\ngradus \\- train fully connected neural networks\n";
  text += ".SH SYNOPSIS\n\\fBgradus\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR]...\n";
  text += ".SH DESCRIPTION\n" + roff(program.help) + "\n";
  text +=
      "Results go to standard output, progress and notes to standard error. Everything can be said in a TOML file, "
      "in\n";
  text += "flags, or both; an unknown key or flag is an error with a suggestion.\n";
  for (const ArgumentFacts& flag : program.flags) add_argument(flag, text);
  text += ".SH COMMANDS\n";
  for (const CommandFacts& command : tree) {
    if (!command.path.empty()) add_manual_command(command, text);
  }
  return text + kEnd;
}

}  // namespace gradus::cli
