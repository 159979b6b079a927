#include "support/process.hpp"

#include <fcntl.h>
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
