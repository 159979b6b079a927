// SPDX-License-Identifier: Apache-2.0
#include "cli/check_progress.hpp"

#include <unistd.h>

#include "cli/note.hpp"
#include "cli/progress.hpp"

namespace gradus::cli {

CheckProgress::CheckProgress(bool quiet) : terminal_(!quiet && isatty(STDERR_FILENO) != 0) {}

CheckProgress::~CheckProgress() {
  if (shown_) draw_line("");
}

void CheckProgress::show(double share, std::string_view what) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  shown_ = true;
  draw_line(fmt::format("{} {:3.0f} %  {}", bar_text(share), 100.0 * share, printable(what)));
}

VerifyProgress CheckProgress::callback() {
  return [this](double share, std::string_view what) { show(share, what); };
}

}  // namespace gradus::cli
