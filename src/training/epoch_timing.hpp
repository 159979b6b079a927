// Times epochs as `gradus train` runs them, at several thread counts side by side.
//
// In the figure: drawing the next rows from the stored data in shuffled order, converting them to inputs, forward,
// loss, backward and update. Not in it: shuffling (once per epoch), measuring on other parts, checkpoints, reading.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "engine/benchmark.hpp"
#include "gradus/data/dataset.hpp"

namespace gradus::benchmark {

/// What one round saw. Its peak is the mean of one taken before and one after the steps.
struct Round {
  double seconds_per_epoch = 0.0;
  double peak_gflops = 0.0;                // all threads together
  std::optional<double> handover_ns = {};  // with two threads or more
  double cores_had = 1.0;                  // share of the threads' time that other processes left to them
};

/// The rounds of one thread count. Round r of all thread counts was taken within the same half second.
struct Timing {
  unsigned threads = 1;
  std::vector<Round> rounds;
};

/// Medians over the rounds.
struct TimingSummary {
  double seconds_per_epoch = 0.0;
  double gflops = 0.0;
  double peak_gflops = 0.0;
  double fraction_of_peak = 0.0;  // median of the rounds' ratios
  std::optional<double> handover_ns = {};
  double cores_had = 1.0;
};

/// Random rows with random labels. No byte is zero, so that skipping zero columns finds nothing to skip.
Dataset make_data(const Workload& workload);

/// T is float or double. The peak beside a mixed training is that of f32.
template <class T, bool mixed = false>
std::vector<Timing> time_epochs(const Workload& workload, const Dataset& data, const std::vector<unsigned>& threads,
                                std::size_t rounds);

TimingSummary summarize(const Timing& timing, const Workload& workload);
/// Median over the rounds of time(more) / time(one): the pairs were taken in the same moment.
double slowdown(const Timing& one, const Timing& more);

}  // namespace gradus::benchmark
