// SPDX-License-Identifier: Apache-2.0
#include "core/thread_pool.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <chrono>

namespace gradus {
namespace {

// Pauses between steps, some 20 us: the caller prepares the next one in less.
constexpr int kSpinsBetweenSteps = 400;
// Within a step up to 10 us: when another process holds a core, both threads often share the other one, and the one
// that is waited for cannot run meanwhile (s0 kept .21 to .35 of its speed with 400 pauses, .34 to .62 with 200; with
// 100 the hand-overs of s4 took a sixth longer undisturbed).
constexpr int kSpinsWithinStep = 200;
// After some waits in a row that lasted longer than those spins: then the threads do share a core, and every spin of
// one is the other's loss. s0 beside a busy process takes 5 to 12 % less time; after one long wait instead of four it
// took 2 to 3 % more undisturbed.
constexpr int kSpinsAfterLongWaits = 20;
constexpr int kLongWaits = 4;
constexpr std::chrono::microseconds kLongWait{10};
// Then the core is offered to whoever wants it (often the very thread that is waited for), then left for a while.
constexpr int kYields = 100;
constexpr std::chrono::microseconds kNap{50};

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

template <class Reached>
bool reached_while_spinning(const std::atomic<std::uint32_t>& value, int spins, const Reached& reached) {
  for (int spin = 0; spin < spins; ++spin) {
    if (reached(value.load(std::memory_order_acquire))) return true;
    pause();
  }
  return false;
}

// Waits inside a step until `reached(value)`: spins, yields, then polls between naps. Sleeping on the atomic itself
// would oblige the other side to a full fence at every advance (store the value, then look for sleepers: with a plain
// store the look can pass the store, and with a store buffer full of remote lines for longer than it takes to fall
// asleep).
template <class Reached>
void wait_within_step(const std::atomic<std::uint32_t>& value, Reached reached) {
  using Steady = std::chrono::steady_clock;
  if (reached(value.load(std::memory_order_acquire))) return;  // no wait, and no hint
  thread_local int long_waits = 0;
  const bool shares_core = long_waits >= kLongWaits;
  if (reached_while_spinning(value, shares_core ? kSpinsAfterLongWaits : kSpinsWithinStep, reached)) {
    long_waits = 0;
    return;
  }
  const Steady::time_point start = Steady::now();
  for (int turn = 0; !reached(value.load(std::memory_order_acquire)); ++turn) {
    if (turn < kYields) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(kNap);
    }
  }
  const bool was_long = !shares_core || Steady::now() - start > kLongWait;
  long_waits = was_long ? long_waits + 1 : 0;
}

// Waits for the next step, which may be long in coming: spins, then sleeps until notified. The notifier's fetch_add is
// a full fence.
template <class Reached>
void wait_for_step(const std::atomic<std::uint32_t>& value, Reached reached) {
  if (reached_while_spinning(value, kSpinsBetweenSteps, reached)) return;
  for (;;) {
    const std::uint32_t seen = value.load(std::memory_order_acquire);
    if (reached(seen)) return;
    value.wait(seen, std::memory_order_acquire);
  }
}

}  // namespace

void Progress::advance_to(std::uint32_t value) {
  value_.store(value, std::memory_order_release);
}

void Progress::wait_for(std::uint32_t value) const {
  wait_within_step(value_, [value](std::uint32_t seen) { return seen >= value; });
}

std::uint32_t Barrier::arrive() {
  const std::uint32_t phase = phase_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == parties_) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
  }
  return phase;
}

void Barrier::wait(std::uint32_t arrival) const {
  wait_within_step(phase_, [arrival](std::uint32_t seen) { return seen != arrival; });
}

ThreadPool::ThreadPool(unsigned threads) : barrier_(threads) {
  for (unsigned thread = 1; thread < threads; ++thread) {
    workers_.emplace_back([this, thread] { worker_loop(thread); });
  }
}

ThreadPool::~ThreadPool() {
  stopping_.store(true, std::memory_order_relaxed);
  started_.fetch_add(1, std::memory_order_seq_cst);
  started_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(const std::function<void(unsigned)>& work) {
  if (workers_.empty()) {
    work(0);
    return;
  }
  work_ = &work;
  finished_.store(0, std::memory_order_relaxed);
  started_.fetch_add(1, std::memory_order_seq_cst);
  started_.notify_all();
  work(0);
  const auto all = static_cast<std::uint32_t>(workers_.size());
  wait_within_step(finished_, [all](std::uint32_t seen) { return seen == all; });
}

void ThreadPool::worker_loop(unsigned thread) {
  for (std::uint32_t run = 1;; ++run) {
    wait_for_step(started_, [run](std::uint32_t seen) { return static_cast<std::int32_t>(seen - run) >= 0; });
    if (stopping_.load(std::memory_order_relaxed)) return;
    (*work_)(thread);
    finished_.fetch_add(1, std::memory_order_acq_rel);
  }
}

}  // namespace gradus
