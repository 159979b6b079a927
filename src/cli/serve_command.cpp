// gradus serve: the page of reports, live, for the runs of a folder.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "cli/commands.hpp"
#include "cli/note.hpp"
#include "cli/stop_request.hpp"
#include "cli/stop_signal.hpp"
#include "gradus/core/error.hpp"
#include "gradus/report/report.hpp"
#include "report/live_server.hpp"

namespace gradus::cli {
namespace {

struct ServeArguments {
  std::string folder;
  int port = 0;
  bool control = false;
};

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
    server.stop();
  });
  server.run();
  waiting.join();
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("serve", "watch the runs of a folder in a browser of this machine");
  auto arguments = std::make_shared<ServeArguments>();
  command->add_option("dir", arguments->folder, "folder with runs, or a run [runs]");
  command->add_option("--port", arguments->port, "port on 127.0.0.1, 0 = any that is free [0]")
      ->check(CLI::Range(0, 65535));
  command->add_flag("--allow-control", arguments->control, "let the page stop runs, as Ctrl-C does");
  command->callback([arguments, &exit_code] {
    serve(*arguments);
    exit_code = 0;
  });
}

}  // namespace gradus::cli
