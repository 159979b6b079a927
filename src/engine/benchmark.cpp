// SPDX-License-Identifier: Apache-2.0
#include "engine/benchmark.hpp"

#include <chrono>

#include "kernels/kernel_table.hpp"

namespace gradus::benchmark {
namespace {

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Operations per second of all threads together, in 1e9, by a kernel that does `iterations` rounds and counts them.
double rate_of(ThreadPool& pool, double seconds, double (*multiply_adds)(std::size_t iterations)) {
  std::vector<double> rates(pool.size());
  pool.run([&](unsigned thread) {
    multiply_adds(1000);
    pool.sync();
    double operations = 0.0;
    const double start = now_seconds();
    double elapsed = 0.0;
    while (elapsed < seconds) {
      operations += multiply_adds(5000);
      elapsed = now_seconds() - start;
    }
    rates[thread] = operations / elapsed * 1e-9;
  });
  double total = 0.0;
  for (const double rate : rates) total += rate;
  return total;
}

}  // namespace

std::vector<Workload> study_workloads() {
  using enum OutputKind;
  constexpr ActivationKind kRelu = ActivationKind::kRelu;
  constexpr ActivationKind kTanh = ActivationKind::kTanh;
  return {{"s0", {784, 710, 610, 10}, kRelu, kSoftmax, 8, 50000, 0.0, 0.0, Storage::kBytes},
          {"s1", {784, 666, 666, 10}, kRelu, kSoftmax, 100, 50000, 0.0, 0.0, Storage::kBytes},
          {"s2", {784, 550, 550, 10}, kRelu, kSigmoid, 32, 50000, 0.0, 0.0, Storage::kBytes},
          {"s3", {784, 64, 10}, kRelu, kSoftmax, 20, 49000, 1e-3, 1e-3, Storage::kFloats},
          {"s4", {2, 4, 8, 16, 5}, kTanh, kSoftmax, 1000, 25000, 0.0, 0.0, Storage::kFloats}};
}

std::vector<Workload> width_sweep() {
  std::vector<Workload> workloads;
  for (std::size_t width = 8; width <= 1024; width *= 2) {
    for (const std::size_t batch : {1, 8, 32, 128, 1024}) {
      Workload workload;
      workload.name = "w" + std::to_string(width) + "-b" + std::to_string(batch);
      workload.widths = {width, width, width, 10};
      workload.batch = batch;
      workload.samples = 16384;
      workloads.push_back(workload);
    }
  }
  return workloads;
}

double operations_per_epoch(const Workload& workload) {
  double operations = 0.0;
  for (std::size_t l = 1; l < workload.widths.size(); ++l) {
    operations += (l == 1 ? 4.0 : 6.0) * static_cast<double>(workload.widths[l - 1] * workload.widths[l]);
  }
  return operations * static_cast<double>(workload.samples);
}

NetworkSpec make_spec(const Workload& workload) {
  NetworkSpec spec = make_network_spec(workload.widths, make_activation(workload.activation), workload.output);
  for (LayerSpec& layer : spec.layers) {
    layer.l1 = workload.l1;
    layer.l2 = workload.l2;
  }
  return spec;
}

double bf16_peak_gflops(ThreadPool& pool, double seconds) {
  const auto multiply_adds = kernels::pair_kernels(kernels::active_target()).multiply_adds;
  return multiply_adds == nullptr ? 0.0 : rate_of(pool, seconds, multiply_adds);
}

template <class T>
double peak_gflops(ThreadPool& pool, double seconds) {
  return rate_of(pool, seconds, kernels::kernel_table<T>(kernels::active_target()).multiply_adds);
}

template double peak_gflops<float>(ThreadPool&, double);
template double peak_gflops<double>(ThreadPool&, double);

}  // namespace gradus::benchmark
