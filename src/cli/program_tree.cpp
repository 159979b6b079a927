// SPDX-License-Identifier: Apache-2.0
#include "cli/program_tree.hpp"

namespace gradus::cli {
namespace {

ArgumentFacts facts_of(const CLI::Option& option) {
  ArgumentFacts facts;
  for (const std::string& name : option.get_snames()) facts.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) facts.names.push_back("--" + name);
  if (facts.names.empty()) facts.names.push_back(option.get_name());
  facts.help = option.get_description();
  facts.group = option.get_group();
  facts.repeats = option.get_expected_max() > 1;
  if (option.get_items_expected_max() == 0) return facts;
  facts.value = option.get_type_name();
  facts.value.erase(std::min(facts.value.find_first_of(": "), facts.value.size()));
  facts.completes = completion_of(option);
  return facts;
}

void add_command_facts(const CLI::App& app, const std::string& path, std::vector<CommandFacts>& tree) {
  CommandFacts facts;
  facts.path = path;
  facts.help = app.get_description();
  facts.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    (option->get_positional() ? facts.positionals : facts.flags).push_back(facts_of(*option));
  }
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* command : commands) facts.subcommands.push_back(command->get_name());
  tree.push_back(std::move(facts));
  for (const CLI::App* command : commands) {
    add_command_facts(*command, path + (path.empty() ? "" : " ") + command->get_name(), tree);
  }
}

}  // namespace

std::vector<CommandFacts> program_tree(const CLI::App& app) {
  std::vector<CommandFacts> tree;
  add_command_facts(app, "", tree);
  return tree;
}

std::string short_help(const std::string& help) {
  const std::size_t end = std::min({help.find(" ["), help.find(" ("), help.find("; ")});
  return help.substr(0, end);
}

}  // namespace gradus::cli
