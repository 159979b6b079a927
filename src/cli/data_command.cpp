// gradus data list | info SRC | make NAME --out FILE | fetch NAME: what there is, what is in it, and how to get it.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/data_info.hpp"
#include "cli/data_notes.hpp"
#include "cli/flags.hpp"
#include "cli/online.hpp"
#include "cli/reader_flags.hpp"
#include "core/wrapped_text.hpp"
#include "data/leaks.hpp"
#include "data/write_dataset.hpp"
#include "gradus/core/error.hpp"
#include "gradus/data/source.hpp"

namespace gradus::cli {
namespace {

using Json = nlohmann::ordered_json;

struct DataFlags {
  std::string source;
  std::string out;
  std::string mirror;
  SourceOptions options;
  bool json = false;
  bool force = false;
  bool raw = false;
  bool quiet = false;
};

void print(bool json, const std::string& text) {
  fmt::print("{}", json ? text : printable_lines(text));
}

// -- list
// --------------------------------------------------------------------------------------------------------------
void run_list(const DataFlags& flags) {
  Json json = Json::array();
  std::string text;
  const auto add = [&](const char* kind, const std::vector<SourceEntry>& entries) {
    for (const SourceEntry& entry : entries) {
      json.push_back(
          {{"name", entry.name}, {"kind", kind}, {"summary", entry.summary}, {"fetchable", entry.fetchable}});
      const std::string mark = entry.fetchable ? " [fetch]" : "";
      text += wrapped(fmt::format("  {:<18} {}{}", entry.name, entry.summary, mark), 21) + "\n";
    }
  };
  text += "Generated, no file needed:\n";
  add("generated", generators());
  text += "\n" +
          wrapped(fmt::format("Files, looked for in {} ([fetch]: 'gradus data fetch NAME' downloads it):",
                              fmt::join(data_folders(flags.options.data_dir), ", then ")),
                  2) +
          "\n";
  add("file", named_sources());
  text += "\nAny path works too; what is read: \"Data sources\" in the README.\n";
  print(flags.json, flags.json ? Json{{"sources", json}}.dump() + "\n" : text);
}

// -- info
// --------------------------------------------------------------------------------------------------------------
void run_info(const DataFlags& flags) {
  Dataset dataset = read_source(flags.source, flags.options);
  data::note_leaks(dataset, dataset.notes);
  print_notes(dataset);
  const Json info = data_info(dataset);
  // Names come from files: bytes that are no UTF-8 are replaced rather than fatal.
  print(flags.json,
        flags.json ? info.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n" : data_info_text(dataset, info));
}

// -- make and fetch
// ------------------------------------------------------------------------------------------------------
void run_make(const DataFlags& flags) {
  std::error_code ignored;
  if (!flags.force && std::filesystem::exists(flags.out, ignored)) {
    throw InputError(ErrorParts{flags.out, "a new file", "one that exists", "choose another name or use --force"});
  }
  const Dataset dataset = read_source(flags.source, flags.options);
  print_notes(dataset);
  data::write_dataset(dataset, flags.out, flags.raw ? CsvCells::kRaw : CsvCells::kGuarded);
  const Json result{{"file", flags.out}, {"rows", dataset.table.rows()}, {"features", dataset.num_features()}};
  print(flags.json, flags.json ? result.dump() + "\n"
                               : fmt::format("{}: {} rows, {} features\n", flags.out, dataset.table.rows(),
                                             dataset.num_features()));
}

void run_fetch(const DataFlags& flags) {
  fetch({.name = flags.source,
         .data_dir = flags.options.data_dir,
         .mirror = flags.mirror,
         .force = flags.force,
         .quiet = flags.quiet,
         .json = flags.json});
}

void add_source_flags(CLI::App& command, DataFlags& flags) {
  add_option(command, "--data-dir", flags.options.data_dir, "Folder where named sets are looked for first");
  add_option(command, "--valid-data", flags.options.valid_path, "Further file that becomes the validation part");
  add_option(command, "--test-data", flags.options.test_path, "Further file that becomes the test part");
  add_option(command, "--label", flags.options.label, "Target column: name, number (from 0, or -1 from the end), none");
  completes(add_option(command, "--task", flags.options.task,
                       "classification, regression or multilabel; decided by itself if unset"),
            {.words = {"classification", "regression", "multilabel"}, .files = false});
  add_reader_flags(command, flags.options);
  // Looking at a table should not need to know its label; nothing here has a number for every pair of classes.
  flags.options.max_classes = std::numeric_limits<std::uint64_t>::max();
  add_option(command, "--rows", flags.options.generated_rows, "Generators: rows in all");
  add_option(command, "--seed", flags.options.seed, "Generators: seed");
  add_option(command, "--noise", flags.options.noise, "Generators: noise");
}

}  // namespace

void add_data_command(CLI::App& app, int& exit_code) {
  CLI::App* data = add_command(app, "data", "List, inspect, make and download data sets");
  data->require_subcommand(1);
  const auto flags = std::make_shared<DataFlags>();
  const auto add = [&](const char* name, const char* help, void (*run)(const DataFlags&)) {
    CLI::App* command = add_command(*data, name, help);
    add_flag(*command, "--json", flags->json, "Print one JSON object");
    command->callback([flags, run, &exit_code] {
      run(*flags);
      exit_code = 0;
    });
    return command;
  };
  CLI::App* list = add("list", "Names of generators and published sets", run_list);
  add_option(*list, "--data-dir", flags->options.data_dir, "Folder where named sets are looked for first");
  CLI::App* info = add("info", "Task, parts, classes and ranges of a data source", run_info);
  completes(add_option(*info, "source", flags->source, "Path or name")->required(),
            {.words = source_names(), .files = true});
  add_source_flags(*info, *flags);
  CLI::App* make = add("make", "Write a data source as .csv, .npy or .npz", run_make);
  completes(add_option(*make, "source", flags->source, "Generator, or any other source")->required(),
            {.words = source_names(), .files = true});
  add_option(*make, "--out", flags->out, "File to write, ending in .csv, .npy or .npz")->required();
  add_flag(*make, "--force", flags->force, "Replace a file that exists");
  add_flag(*make, "--raw", flags->raw, kRawCellsDoc);
  add_source_flags(*make, *flags);
  CLI::App* download = add("fetch", "Download a published set; an interrupted download continues", run_fetch);
  std::vector<std::string> sets;
  for (const SourceEntry& entry : named_sources()) sets.push_back(entry.name);
  completes(
      add_option(*download, "name", flags->source,
                 "A set of 'gradus data list': downloaded where it is marked [fetch], unless a data folder has it")
          ->required(),
      {.words = sets, .files = false});
  add_option(*download, "--data-dir", flags->options.data_dir,
             "Folder to put it in, copied where another data folder has it (default: the user's cache)");
  add_option(*download, "--mirror", flags->mirror, "Base URL instead of the built-in mirrors");
  add_flag(*download, "--force", flags->force, "Download whatever is there, and replace files of other content");
  add_flag(*download, "--quiet", flags->quiet, "No progress");
}

}  // namespace gradus::cli
