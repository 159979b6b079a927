// `gradus` becomes gradus-online, with the same arguments.
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/online.hpp"
#include "gradus/core/error.hpp"

namespace gradus::cli {
namespace {

// Beside this program; where the system does not tell which file that is, where its name says.
std::filesystem::path online_program() {
  std::error_code unknown;
  std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (unknown) self = program_arguments[0];
  return self.parent_path() / "gradus-online";
}

void hand_over() {
  const std::string program = online_program().string();
  execv(program.c_str(), program_arguments);
  throw InputError({program, "the program that downloads and serves", std::strerror(errno),
                    "copy gradus-online to where gradus is"});
}

}  // namespace

void fetch(const FetchArguments&) {
  hand_over();
}
void serve(const ServeArguments&) {
  hand_over();
}

}  // namespace gradus::cli
