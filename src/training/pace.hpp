// How fast a run goes and how long it will take, for progress bars and records.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

#include "gradus/training/observer.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus {

/// True at most once in so many seconds.
class Every {
 public:
  explicit Every(double seconds) : seconds_(seconds), last_(Clock::now()) {}
  bool operator()() {
    const Clock::time_point now = Clock::now();
    if (std::chrono::duration<double>(now - last_).count() < seconds_) return false;
    last_ = now;
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  double seconds_;
  Clock::time_point last_;
};

class Pace {
 public:
  void start(const StartEvent& event) {
    epochs_ = event.run.epochs;
    first_epoch_ = event.epoch;
    start_ = Clock::now();
  }
  [[nodiscard]] std::size_t epochs() const { return epochs_; }
  /// By the mean pace of this process, evaluations included.
  [[nodiscard]] double seconds_left(const StepEvent& event) const {
    const double share = static_cast<double>(event.batch) / static_cast<double>(event.num_batches);
    const double done = static_cast<double>(event.epoch - 1 - first_epoch_) + share;
    const double left = static_cast<double>(epochs_ - event.epoch + 1) - share;
    const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
    return done > 0.0 ? elapsed * left / done : 0.0;
  }
  /// Of the epoch so far.
  [[nodiscard]] static double samples_per_second(const StepEvent& event) {
    return event.seconds > 0.0 ? static_cast<double>(event.samples) / event.seconds : 0.0;
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::size_t epochs_ = 0;
  std::size_t first_epoch_ = 0;
  Clock::time_point start_;
};

}  // namespace gradus
