// SPDX-License-Identifier: Apache-2.0
#include "cli/standard_streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <initializer_list>

#include "gradus/core/error.hpp"

namespace gradus::cli {

void secure_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) != -1) continue;
    // The lowest free number is this one: those below are open. The other direction: reading and writing fail.
    open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

int finish_standard_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  // The reason of an earlier failure is lost; a pipe without a reader says so.
  pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  if (poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0) return kReaderGone;
  throw RunError("standard output: could not be written");
}

}  // namespace gradus::cli
