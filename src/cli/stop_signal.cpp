// SPDX-License-Identifier: Apache-2.0
#include "cli/stop_signal.hpp"

#include <csignal>

namespace gradus::cli {
namespace {

std::atomic<bool> stop_asked{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void on_signal(int number) {
  stop_asked.store(true, std::memory_order_relaxed);
  std::signal(number, SIG_DFL);
}

}  // namespace

const std::atomic<bool>& catch_stop_signal() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  return stop_asked;
}

void ask_to_stop() {
  stop_asked.store(true, std::memory_order_relaxed);
}

}  // namespace gradus::cli
