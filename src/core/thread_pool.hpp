// A small pool of our own: one fixed group of threads that runs the same function side by side, with a barrier and
// flags for them. Waits spin briefly (the partner is usually nanoseconds away), then sleep, so that a busy neighbour on
// one core costs its share of time and not more.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "gradus/core/matrix.hpp"

namespace gradus {

/// A counter that one side raises and others wait for; on a cache line of its own.
class alignas(kAlignment) Progress {
 public:
  /// Not concurrent with anything else.
  void reset() { value_.store(0, std::memory_order_relaxed); }
  /// Publishes everything written before it.
  void advance_to(std::uint32_t value);
  /// Returns when the counter has reached `value`; sees everything written before that advance.
  void wait_for(std::uint32_t value) const;

 private:
  std::atomic<std::uint32_t> value_{0};
};

/// All `parties` threads arrive before any continues. Reusable at once.
class alignas(kAlignment) Barrier {
 public:
  explicit Barrier(unsigned parties) : parties_(parties) {}
  /// Says that this thread has arrived; returns what it has to wait for, once, before it arrives again.
  std::uint32_t arrive();
  void wait(std::uint32_t arrival) const;

 private:
  const unsigned parties_;
  std::atomic<unsigned> arrived_{0};
  std::atomic<std::uint32_t> phase_{0};
};

/// Runs work(thread) for thread = 0 .. size() - 1; the caller is thread 0.
class ThreadPool {
 public:
  explicit ThreadPool(unsigned threads);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();

  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(workers_.size()) + 1; }
  /// Returns when all threads have finished. `work` must not throw. Not reentrant.
  void run(const std::function<void(unsigned)>& work);
  /// A barrier for all threads of a run.
  void sync() {
    sync([] {});
  }
  /// The same; this thread does `meanwhile` between its arrival and the others'.
  template <class Work>
  void sync(const Work& meanwhile) {
    if (workers_.empty()) return meanwhile();
    const std::uint32_t arrival = barrier_.arrive();
    meanwhile();
    barrier_.wait(arrival);
  }

 private:
  void worker_loop(unsigned thread);
  Barrier barrier_;
  const std::function<void(unsigned)>* work_ = nullptr;
  std::vector<std::thread> workers_;
  alignas(kAlignment) std::atomic<std::uint32_t> started_{0};
  alignas(kAlignment) std::atomic<std::uint32_t> finished_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace gradus
