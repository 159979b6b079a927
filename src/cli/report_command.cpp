// gradus report: runs, studies, certificates and reproductions as one HTML file.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/note.hpp"
#include "core/folder_lock.hpp"
#include "gradus/report/report.hpp"

namespace gradus::cli {
namespace {

struct ReportArguments {
  std::vector<std::string> sources;
  std::string out;
  bool json = false;
};

// Beside what it shows; for several sources, which belong to nobody's folder, here.
std::string default_output(const std::vector<std::string>& sources) {
  if (sources.size() > 1) return "report.html";
  const std::filesystem::path source(sources.front());
  std::error_code ignored;
  if (std::filesystem::is_directory(source, ignored)) return (source / "report.html").string();
  return std::filesystem::path(source).replace_extension(".html").string();
}

// A run's folder belongs to one process at a time; several may work on a study, beside which it is safe to write too.
std::unique_ptr<FolderLock> lock_records_at(const std::string& out) {
  std::string folder = std::filesystem::path(out).parent_path().string();
  if (folder.empty()) folder = ".";
  std::error_code ignored;
  if (std::filesystem::exists(folder + "/study.sqlite", ignored)) {
    return std::make_unique<FolderLock>(folder, FolderLock::Share::kBeside);
  }
  if (!std::filesystem::exists(folder + "/config.toml", ignored)) return nullptr;
  return std::make_unique<FolderLock>(folder, FolderLock::Share::kAlone);
}

void make_report(const ReportArguments& arguments) {
  if (arguments.json) {
    fmt::print("{}\n", bundle_json(arguments.sources));
    return;
  }
  const std::string out = arguments.out.empty() ? default_output(arguments.sources) : arguments.out;
  const std::unique_ptr<FolderLock> lock = lock_records_at(out);
  write_report(arguments.sources, out);
  say("{}\n", out);
}

}  // namespace

void add_report_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "report", "show runs, studies and certificates as one HTML file");
  auto arguments = std::make_shared<ReportArguments>();
  add_option(*command, "sources", arguments->sources,
             "run, study or reproduction folders, certificate.json; several runs are shown together")
      ->required();
  add_option(*command, "-o,--out", arguments->out,
             "the file to write [DIR/report.html; report.html for several sources]");
  add_flag(*command, "--json", arguments->json, "print the report's data as one JSON object and write nothing");
  command->callback([arguments, &exit_code] {
    make_report(*arguments);
    exit_code = 0;
  });
}

}  // namespace gradus::cli
