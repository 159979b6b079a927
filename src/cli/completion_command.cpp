// gradus completion bash|zsh|fish, gradus man: what a package installs beside the program, made by the program.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "core/suggest.hpp"

namespace gradus::cli {
namespace {

/// One entry of `gradus completion`.
struct Shell {
  std::string_view name;
  std::string (*script)(const std::vector<CommandFacts>&);
};

constexpr std::array<Shell, 3> kShells = {
    {{"bash", &bash_completion}, {"zsh", &zsh_completion}, {"fish", &fish_completion}}};

const Shell& find_shell(const std::string& name) {
  std::array<std::string_view, kShells.size()> names;
  for (std::size_t i = 0; i < kShells.size(); ++i) {
    if (kShells[i].name == name) return kShells[i];
    names[i] = kShells[i].name;
  }
  throw unknown_name("completion", name, names);
}

}  // namespace

void add_completion_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "completion", "print a script that completes commands, flags and their values");
  const auto shell = std::make_shared<std::string>();
  CLI::Option* option = add_option(*command, "shell", *shell, "bash, zsh or fish")->required();
  completes(option, {.words = {"bash", "zsh", "fish"}, .files = false});
  command->callback([&app, shell, &exit_code] {
    fmt::print("{}", find_shell(*shell).script(program_tree(app)));
    exit_code = 0;
  });
}

void add_man_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "man", "print the manual page: `gradus man | man -l -`");
  command->callback([&app, &exit_code] {
    fmt::print("{}", manual_page(program_tree(app)));
    exit_code = 0;
  });
}

}  // namespace gradus::cli
