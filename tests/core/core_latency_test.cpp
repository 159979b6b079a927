#include "core/core_latency.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace gradus {
namespace {

// How long it takes depends on the machine and on who else uses it; that it ends, and with what kind of answer, does
// not.
TEST(CoreLatency, hand_overs_end_and_take_time) {
  const double nanoseconds = handover_nanoseconds();
  if (std::thread::hardware_concurrency() < 2) {
    EXPECT_EQ(nanoseconds, 0.0);
    EXPECT_FALSE(cores_are_far());
  } else {
    EXPECT_GT(nanoseconds, 1.0);
  }
  EXPECT_EQ(cores_are_far(), cores_are_far());
}

}  // namespace
}  // namespace gradus
