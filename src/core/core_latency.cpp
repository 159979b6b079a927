// SPDX-License-Identifier: Apache-2.0
#include "core/core_latency.hpp"

#include <atomic>
#include <cstdint>
#include <thread>

#include "core/thread_pool.hpp"
#include "gradus/core/matrix.hpp"

namespace gradus {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_from(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// A cache line that two threads hand to and fro.
class HandOverLine {
 public:
  /// There and back, while the other thread is in answer().
  void take_turn() {
    line_.store(++value_, std::memory_order_release);
    value_ = wait_for_change(value_);
  }
  void stop() { line_.store(kStop, std::memory_order_release); }

  /// Hands the line back until stop().
  void answer() {
    for (std::uint32_t seen = wait_for_change(0); seen != kStop; seen = wait_for_change(seen)) {
      line_.store(++seen, std::memory_order_release);
    }
  }

 private:
  static constexpr std::uint32_t kStop = 0xFFFFFFFF;
  static constexpr int kSpins = 1000;

  std::uint32_t wait_for_change(std::uint32_t from) const {
    for (;;) {
      for (int spin = 0; spin < kSpins; ++spin) {
        const std::uint32_t seen = line_.load(std::memory_order_acquire);
        if (seen != from) return seen;
      }
      std::this_thread::yield();
    }
  }

  alignas(kAlignment) std::atomic<std::uint32_t> line_{0};
  alignas(kAlignment) std::uint32_t value_ = 0;
};

// Enough of the hand-overs take less than 150 ns.
bool seems_near(HandOverLine& line) {
  constexpr double kNearSeconds = 150e-9;
  constexpr double kLongestSeconds = 50e-6;
  constexpr int kTurns = 25;
  constexpr int kEnough = 5;
  const SteadyClock::time_point start = SteadyClock::now();
  int near = 0;
  for (int turn = 0; turn < kTurns && near < kEnough && seconds_from(start) < kLongestSeconds; ++turn) {
    const SteadyClock::time_point turn_start = SteadyClock::now();
    line.take_turn();
    if (seconds_from(turn_start) < 2.0 * kNearSeconds) ++near;
  }
  return near == kEnough;
}

}  // namespace

double handover_nanoseconds() {
  constexpr int kTurns = 2000;
  constexpr double kLongestSeconds = 0.02;
  if (std::thread::hardware_concurrency() < 2) return 0.0;
  HandOverLine line;
  // A new thread often starts on the core of its maker and stays there for many milliseconds, but one that wakes up
  // gets an idle core if there is one.
  std::thread partner([&line] {
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    line.answer();
  });
  line.take_turn();
  const SteadyClock::time_point start = SteadyClock::now();
  int turn = 0;
  while (turn < kTurns && (turn % 16 != 0 || seconds_from(start) < kLongestSeconds)) {
    line.take_turn();
    ++turn;
  }
  const double seconds = seconds_from(start);
  line.stop();
  partner.join();
  return seconds / (2.0 * turn) * 1e9;
}

bool CoreDistance::is_far(ThreadPool& pool) {
  constexpr std::chrono::milliseconds kValid{20};
  if (pool.size() < 2) return false;
  if (SteadyClock::now() < valid_until_) return is_far_;
  HandOverLine line;
  pool.run([&](unsigned thread) {
    if (thread == 1) line.answer();
    if (thread != 0) return;
    is_far_ = !seems_near(line);
    line.stop();
  });
  valid_until_ = SteadyClock::now() + kValid;
  return is_far_;
}

}  // namespace gradus
