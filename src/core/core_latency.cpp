#include "core/core_latency.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <mutex>
#include <thread>

#include "gradus/core/matrix.hpp"

namespace gradus {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_from(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Two threads that hand one cache line to and fro. A new thread often starts on the core of its maker and stays there
// for many milliseconds, but one that wakes up gets an idle core if there is one.
class HandOvers {
 public:
  HandOvers() : partner_([this] { answer(); }) { take_turn(); }
  HandOvers(const HandOvers&) = delete;
  HandOvers& operator=(const HandOvers&) = delete;
  ~HandOvers() {
    line_.store(kStop, std::memory_order_release);
    partner_.join();
  }

  /// There and back.
  void take_turn() {
    line_.store(++value_, std::memory_order_release);
    value_ = wait_for_change(value_);
  }

 private:
  static constexpr std::uint32_t kStop = 0xFFFFFFFF;
  static constexpr int kSpins = 10000;

  std::uint32_t wait_for_change(std::uint32_t from) const {
    for (;;) {
      for (int spin = 0; spin < kSpins; ++spin) {
        const std::uint32_t seen = line_.load(std::memory_order_acquire);
        if (seen != from) return seen;
      }
      std::this_thread::yield();
    }
  }

  void answer() {
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    for (std::uint32_t seen = wait_for_change(0); seen != kStop; seen = wait_for_change(seen)) {
      line_.store(++seen, std::memory_order_release);
    }
  }

  alignas(kAlignment) std::atomic<std::uint32_t> line_{0};
  alignas(kAlignment) std::uint32_t value_ = 0;
  std::thread partner_;
};

// Enough hand-overs of less than 150 ns within a millisecond.
bool seem_near() {
  constexpr double kNearSeconds = 150e-9;
  constexpr double kLongestSeconds = 0.001;
  constexpr int kEnough = 20;
  HandOvers hand_overs;
  const Clock::time_point start = Clock::now();
  for (int near = 0; seconds_from(start) < kLongestSeconds;) {
    const Clock::time_point turn_start = Clock::now();
    hand_overs.take_turn();
    if (seconds_from(turn_start) < 2.0 * kNearSeconds) ++near;
    if (near == kEnough) return true;
  }
  return false;
}

bool measure_far() {
  if (std::thread::hardware_concurrency() < 2) return false;
  // Two threads on one core would seem far: a little later, new ones may get two.
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (seem_near()) return false;
  }
  return true;
}

}  // namespace

double handover_nanoseconds() {
  constexpr int kTurns = 2000;
  constexpr double kLongestSeconds = 0.02;
  if (std::thread::hardware_concurrency() < 2) return 0.0;
  HandOvers hand_overs;
  const Clock::time_point start = Clock::now();
  int turn = 0;
  while (turn < kTurns && (turn % 16 != 0 || seconds_from(start) < kLongestSeconds)) {
    hand_overs.take_turn();
    ++turn;
  }
  return seconds_from(start) / (2.0 * turn) * 1e9;
}

bool cores_are_far() {
  static constexpr std::chrono::seconds kValid{2};
  static std::mutex measuring;
  static std::atomic<bool> are_far{false};
  static std::atomic<Clock::rep> measured_at{std::numeric_limits<Clock::rep>::min()};
  const auto is_valid = [] {
    const Clock::rep at = measured_at.load(std::memory_order_acquire);
    return at != std::numeric_limits<Clock::rep>::min() &&
           Clock::now() - Clock::time_point(Clock::duration(at)) < kValid;
  };
  if (is_valid()) return are_far.load(std::memory_order_relaxed);
  const std::scoped_lock lock(measuring);
  if (!is_valid()) {
    are_far.store(measure_far(), std::memory_order_relaxed);
    measured_at.store(Clock::now().time_since_epoch().count(), std::memory_order_release);
  }
  return are_far.load(std::memory_order_relaxed);
}

}  // namespace gradus
