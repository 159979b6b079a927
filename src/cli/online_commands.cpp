// gradus data fetch: downloads a published set. gradus serve: the page of reports, live, for the runs of a folder.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/data_at_hand.hpp"
#include "cli/fetch.hpp"
#include "cli/note.hpp"
#include "cli/online.hpp"
#include "cli/stop_request.hpp"
#include "cli/stop_signal.hpp"
#include "gradus/core/error.hpp"
#include "gradus/data/source.hpp"
#include "gradus/report/report.hpp"
#include "report/live_server.hpp"

namespace gradus::cli {

namespace {

std::vector<FetchedFile> download(const FetchArguments& arguments) {
  const PublishedSet& set = find_published_set(arguments.name);
  FetchOptions options;
  options.data_folder = arguments.data_dir.empty() ? user_cache_folder() : arguments.data_dir;
  options.mirror = arguments.mirror;
  options.force = arguments.force;
  const bool show = !arguments.quiet && isatty(STDERR_FILENO) != 0;
  if (show) {
    options.on_progress = [](const std::string& file, double bytes, double total) {
      fmt::print(stderr, "\r{}: {:.1f} of {:.1f} MB ", file, bytes / 1e6, total / 1e6);
    };
  }
  std::vector<FetchedFile> files = fetch_set(set, options);
  if (show) fmt::print(stderr, "\r\033[K");
  return files;
}

}  // namespace

void fetch(const FetchArguments& arguments) {
  std::optional<std::vector<FetchedFile>> files;
  // A mirror or --force asks for the download itself.
  if (arguments.mirror.empty() && !arguments.force) files = files_at_hand(arguments.name, arguments.data_dir);
  if (!files) files = download(arguments);
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::string text;
  for (const FetchedFile& file : *files) {
    json.push_back({{"file", file.path}, {"status", file.status}});
    text += fmt::format("{:<10} {}\n", file.status, file.path);
  }
  fmt::print("{}", arguments.json ? nlohmann::ordered_json{{"files", json}}.dump() + "\n" : text);
}

namespace {

// A report that is being made may take long, above all where a database is locked. Nothing is lost when it ends with
// the process.
void end_in_any_case() {
  constexpr auto kPatience = std::chrono::seconds(1);
  std::thread([kPatience] {
    std::this_thread::sleep_for(kPatience);
    std::_Exit(0);
  }).detach();
}

}  // namespace

void serve(const ServeArguments& arguments) {
  LiveOptions options;
  options.folder = arguments.folder;
  if (options.folder.empty()) options.folder = std::filesystem::is_directory("runs") ? "runs" : ".";
  options.port = arguments.port;
  options.control = arguments.control;
  options.stop_run = request_stop;
  options.page = report_page();
  if (options.page.empty()) throw InputError("gradus serve: " + how_to_get_the_page());
  LiveServer server(std::move(options));
  fmt::print("{}\n", server.address());
  std::fflush(stdout);
  note("Ctrl-C ends it; who has this address can read the runs{}\n", arguments.control ? " and stop them" : "");
  const std::atomic<bool>& stop = catch_stop_signal();
  std::thread waiting([&] {
    while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    end_in_any_case();
    server.stop();
  });
  server.run();
  waiting.join();
}

}  // namespace gradus::cli
