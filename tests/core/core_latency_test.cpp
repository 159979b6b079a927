// SPDX-License-Identifier: Apache-2.0
#include "core/core_latency.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/thread_pool.hpp"

namespace gradus {
namespace {

// How long it takes depends on the machine and on who else uses it; that it ends, and with what kind of answer, does
// not.
TEST(CoreLatency, hand_overs_end_and_take_time) {
  const double nanoseconds = handover_nanoseconds();
  if (std::thread::hardware_concurrency() < 2) {
    EXPECT_EQ(nanoseconds, 0.0);
  } else {
    EXPECT_GT(nanoseconds, 1.0);
  }
}

TEST(CoreDistance, is_measured_between_runs_of_a_pool) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    ThreadPool pool(threads);
    CoreDistance distance;
    const bool is_far = distance.is_far(pool);
    EXPECT_EQ(distance.is_far(pool), is_far) << "measured again at once";
    if (threads == 1) {
      EXPECT_FALSE(is_far);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
    distance.is_far(pool);
    std::atomic<unsigned> ran{0};
    pool.run([&ran](unsigned) { ++ran; });
    EXPECT_EQ(ran, threads);
  }
}

}  // namespace
}  // namespace gradus
