// Timing of the engine at the sizes of the published studies, beside the machine's peak in the same run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gradus/network/network.hpp"

namespace gradus::benchmark {

/// One training of a study: network, batch and how many samples an epoch has.
struct Workload {
  std::string name;
  std::vector<std::size_t> widths;  // I, hidden, K
  ActivationKind activation = ActivationKind::kRelu;
  OutputKind output = OutputKind::kSoftmax;
  std::size_t batch = 1;
  std::size_t samples = 0;
  double l1 = 0.0;
  double l2 = 0.0;
};

/// s0 .. s4: the studies' networks (docs/benchmarks: operations per epoch).
std::vector<Workload> study_workloads();
/// Two hidden layers of one width, widths 8 .. 1024 at batch 1, 8, 32, 128, 1024.
std::vector<Workload> width_sweep();

/// Operations of one epoch: per sample 4 P for the first layer (no input gradient), 6 P for the others.
double operations_per_epoch(const Workload& workload);

/// Medians over the rounds of one measurement; each round measures peak, steps, peak.
struct Timing {
  double seconds_per_epoch = 0.0;
  double gflops = 0.0;
  double peak_gflops = 0.0;       // all threads together, beside the steps
  double fraction_of_peak = 0.0;  // median of the rounds' ratios
};

/// Trains on random inputs in [0, 1). T is float or double.
template <class T>
Timing time_workload(const Workload& workload, unsigned threads, std::size_t rounds);

/// Peak of `threads` cores in GFLOP/s over about `seconds`.
template <class T>
double peak_gflops(unsigned threads, double seconds);

/// Nanoseconds until a cache line written by one thread is seen by the other, median; 0 with one core.
double handover_nanoseconds();

}  // namespace gradus::benchmark
