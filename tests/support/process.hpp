// Running the program under test and looking at what it leaves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace gradus::test {

struct ProcessResult {
  int exit_code = -1;  // 128 + signal for a process that a signal ended
  std::string out;
  std::string err;
  std::size_t max_resident_bytes = 0;
};

/// Starts `words[0]` with its arguments. `before` runs in the child just before the program starts (limits, folder).
/// `meanwhile` runs in the parent with the child's id before its end is awaited.
ProcessResult run_process(const std::vector<std::string>& words, const std::function<void()>& before = {},
                          const std::function<void(pid_t)>& meanwhile = {});

/// The same with standard error on a terminal of that many columns; what appears there is `err`.
ProcessResult run_in_terminal(const std::vector<std::string>& words, unsigned short columns,
                              const std::function<void()>& before = {});

/// The whole file; empty when there is none.
std::string read_whole_file(const std::string& path);
void write_whole_file(const std::string& path, const std::string& bytes);

}  // namespace gradus::test
