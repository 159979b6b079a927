// When the next checkpoint is due by time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>

namespace gradus {

/// Due so many seconds after the last one was saved, or later where saving is slow: it takes at most a twentieth of the
/// time. 0 seconds: never due.
class CheckpointPace {
 public:
  explicit CheckpointPace(double seconds) : seconds_(seconds), saved_(Clock::now()) {}

  [[nodiscard]] bool is_due() const {
    return seconds_ > 0.0 && seconds_between(saved_, Clock::now()) >= std::max(seconds_, 20.0 * saving_seconds_);
  }
  /// Saves by calling `save`.
  template <class Save>
  void run(const Save& save) {
    const Clock::time_point start = Clock::now();
    save();
    saved_ = Clock::now();
    saving_seconds_ = seconds_between(start, saved_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double seconds_between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
  }

  double seconds_;
  double saving_seconds_ = 0.0;
  Clock::time_point saved_;
};

}  // namespace gradus
