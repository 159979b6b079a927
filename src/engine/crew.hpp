// The threads of an engine: their pool, how far their cores are apart, whether taking turns pays, and the flags by
// which chains pass from one to the next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "core/core_latency.hpp"
#include "core/thread_pool.hpp"
#include "engine/turns.hpp"

namespace gradus::engine {

class Crew {
 public:
  Crew(unsigned threads, std::size_t layers, std::optional<bool> far) : pool_(threads), fixed_far_(far) {
    for (std::size_t l = 0; l < layers; ++l) progress_.emplace_back(threads);
  }

  [[nodiscard]] unsigned size() const { return pool_.size(); }
  /// Threads of the call in progress: all of them, or the first one alone.
  [[nodiscard]] unsigned working() const { return working_; }
  /// The cores of the threads are far apart: what they exchange goes past the caches.
  [[nodiscard]] bool far_cores() const { return far_; }

  /// Runs `work(thread)` on all threads, which share what they compute.
  template <class Work>
  void run_together(const Work& work) {
    far_ = size() > 1 && (fixed_far_ ? *fixed_far_ : distance_.is_far(pool_));
    working_ = size();
    pool_.run(work);
  }
  /// Runs it on threads that take turns with lots of rows, or on the first one alone while that is faster (`alone`
  /// follows). `rows`: of the whole call.
  template <class Work, class Alone>
  void run_in_turns(std::size_t rows, bool always_together, const Work& work, const Alone& alone);

  /// A barrier for the threads of this call; the caller does `meanwhile` while it waits for the others.
  void sync() {
    if (working_ > 1) pool_.sync();
  }
  template <class Meanwhile>
  void sync(const Meanwhile& meanwhile) {
    pool_.sync(meanwhile);
  }

  /// What decides whether taking turns pays.
  TurnsPolicy& turns() { return turns_; }

  /// Blocks of chains of a layer that a thread has finished.
  Progress& progress(std::size_t layer, unsigned thread) { return progress_[layer][thread]; }
  /// Lots of rows whose gradients are added up.
  Progress& finished_lots() { return finished_lots_; }
  void reset_progress() {
    finished_lots_.reset();
    for (auto& layer : progress_) {
      for (Progress& thread : layer) thread.reset();
    }
  }

 private:
  ThreadPool pool_;
  std::vector<std::vector<Progress>> progress_;  // [layer][thread]
  Progress finished_lots_;
  TurnsPolicy turns_;
  CoreDistance distance_;
  std::optional<bool> fixed_far_;
  unsigned working_ = 1;
  bool far_ = false;
};

template <class Work, class Alone>
void Crew::run_in_turns(std::size_t rows, bool always_together, const Work& work, const Alone& alone) {
  using Clock = std::chrono::steady_clock;
  const bool watches = size() > 1 && !always_together;
  const Clock::time_point start = watches ? Clock::now() : Clock::time_point();
  far_ = false;
  working_ = watches && !turns_.shares_next() ? 1 : size();
  if (working_ == size()) {
    pool_.run(work);
  } else {
    work(0U);
    alone();
  }
  if (watches) turns_.note_step(std::chrono::duration<double>(Clock::now() - start).count(), rows);
}

/// Brings memory that another core has written into this core's cache. Loads in order are what the hardware fetches
/// ahead; between cores that are far apart they take a tenth of the time that the loads of a product's tiles take.
template <class T>
void prefetch_in_order(const T* values, std::size_t count) {
  for (std::size_t i = 0; i < count; i += kAlignment / sizeof(T)) {
    [[maybe_unused]] const volatile T seen = values[i];
  }
}

}  // namespace gradus::engine
