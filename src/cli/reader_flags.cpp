// SPDX-License-Identifier: Apache-2.0
#include "cli/reader_flags.hpp"

#include "cli/flags.hpp"
#include "gradus/training/run_config.hpp"

namespace gradus::cli {
namespace {

// The choices of the configuration's key of the same name ("--index-base": data.index_base).
void complete_as_keys(CLI::App& command) {
  for (const ConfigOption& option : config_options()) {
    if (option.choices.empty() || !option.key.starts_with("data.")) continue;
    std::string name = "--" + std::string(option.key.substr(5));
    for (char& c : name) c = c == '_' ? '-' : c;
    CLI::Option* added = command.get_option_no_throw(name);
    if (added != nullptr) completes(added, {.words = {option.choices.begin(), option.choices.end()}, .files = false});
  }
}

}  // namespace

std::vector<std::string> source_names() {
  std::vector<std::string> names;
  for (const SourceEntry& entry : generators()) names.push_back(entry.name);
  for (const SourceEntry& entry : named_sources()) names.push_back(entry.name);
  return names;
}

void add_reader_flags(CLI::App& command, SourceOptions& options) {
  add_option(command, "--feature-array", options.feature_array, "npz, MAT: name of the array of features");
  add_option(command, "--label-array", options.label_array, "npz, MAT: name of the array of labels");
  add_option(command, "--orientation", options.orientation, "npy, npz, MAT: samples in rows or columns, or auto");
  add_option(command, "--index-base", options.index_base, "LibSVM: index of the first feature: auto, 0 or 1");
  add_option(command, "--header", options.header, "auto, yes or no: whether the first text row is a header");
  add_option(command, "--delimiter", options.delimiter, "text files: auto, tab, space or the character between fields");
  add_option(command, "--decimal", options.decimal, "text files: the decimal sign, auto, . or ,");
  add_option(command, "--thousands", options.thousands, "text files: the sign between groups of three digits, or none");
  add_option(command, "--comment", options.comment, "text files: how comment lines start; auto = #, or none");
  add_option(command, "--encoding", options.encoding, "text files: auto, utf-8, utf-16, latin-1 or windows-1252");
  add_option(command, "--max-bytes", options.max_bytes,
             "refuse files that unpack to more bytes [100 times their size]");
  const auto add_columns = [&command](const char* flag, std::vector<std::string>& columns, const char* doc) {
    add_option(command, flag, columns, doc)->delimiter(',');
  };
  add_columns("--categories", options.categories, "columns whose values are levels: names, numbers, patterns");
  add_columns("--numbers", options.numbers, "columns whose values must be numbers");
  add_columns("--dates", options.dates, "columns whose values must be dates");
  add_columns("--ignore", options.ignore, "columns that are left out");
  add_columns("--missing", options.missing, "what stands in a missing cell");
  complete_as_keys(command);
}

}  // namespace gradus::cli
