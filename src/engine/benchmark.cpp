#include "engine/benchmark.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "core/thread_pool.hpp"
#include "gradus/core/random.hpp"
#include "gradus/engine/engine.hpp"
#include "kernels/kernel_table.hpp"

namespace gradus::benchmark {
namespace {

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

template <class T>
Network<T> make_network(const Workload& workload) {
  NetworkSpec spec;
  spec.num_inputs = workload.widths.front();
  for (std::size_t l = 1; l < workload.widths.size(); ++l) {
    LayerSpec layer;
    layer.units = workload.widths[l];
    if (l + 1 < workload.widths.size()) layer.activation = make_activation(workload.activation);
    layer.l1 = workload.l1;
    layer.l2 = workload.l2;
    spec.layers.push_back(layer);
  }
  spec.output = workload.output;
  spec.loss.kind = default_loss(workload.output);
  Network<T> network(spec);
  initialize(network, 1);
  return network;
}

constexpr double kPeakSeconds = 0.004;
constexpr double kStepSeconds = 0.1;

}  // namespace

std::vector<Workload> study_workloads() {
  return {{"s0", {784, 710, 610, 10}, ActivationKind::kRelu, OutputKind::kSoftmax, 8, 50000, 0.0, 0.0},
          {"s1", {784, 666, 666, 10}, ActivationKind::kRelu, OutputKind::kSoftmax, 100, 50000, 0.0, 0.0},
          {"s2", {784, 550, 550, 10}, ActivationKind::kRelu, OutputKind::kSigmoid, 32, 50000, 0.0, 0.0},
          {"s3", {784, 64, 10}, ActivationKind::kRelu, OutputKind::kSoftmax, 20, 49000, 1e-3, 1e-3},
          {"s4", {2, 4, 8, 16, 5}, ActivationKind::kTanh, OutputKind::kSoftmax, 1000, 25000, 0.0, 0.0}};
}

std::vector<Workload> width_sweep() {
  std::vector<Workload> workloads;
  for (std::size_t width = 8; width <= 1024; width *= 2) {
    for (const std::size_t batch : {1, 8, 32, 128, 1024}) {
      workloads.push_back({"w" + std::to_string(width) + "-b" + std::to_string(batch),
                           {width, width, width, 10},
                           ActivationKind::kRelu,
                           OutputKind::kSoftmax,
                           batch,
                           16384,
                           0.0,
                           0.0});
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

template <class T>
double peak_gflops(unsigned threads, double seconds) {
  ThreadPool pool(threads);
  const auto& kernels = kernels::kernel_table<T>(kernels::active_target());
  std::vector<double> rates(threads);
  pool.run([&](unsigned thread) {
    kernels.multiply_adds(1000);
    pool.sync();
    double operations = 0.0;
    const double start = now_seconds();
    double elapsed = 0.0;
    while (elapsed < seconds) {
      operations += kernels.multiply_adds(5000);
      elapsed = now_seconds() - start;
    }
    rates[thread] = operations / elapsed * 1e-9;
  });
  double total = 0.0;
  for (const double rate : rates) total += rate;
  return total;
}

template <class T>
Timing time_workload(const Workload& workload, unsigned threads, std::size_t rounds) {
  const Network<T> network = make_network<T>(workload);
  Engine<T> engine(network, {.max_batch = workload.batch, .threads = threads});
  RandomStream random(1, Purpose::kTest);
  Matrix<T> data(workload.batch, workload.widths.front());
  for (T& x : data.span()) x = static_cast<T>(random.uniform());
  std::vector<std::int32_t> labels(workload.batch);
  for (std::int32_t& label : labels) label = static_cast<std::int32_t>(random.below(workload.widths.back()));
  const BatchTargets<T> targets{labels, {}, {}};

  const double steps_per_epoch = static_cast<double>(workload.samples) / static_cast<double>(workload.batch);
  std::uint64_t step = 0;
  const auto run_steps = [&](std::size_t count) {
    const double start = now_seconds();
    for (std::size_t i = 0; i < count; ++i) {
      const MatrixView<T> x = engine.inputs(workload.batch);
      for (std::size_t b = 0; b < workload.batch; ++b) std::ranges::copy(data.row(b), x.row(b).begin());
      engine.train_step(targets, {.learning_rate = 1e-4, .step = ++step});
    }
    return (now_seconds() - start) / static_cast<double>(count);
  };
  const double first_guess = run_steps(3);
  const auto steps = static_cast<std::size_t>(std::clamp(kStepSeconds / first_guess, 3.0, steps_per_epoch));
  std::vector<double> seconds;
  std::vector<double> peaks;
  std::vector<double> fractions;
  const double operations = operations_per_epoch(workload);
  double before = peak_gflops<T>(threads, kPeakSeconds);
  for (std::size_t round = 0; round < rounds; ++round) {
    const double epoch = run_steps(steps) * steps_per_epoch;
    const double after = peak_gflops<T>(threads, kPeakSeconds);
    seconds.push_back(epoch);
    peaks.push_back((before + after) / 2.0);
    fractions.push_back(operations / epoch * 1e-9 / peaks.back());
    before = after;
  }
  Timing timing;
  timing.seconds_per_epoch = median(seconds);
  timing.gflops = operations / timing.seconds_per_epoch * 1e-9;
  timing.peak_gflops = median(peaks);
  timing.fraction_of_peak = median(fractions);
  return timing;
}

double handover_nanoseconds() {
  if (std::thread::hardware_concurrency() < 2) return 0.0;
  constexpr std::uint32_t kTurns = 2000;
  std::vector<double> rounds;
  for (int round = 0; round < 5; ++round) {
    alignas(kAlignment) std::atomic<std::uint32_t> line{0};
    std::thread partner([&line] {
      for (std::uint32_t turn = 0; turn < kTurns; ++turn) {
        while (line.load(std::memory_order_acquire) != 2 * turn + 1) {
        }
        line.store(2 * turn + 2, std::memory_order_release);
      }
    });
    const double start = now_seconds();
    for (std::uint32_t turn = 0; turn < kTurns; ++turn) {
      line.store(2 * turn + 1, std::memory_order_release);
      while (line.load(std::memory_order_acquire) != 2 * turn + 2) {
      }
    }
    rounds.push_back((now_seconds() - start) / (2.0 * kTurns) * 1e9);
    partner.join();
  }
  return median(rounds);
}

template double peak_gflops<float>(unsigned, double);
template double peak_gflops<double>(unsigned, double);
template Timing time_workload<float>(const Workload&, unsigned, std::size_t);
template Timing time_workload<double>(const Workload&, unsigned, std::size_t);

}  // namespace gradus::benchmark
