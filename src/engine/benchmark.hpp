// What is timed and what it is compared with: the sizes of the published studies, and what the machine can do at this
// moment. The timing itself is in training/epoch_timing.hpp, for an epoch needs data.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/thread_pool.hpp"
#include "gradus/network/network.hpp"

namespace gradus::benchmark {

/// How the inputs of a workload are stored; the gather converts them.
enum class Storage : std::uint8_t { kBytes, kFloats };

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
  Storage storage = Storage::kFloats;
};

/// s0 .. s4: the studies' networks.
std::vector<Workload> study_workloads();
/// Two hidden layers of one width, widths 8 .. 1024 at batch 1, 8, 32, 128, 1024.
std::vector<Workload> width_sweep();

/// Operations of one epoch: per sample 4 P for the first layer (no input gradient), 6 P for the others.
double operations_per_epoch(const Workload& workload);

NetworkSpec make_spec(const Workload& workload);

/// Multiply-adds in registers on all threads of `pool`, GFLOP/s over about `seconds`. T is float or double.
template <class T>
double peak_gflops(ThreadPool& pool, double seconds);
/// The same with factors in bfloat16; 0 where the plain target runs.
double bf16_peak_gflops(ThreadPool& pool, double seconds);

}  // namespace gradus::benchmark
