// gradus serve: the page of reports, live, for the runs of a folder (online_commands.cpp).
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/online.hpp"

namespace gradus::cli {

void add_serve_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "serve", "watch the runs of a folder in a browser of this machine");
  auto arguments = std::make_shared<ServeArguments>();
  add_option(*command, "dir", arguments->folder, "folder with runs, or a run [runs]");
  add_option(*command, "--port", arguments->port, "port on 127.0.0.1, 0 = any that is free [0]")
      ->check(in_range(0, 65535));
  add_flag(*command, "--allow-control", arguments->control, "let the page stop runs, as Ctrl-C does");
  command->callback([arguments, &exit_code] {
    serve(*arguments);
    exit_code = 0;
  });
}

}  // namespace gradus::cli
