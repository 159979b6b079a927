// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.hpp"

#include <map>
#include <utility>

namespace gradus::cli {
namespace {

template <class T>
CLI::Option* add(CLI::App& command, const std::string& name, T& value, const std::string& help) {
  return command.add_option(name, value, help);
}

std::map<const CLI::Option*, Completion>& completions() {
  static std::map<const CLI::Option*, Completion> all;
  return all;
}

}  // namespace

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& help) {
  return parent.add_subcommand(name, help);
}

CLI::Option* add_option(CLI::App& command, const std::string& name, std::string& value, const std::string& help) {
  return add(command, name, value, help);
}
CLI::Option* add_option(CLI::App& command, const std::string& name, unsigned& value, const std::string& help) {
  return add(command, name, value, help);
}
CLI::Option* add_option(CLI::App& command, const std::string& name, int& value, const std::string& help) {
  return add(command, name, value, help);
}
CLI::Option* add_option(CLI::App& command, const std::string& name, std::uint64_t& value, const std::string& help) {
  return add(command, name, value, help);
}
CLI::Option* add_option(CLI::App& command, const std::string& name, double& value, const std::string& help) {
  return add(command, name, value, help);
}
CLI::Option* add_option(CLI::App& command, const std::string& name, std::optional<std::uint64_t>& value,
                        const std::string& help) {
  return add(command, name, value, help);
}
CLI::Option* add_option(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                        const std::string& help) {
  return add(command, name, values, help);
}
CLI::Option* add_option(CLI::App& command, const std::string& name, std::vector<unsigned>& values,
                        const std::string& help) {
  return add(command, name, values, help);
}
CLI::Option* add_option(CLI::App& command, const std::string& name, std::vector<double>& values,
                        const std::string& help) {
  return add(command, name, values, help);
}

CLI::Option* add_flag(CLI::App& command, const std::string& name, bool& value, const std::string& help) {
  return command.add_flag(name, value, help);
}
CLI::Option* add_flag(CLI::App& command, const std::string& name, std::string& value, const std::string& help) {
  return command.add_flag(name, value, help);
}

CLI::Option* completes(CLI::Option* option, Completion with) {
  completions()[option] = std::move(with);
  return option;
}

Completion completion_of(const CLI::Option& option) {
  const auto found = completions().find(&option);
  if (found != completions().end()) return found->second;
  return {.words = {}, .files = option.get_type_name().starts_with("TEXT")};
}

CLI::Validator in_range(int lowest, int highest) {
  return CLI::Range(lowest, highest);
}

}  // namespace gradus::cli
