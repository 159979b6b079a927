// How far apart two cores are: the time that a cache line written on one takes to be seen on the other. Cores that
// share a cache take 40 to 100 ns, others 190 to 260.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace gradus {

class ThreadPool;

/// Nanoseconds of a hand-over: the mean over up to 4,000 of them within 20 ms. 0 with one core. Where another process
/// has one of the cores, it shows as microseconds.
double handover_nanoseconds();

/// Whether the first two threads of a pool run on cores that are far apart.
class CoreDistance {
 public:
  /// Measured by these threads themselves, at the first call and again after 20 ms, for a host moves its virtual cores
  /// about: a microsecond where they are near (hardly any hand-over between others takes less than 150 ns), ten where
  /// they are far, up to fifty where they share a core. Between runs of `pool`; false if it has one thread.
  bool is_far(ThreadPool& pool);

 private:
  bool is_far_ = false;
  std::chrono::steady_clock::time_point valid_until_;  // the epoch: not measured yet
};

}  // namespace gradus
