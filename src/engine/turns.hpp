// Whether a second thread is worth having for steps of microseconds. Where another process has its core, each hand-over
// can take a time slice, and two threads are many times slower than one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

namespace gradus::engine {

/// Watches how long steps take and says whether threads share the next one. The first few are not shared, so that it is
/// known what one thread takes. Only speed hangs on it, never a bit.
class TurnsPolicy {
 public:
  [[nodiscard]] bool shares_next() const { return first_steps_ == 0 && alone_seconds_ <= 0.0; }

  /// A step of `rows` rows took so long, shared as shares_next() said.
  void note_step(double seconds, std::size_t rows) {
    const auto count = static_cast<double>(rows);
    if (!shares_next()) {
      alone_per_row_ = std::min(alone_per_row_ * kForgets, seconds / count);
      alone_seconds_ -= seconds;
      if (first_steps_ > 0) --first_steps_;
      return;
    }
    seconds_ += seconds;
    seconds_alone_ += alone_per_row_ * count;
    if (seconds_ < kWindowSeconds) return;
    const bool is_slow = seconds_ > kWorthless * seconds_alone_;
    disturbance_ = kFades * disturbance_ + (is_slow ? 1.0 : 0.0);
    if (!is_slow) next_alone_seconds_ = std::max(kShortestAlone, kFades * next_alone_seconds_);
    seconds_ = seconds_alone_ = 0.0;
    if (disturbance_ < kTooMuch) return;
    alone_seconds_ = next_alone_seconds_;
    next_alone_seconds_ = std::min(kLongestAlone, 2.0 * next_alone_seconds_);
    disturbance_ = 1.0;  // the next slow window is enough
  }

 private:
  // Undisturbed, two threads take .65 of the time of one.
  static constexpr double kWorthless = 1.1;
  static constexpr double kWindowSeconds = 0.002;
  // One slow window happens; two among six mean that the core is shared.
  static constexpr double kFades = 0.85;
  static constexpr double kTooMuch = 1.4;
  // A host's hiccup is over after some milliseconds. Finding out that the core is still taken costs a time slice, some
  // 4 ms: each time in a row that it is, the next time is twice as far away.
  static constexpr double kShortestAlone = 0.004;
  static constexpr double kLongestAlone = 0.1;
  // A machine that has become slower is not a disturbed one for ever.
  static constexpr double kForgets = 1.0001;

  int first_steps_ = 3;
  double alone_per_row_ = std::numeric_limits<double>::max() / 2.0;
  double seconds_ = 0.0;        // of the window
  double seconds_alone_ = 0.0;  // what one thread would have taken
  double disturbance_ = 0.0;
  double alone_seconds_ = 0.0;
  double next_alone_seconds_ = kShortestAlone;
};

}  // namespace gradus::engine
