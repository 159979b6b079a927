// SPDX-License-Identifier: Apache-2.0
#include "core/thread_pool.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace gradus {
namespace {

TEST(ThreadPool, every_thread_runs_once_per_call) {
  for (const unsigned size : {1U, 2U, 5U}) {
    ThreadPool pool(size);
    ASSERT_EQ(pool.size(), size);
    std::vector<int> calls(size);
    for (int i = 0; i < 2000; ++i) pool.run([&calls](unsigned thread) { ++calls[thread]; });
    for (const int count : calls) EXPECT_EQ(count, 2000);
  }
}

TEST(ThreadPool, sync_separates_phases) {
  ThreadPool pool(4);
  std::vector<int> values(4);
  std::vector<int> sums(4);
  for (int i = 1; i <= 500; ++i) {
    pool.run([&](unsigned thread) {
      values[thread] = i;
      pool.sync();
      sums[thread] = std::accumulate(values.begin(), values.end(), 0);
      pool.sync();
    });
    for (const int sum : sums) ASSERT_EQ(sum, 4 * i);
  }
}

// More threads than cores and waits longer than the spins: a wake-up lost between "store" and "look for sleepers" made
// a training hang here.
TEST(ThreadPool, progress_hands_over_through_many_sleeps) {
  ThreadPool pool(3);
  std::vector<Progress> progress(3);
  for (std::uint32_t round = 0; round < 300; ++round) {
    for (Progress& p : progress) p.reset();
    std::vector<std::uint64_t> chain(8);
    pool.run([&](unsigned thread) {
      for (std::uint32_t block = 0; block < chain.size(); ++block) {
        if (thread > 0) progress[thread - 1].wait_for(block + 1);
        for (int work = 0; work < 2000 * static_cast<int>(thread); ++work) chain[block] = chain[block] * 3 + 1;
        chain[block] += thread + 1;
        progress[thread].advance_to(block + 1);
      }
      progress[2].wait_for(static_cast<std::uint32_t>(chain.size()));
    });
    for (const std::uint64_t value : chain) ASSERT_EQ(value, chain[0]);
  }
}

}  // namespace
}  // namespace gradus
