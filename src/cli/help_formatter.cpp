// SPDX-License-Identifier: Apache-2.0
#include "cli/help_formatter.hpp"

#include "core/wrapped_text.hpp"

namespace gradus::cli {
namespace {

constexpr std::size_t kNameColumns = 26;

// "  NAME    MEANING": the name on a line of its own where it is long.
std::string help_entry(const std::string& name, const std::string& meaning) {
  std::string start = "  " + name;
  std::string text;
  if (start.size() + 2 > kNameColumns) {
    text = start + "\n";
    start.clear();
  }
  start.resize(kNameColumns, ' ');
  return text + wrapped(start + meaning, kNameColumns) + "\n";
}

}  // namespace

HelpFormatter::HelpFormatter() {
  column_width(kNameColumns);
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  std::string usage = Formatter::make_usage(app, std::move(name));
  if (usage.ends_with('\n')) usage.pop_back();
  return wrapped(usage, 7) + "\n";
}

// One empty line before a group, none behind it but the one that CLI11 adds.
std::string HelpFormatter::make_group(std::string group, bool is_positional,
                                      std::vector<const CLI::Option*> options) const {
  std::string text = Formatter::make_group(std::move(group), is_positional, options);
  const bool follows_options = !is_positional && options.front()->get_group() != "Options";
  return follows_options ? text.substr(1) : text;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string name = make_option_name(option, is_positional);
  name.erase(std::min(name.find('{'), name.size()));
  if (option->get_type_size() != 0) {
    const std::string type = option->get_type_name();
    name += " " + type.substr(0, type.find_first_of(": "));
    if (option->get_expected_max() == CLI::detail::expected_max_vector_size) name += " ...";
    if (option->get_required()) name += " (required)";
  }
  return help_entry(name, option->get_description());
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return help_entry(command->get_name(), command->get_description());
}

// Lines "  KEY    MEANING" are broken below the meaning.
std::string HelpFormatter::make_footer(const CLI::App* app) const {
  const std::string footer = app->get_footer();
  std::string text;
  for (std::size_t at = 0; at < footer.size();) {
    const std::size_t end = std::min(footer.find('\n', at), footer.size());
    const std::string line = footer.substr(at, end - at);
    at = end + 1;
    const std::size_t key = line.find_first_not_of(' ');
    const std::size_t gap = line.find(' ', key);
    if (key == 0 || key == std::string::npos || gap == std::string::npos) {
      text += line + "\n";
    } else {
      text +=
          help_entry(line.substr(key, gap - key), line.substr(std::min(line.find_first_not_of(' ', gap), line.size())));
    }
  }
  return text;
}

}  // namespace gradus::cli
