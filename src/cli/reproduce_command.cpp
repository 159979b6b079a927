// gradus reproduce: the published studies, ours beside theirs.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder_report.hpp"
#include "cli/note.hpp"
#include "cli/stop_signal.hpp"
#include "core/atomic_file.hpp"
#include "core/wrapped_text.hpp"
#include "gradus/core/error.hpp"
#include "reproduce/library.hpp"
#include "reproduce/reproduction.hpp"

namespace gradus::cli {
namespace {

struct ReproduceArguments {
  std::vector<std::string> names;
  reproduce::ReproduceOptions options;
  std::string record;
  bool list = false;
  bool json = false;
  bool rows = false;
  bool quiet = false;
};

void print_studies_as_json() {
  nlohmann::ordered_json studies = nlohmann::ordered_json::array();
  for (const reproduce::Study& study : reproduce::find_studies({"all"})) {
    studies.push_back(
        {{"study", study.id}, {"rows", study.rows.size()}, {"quick", study.quick.present}, {"title", study.title}});
  }
  fmt::print("{}\n", nlohmann::ordered_json{{"studies", studies}}.dump());
}

void print_studies() {
  std::vector<std::vector<std::string>> cells = {{"study", "rows", "quick", "title"}};
  for (const reproduce::Study& study : reproduce::find_studies({"all"})) {
    cells.push_back({study.id, std::to_string(study.rows.size()), study.quick.present ? "yes" : "-", study.title});
  }
  say("{}", listed_table(cells));
}

std::vector<reproduce::Study> chosen_studies(const ReproduceArguments& arguments) {
  std::vector<std::string> names = arguments.names;
  if (names.empty() && arguments.options.quick) names = {"all"};
  if (names.empty()) {
    throw InputError({.where = "reproduce",
                      .expected = "an id such as s2-init, a notebook s0 to s4, or all",
                      .found = "none",
                      .advice = "`gradus reproduce --list` lists them"});
  }
  std::vector<reproduce::Study> studies = reproduce::find_studies(names);
  if (arguments.options.quick) {
    std::erase_if(studies, [](const reproduce::Study& study) { return !study.quick.present; });
  }
  return studies;
}

// Everything that is missing at once, before a minute is spent.
void require_data(const std::vector<reproduce::Study>& studies, const std::string& data_dir) {
  const std::vector<std::string> missing = reproduce::missing_data(studies, data_dir);
  if (missing.empty()) return;
  std::string text;
  for (const std::string& sentence : missing) text += (text.empty() ? "" : "; ") + sentence;
  throw InputError("reproduce: " + text);
}

std::string report_title(const ReproduceArguments& arguments) {
  std::string title = "Published studies:";
  for (const std::string& name : arguments.names) title += " " + name;
  if (arguments.names.empty()) title += " all";
  return arguments.options.quick ? title + ", quick" : title;
}

// Says which page to open: of a single study its own, of several one with all of them.
void show_report(const std::vector<reproduce::Reproduction>& reproductions, const ReproduceArguments& arguments) {
  std::string path = reproductions[0].folder + "/report.html";
  if (reproductions.size() > 1) {
    std::vector<std::string> folders;
    folders.reserve(reproductions.size());
    for (const reproduce::Reproduction& reproduction : reproductions) folders.push_back(reproduction.folder);
    path = arguments.options.folder + "/report.html";
    if (!report_folders(folders, path, report_title(arguments))) return;
  }
  if (!arguments.json) say("report: {}\n", path);
}

int reproduce_studies(ReproduceArguments& arguments) {
  if (arguments.list) {
    arguments.json ? print_studies_as_json() : print_studies();
    return 0;
  }
  if (arguments.options.folder == "none") {
    throw InputError({.where = "--out",
                      .expected = "a folder, where finished runs are kept so that the same command goes on",
                      .found = "'none'",
                      .advice = "leave it out for runs/reproduce"});
  }
  const std::vector<reproduce::Study> studies = chosen_studies(arguments);
  require_data(studies, arguments.options.data_dir);
  arguments.options.stop = &catch_stop_signal();
  if (!arguments.quiet) {
    arguments.options.note = [](const std::string& sentence) { note("{}\n", sentence); };
  }
  std::vector<reproduce::Reproduction> reproductions;
  bool off = false;
  bool reported = true;
  for (const reproduce::Study& study : studies) {
    try {
      reproductions.push_back(reproduce::reproduce(study, arguments.options));
    } catch (const Interrupted&) {
      throw Interrupted(study.id + ": interrupted; the same command continues where it was");
    }
    reported = report_folder(reproductions.back().folder, arguments.quiet || !reported) && reported;
    off = off || reproductions.back().verdict() == reproduce::Verdict::kOff;
    if (!arguments.json) say("{}\n", reproduction_table(reproductions.back(), arguments.rows));
    std::fflush(stdout);
  }
  if (arguments.json) {
    const bool one = reproductions.size() == 1;
    fmt::print("{}\n", one ? reproduction_json(reproductions[0], true) : record_json(reproductions));
  }
  if (!arguments.record.empty()) write_file(arguments.record, record_json(reproductions));
  if (reported && !reproductions.empty()) show_report(reproductions, arguments);
  return off ? kCheckFailed : 0;
}

}  // namespace

void add_reproduce_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "reproduce", "run the published studies and compare with their numbers");
  auto arguments = std::make_shared<ReproduceArguments>();
  std::vector<std::string> names = {"all", "s0", "s1", "s2", "s3", "s4"};
  for (const std::string& id : reproduce::study_ids()) names.push_back(id);
  completes(add_option(*command, "study", arguments->names, "ids, notebooks (s0 to s4), all, or TOML files of studies"),
            {.words = names, .files = true});
  add_flag(*command, "--list", arguments->list, "list all studies and stop");
  add_flag(*command, "--quick", arguments->options.quick, "a subset of every notebook in a few minutes");
  add_option(*command, "--seeds", arguments->options.runs,
             "runs of every case that has more than one [as the study says]")
      ->check(in_range(2, 1000));
  add_option(*command, "--jobs", arguments->options.jobs, "runs at a time, 0 = one per core; never changes a result")
      ->check(in_range(0, 1024));
  add_option(*command, "--out", arguments->options.folder, "folder of finished runs and reports [runs/reproduce]");
  add_option(*command, "--data-dir", arguments->options.data_dir, "first folder to look for the data");
  add_option(*command, "--record", arguments->record,
             "write numbers, spread, time and hashes of all studies to this file");
  add_flag(*command, "--rows", arguments->rows, "print every row, also of long tables");
  add_flag(*command, "--json", arguments->json, "print one JSON object and nothing else");
  add_flag(*command, "--quiet", arguments->quiet, "no progress");
  command->callback([arguments, &exit_code] { exit_code = reproduce_studies(*arguments); });
}

}  // namespace gradus::cli
