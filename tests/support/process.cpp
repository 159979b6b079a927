// SPDX-License-Identifier: Apache-2.0
#include "support/process.hpp"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/paths.hpp"

namespace gradus::test {
namespace {

// Files instead of pipes: no reader is needed while the child runs, whatever it writes.
void redirect(const std::string& path, int descriptor) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(file, descriptor);
  close(file);
}

}  // namespace

ProcessResult run_in_terminal(const std::vector<std::string>& words, unsigned short columns,
                              const std::function<void()>& before) {
  int terminal = -1;
  const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  const pid_t reader = forkpty(&terminal, nullptr, nullptr, &size);
  if (reader < 0) throw std::runtime_error("cannot open a terminal");
  if (reader == 0) {
    // A further process, so that run_process() is one place that starts programs.
    const ProcessResult result = run_process(words, [&] {
      dup2(STDIN_FILENO, STDERR_FILENO);
      if (before) before();
    });
    _exit(result.exit_code);
  }
  ProcessResult result;
  char bytes[4096];
  for (ssize_t got = 0; (got = read(terminal, bytes, sizeof bytes)) > 0;) {
    result.err.append(bytes, static_cast<std::size_t>(got));
  }
  int status = 0;
  waitpid(reader, &status, 0);
  close(terminal);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

ProcessResult run_process(const std::vector<std::string>& words, const std::function<void()>& before,
                          const std::function<void(pid_t)>& meanwhile) {
  const TempDir folder;
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  std::vector<char*> arguments;
  std::vector<std::string> copies = words;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) {
    redirect(out, STDOUT_FILENO);
    redirect(err, STDERR_FILENO);
    if (before) before();
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  if (meanwhile) meanwhile(child);
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  ProcessResult result;
  result.max_resident_bytes = static_cast<std::size_t>(usage.ru_maxrss) * 1024;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = read_whole_file(out);
  result.err = read_whole_file(err);
  return result;
}

std::string read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_whole_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace gradus::test
