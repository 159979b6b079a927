// The program under test, started the way a user does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace gradus::test {

inline ProcessResult gradus_program(const std::vector<std::string>& arguments, const std::function<void()>& before = {},
                                    const std::function<void(pid_t)>& meanwhile = {}) {
  std::vector<std::string> words = {GRADUS_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_process(words, before, meanwhile);
}

inline std::ptrdiff_t count_lines(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

/// A CSV that any setting can train on: 60 rows, two features, labels "no" and "yes".
inline std::string small_csv() {
  std::string text = "x,y,answer\n";
  for (int r = 0; r < 60; ++r) {
    text += std::to_string(r % 7) + "." + std::to_string(r % 3) + "," + std::to_string(r % 5) + ",";
    text += (r % 7) * 2 > r % 5 + 3 ? "yes\n" : "no\n";
  }
  return text;
}

}  // namespace gradus::test
