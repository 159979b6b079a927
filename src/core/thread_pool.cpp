#include "core/thread_pool.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gradus {
namespace {

// About 20 us of pauses: longer than any wait between balanced slices of a step, shorter than a scheduler's time slice.
constexpr int kSpins = 400;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `reached(value)`; spins, then sleeps on the atomic.
template <class Reached>
void wait_until(const std::atomic<std::uint32_t>& value, Reached reached) {
  for (int spin = 0; spin < kSpins; ++spin) {
    if (reached(value.load(std::memory_order_acquire))) return;
    pause();
  }
  for (;;) {
    const std::uint32_t seen = value.load(std::memory_order_acquire);
    if (reached(seen)) return;
    value.wait(seen, std::memory_order_acquire);
  }
}

}  // namespace

void Progress::advance_to(std::uint32_t value) {
  value_.store(value, std::memory_order_release);
  value_.notify_all();
}

void Progress::wait_for(std::uint32_t value) const {
  wait_until(value_, [value](std::uint32_t seen) { return seen >= value; });
}

void Barrier::arrive_and_wait() {
  const std::uint32_t phase = phase_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == parties_) {
    arrived_.store(0, std::memory_order_relaxed);
    phase_.store(phase + 1, std::memory_order_release);
    phase_.notify_all();
    return;
  }
  wait_until(phase_, [phase](std::uint32_t seen) { return seen != phase; });
}

ThreadPool::ThreadPool(unsigned threads) : barrier_(threads) {
  for (unsigned thread = 1; thread < threads; ++thread) {
    workers_.emplace_back([this, thread] { worker_loop(thread); });
  }
}

ThreadPool::~ThreadPool() {
  stopping_.store(true, std::memory_order_relaxed);
  started_.fetch_add(1, std::memory_order_release);
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
  started_.fetch_add(1, std::memory_order_release);
  started_.notify_all();
  work(0);
  const auto all = static_cast<std::uint32_t>(workers_.size());
  wait_until(finished_, [all](std::uint32_t seen) { return seen == all; });
}

void ThreadPool::worker_loop(unsigned thread) {
  for (std::uint32_t run = 1;; ++run) {
    wait_until(started_, [run](std::uint32_t seen) { return static_cast<std::int32_t>(seen - run) >= 0; });
    if (stopping_.load(std::memory_order_relaxed)) return;
    (*work_)(thread);
    finished_.fetch_add(1, std::memory_order_acq_rel);
    finished_.notify_all();
  }
}

}  // namespace gradus
