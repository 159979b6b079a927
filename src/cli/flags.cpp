// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.hpp"

namespace gradus::cli {
namespace {

template <class T>
CLI::Option* add(CLI::App& command, const std::string& name, T& value, const std::string& help) {
  return command.add_option(name, value, help);
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

CLI::Validator in_range(int lowest, int highest) {
  return CLI::Range(lowest, highest);
}

}  // namespace gradus::cli
