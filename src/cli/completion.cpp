// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.hpp"

#include <fmt/format.h>

namespace gradus::cli {
namespace {

// As one word of a POSIX shell.
std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// `'train' | 'data fetch'`: the paths of all commands as a pattern of a case.
std::string path_pattern(const std::vector<CommandFacts>& tree) {
  std::string pattern;
  for (const CommandFacts& command : tree) {
    for (const std::string& name : command.subcommands) {
      pattern += (pattern.empty() ? "" : " | ") + shell_quoted(command.path + " " + name);
    }
  }
  return pattern;
}

/// A command of another one: its last word, and what is known of it.
struct Child {
  std::string name;
  const CommandFacts& facts;
};

std::vector<Child> children_of(const CommandFacts& command, const std::vector<CommandFacts>& tree) {
  std::vector<Child> children;
  for (const CommandFacts& other : tree) {
    for (const std::string& name : command.subcommands) {
      if (other.path == command.path + (command.path.empty() ? "" : " ") + name) children.push_back({name, other});
    }
  }
  return children;
}

// -- bash
// What may stand where no value of a flag is due.
void add_bash_command(const CommandFacts& command, std::string& text) {
  std::vector<std::string> words = command.subcommands;
  std::vector<std::string> flags;
  bool files = false;
  for (const ArgumentFacts& positional : command.positionals) {
    words.insert(words.end(), positional.completes.words.begin(), positional.completes.words.end());
    files = files || positional.completes.files;
  }
  for (const ArgumentFacts& flag : command.flags) flags.insert(flags.end(), flag.names.begin(), flag.names.end());
  text += fmt::format("      {}) words={} flags={} files={} ;;\n", shell_quoted(command.path),
                      shell_quoted(fmt::format("{}", fmt::join(words, " "))),
                      shell_quoted(fmt::format("{}", fmt::join(flags, " "))), files ? "1" : "");
}

void add_bash_values(const CommandFacts& command, std::string& text) {
  for (const ArgumentFacts& flag : command.flags) {
    if (flag.value.empty()) continue;
    std::string pattern;
    for (const std::string& name : flag.names) {
      pattern += (pattern.empty() ? "" : " | ") + shell_quoted(command.path + " " + name);
    }
    text += fmt::format("    {}) words={} files={} ;;\n", pattern,
                        shell_quoted(fmt::format("{}", fmt::join(flag.completes.words, " "))),
                        flag.completes.files ? "1" : "");
  }
}

// -- zsh
// Text inside the brackets and colons of an argument's specification.
std::string zsh_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string zsh_action(const Completion& completes) {
  std::string words;
  for (const std::string& word : completes.words) {
    words += (words.empty() ? "" : " ") + zsh_escaped(word);
  }
  if (words.empty()) return completes.files ? "_files" : " ";
  const std::string values = "(" + words + ")";
  return completes.files ? "{_alternative \"words:word:" + values + "\" \"files:file:_files\"}" : values;
}

void add_zsh_arguments(const CommandFacts& command, std::string& text) {
  for (const ArgumentFacts& flag : command.flags) {
    for (const std::string& name : flag.names) {
      std::string spec = (flag.repeats ? "*" : "") + name;
      if (!flag.value.empty()) spec += name.starts_with("--") ? "=" : "+";
      spec += "[" + zsh_escaped(short_help(flag.help)) + "]";
      if (!flag.value.empty()) spec += ":value:" + zsh_action(flag.completes);
      text += "    " + shell_quoted(spec) + "\n";
    }
  }
}

std::string zsh_function(const std::string& path) {
  std::string name = "_gradus" + (path.empty() ? "" : "_" + path);
  for (char& c : name) {
    if (c == ' ') c = '_';
  }
  return name;
}

void add_zsh_positionals(const CommandFacts& command, std::string& text) {
  for (const ArgumentFacts& positional : command.positionals) {
    const std::string place = positional.repeats ? "*" : "";
    text += "    " + shell_quoted(place + ":" + positional.names[0] + ":" + zsh_action(positional.completes)) + "\n";
  }
}

// A command with commands of its own: the first word chooses one, or is an argument.
void add_zsh_parent(const CommandFacts& command, const std::vector<CommandFacts>& tree, std::string& text) {
  text += "  _arguments -C \"$own[@]\" '1: :->first' '*:: :->rest'\n  case $state in\n    first)\n";
  text += "      local -a commands=(\n";
  for (const auto& [name, child] : children_of(command, tree)) {
    text += "        " + shell_quoted(name + ":" + zsh_escaped(short_help(child.help))) + "\n";
  }
  text += "      )\n      _describe -t commands command commands\n";
  text += command.positionals.empty() ? "" : "      _files\n";
  text += fmt::format("      ;;\n    rest)\n      case $words[1] in\n        {}) {}_$words[1] ;;\n",
                      fmt::join(command.subcommands, " | "), zsh_function(command.path));
  text += "        *) _arguments \"$own[@]\" '*: :_files' ;;\n      esac\n      ;;\n  esac\n";
}

// -- fish
std::string fish_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

void add_fish_argument(const CommandFacts& command, const ArgumentFacts& flag, std::string& text) {
  text += "complete -c gradus -n " + fish_quoted("__gradus_at " + fish_quoted(command.path));
  for (const std::string& name : flag.names) {
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!flag.value.empty()) text += flag.completes.files ? " -r -F" : " -x";
  if (!flag.completes.words.empty()) {
    text += " -a " + fish_quoted(fmt::format("{}", fmt::join(flag.completes.words, " ")));
  }
  text += " -d " + fish_quoted(short_help(flag.help)) + "\n";
}

}  // namespace

std::string bash_completion(const std::vector<CommandFacts>& tree) {
  std::string text =
      "# Completion for bash, made by `gradus completion bash`.\n"
      "_gradus() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' flags='' "
      "files='' i\n"
      "  if [[ $word == = ]]; then\n"
      "    word=''\n"
      "  elif [[ $before == = ]]; then\n"
      "    before=${COMP_WORDS[COMP_CWORD - 2]}\n"
      "  fi\n"
      "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
      "    case \"$command ${COMP_WORDS[i]}\" in\n";
  text += "      " + path_pattern(tree) + ") command=\"${command:+$command }${COMP_WORDS[i]}\" ;;\n";
  text += "    esac\n  done\n  case \"$command $before\" in\n";
  for (const CommandFacts& command : tree) add_bash_values(command, text);
  text += "    *) case \"$command\" in\n";
  for (const CommandFacts& command : tree) add_bash_command(command, text);
  text +=
      "      esac\n"
      "      if [[ $word == -* || -z $words$files ]]; then\n"
      "        words=$flags files=''\n"
      "      fi ;;\n"
      "  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\"; [[ -z $files ]] || compgen -f -- \"$word\")\n"
      "  [[ -z $files ]] || compopt -o filenames 2>/dev/null\n"
      "  return 0\n"
      "}\n"
      "complete -F _gradus gradus\n";
  return text;
}

std::string zsh_completion(const std::vector<CommandFacts>& tree) {
  std::string text = "#compdef gradus\n# Completion for zsh, made by `gradus completion zsh`.\n";
  for (const CommandFacts& command : tree) {
    text += zsh_function(command.path) + "() {\n  local curcontext=\"$curcontext\" state line\n  typeset -A opt_args\n";
    text += "  local -a own=(\n";
    add_zsh_arguments(command, text);
    if (command.subcommands.empty()) {
      add_zsh_positionals(command, text);
      text += "  )\n  _arguments \"$own[@]\"\n";
    } else {
      text += "  )\n";
      add_zsh_parent(command, tree, text);
    }
    text += "}\n";
  }
  return text + "_gradus \"$@\"\n";
}

std::string fish_completion(const std::vector<CommandFacts>& tree) {
  std::string text =
      "# Completion for fish, made by `gradus completion fish`.\n"
      "function __gradus_at\n"
      "  set -l path ''\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    switch \"$path $word\"\n";
  std::string paths;
  for (const CommandFacts& command : tree) {
    for (const std::string& name : command.subcommands) paths += " " + fish_quoted(command.path + " " + name);
  }
  text += "      case" + paths +
          "\n        set path (string trim -- \"$path $word\")\n    end\n  end\n  test \"$path\" = \"$argv[1]\"\nend\n";
  text += "complete -c gradus -f\n";
  for (const CommandFacts& command : tree) {
    const std::string here = "complete -c gradus -n " + fish_quoted("__gradus_at " + fish_quoted(command.path));
    for (const auto& [name, child] : children_of(command, tree)) {
      text += here + " -a " + name + " -d " + fish_quoted(short_help(child.help)) + "\n";
    }
    for (const ArgumentFacts& positional : command.positionals) {
      const std::string words = fmt::format("{}", fmt::join(positional.completes.words, " "));
      if (!words.empty()) text += here + " -a " + fish_quoted(words) + "\n";
      if (positional.completes.files) text += here + " -F\n";
    }
    for (const ArgumentFacts& flag : command.flags) add_fish_argument(command, flag, text);
  }
  return text;
}

}  // namespace gradus::cli
