// SPDX-License-Identifier: Apache-2.0
#include "training/epoch_timing.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>

#include "core/core_latency.hpp"
#include "core/median.hpp"
#include "gradus/core/random.hpp"
#include "gradus/data/batches.hpp"
#include "gradus/engine/engine.hpp"
#include "training/batch_feeder.hpp"
#include "training/evaluation.hpp"

namespace gradus::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kPeakSeconds = 0.004;
constexpr double kWarmUpSeconds = 0.03;
constexpr double kRoundSeconds = 0.1;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class Value>
double median_of(const std::vector<Round>& rounds, Value value) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const Round& round : rounds) values.push_back(value(round));
  return median(values);
}

template <class T>
Matrix<T> random_rows(std::size_t rows, std::size_t cols, double low, double high) {
  Matrix<T> matrix(rows, cols);
  RandomStream random(1, Purpose::kTest);
  for (T& x : matrix.span()) x = static_cast<T>(random.uniform(low, high));
  return matrix;
}

Scaling scaling_of(const Workload& workload) {
  return {.divisor = workload.storage == Storage::kBytes ? 255.0 : 1.0, .mean = {}, .std = {}};
}

// One training that is stopped and continued. The engine is laid out as `train` does it: buffers for the rows of an
// evaluation, of which the batch uses the first.
template <class T>
class TimedTraining {
 public:
  TimedTraining(const Workload& workload, const Dataset& data, unsigned threads, bool mixed)
      : workload_(workload),
        data_(data),
        scaling_(scaling_of(workload)),
        feeder_(data, scaling_, {}),
        engine_(make_network(workload), {.max_batch = std::max(kEvaluationRows, workload.batch),
                                         .typical_batch = workload.batch,
                                         .threads = threads,
                                         .mixed = mixed}),
        peak_pool_(threads),
        batches_(data.train, {.batch_size = workload.batch, .drop_last = true}, 1, 0) {
    // The first steps fetch pages and code, and wake the threads.
    run_steps(3);
    std::size_t count = 1;
    double step_seconds = run_steps(count);
    for (const Clock::time_point start = Clock::now(); seconds_since(start) < kWarmUpSeconds;) {
      step_seconds = run_steps(count);
      count *= 2;
    }
    steps_per_round_ = std::max<std::size_t>(3, static_cast<std::size_t>(kRoundSeconds / step_seconds));
  }

  Round run_round() {
    const unsigned threads = peak_pool_.size();
    Round round;
    if (threads > 1) round.handover_ns = handover_nanoseconds();
    const std::clock_t cpu_start = std::clock();
    const Clock::time_point start = Clock::now();
    const double before = peak_gflops<T>(peak_pool_, kPeakSeconds);
    run_steps(1);  // the threads are awake and back on their cores
    const double step_seconds = run_steps(steps_per_round_);
    round.peak_gflops = (before + peak_gflops<T>(peak_pool_, kPeakSeconds)) / 2.0;
    const double cpu_seconds = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
    round.cores_had = cpu_seconds / (seconds_since(start) * threads);
    round.seconds_per_epoch =
        step_seconds * static_cast<double>(workload_.samples) / static_cast<double>(workload_.batch);
    return round;
  }

 private:
  static Network<T> make_network(const Workload& workload) {
    Network<T> network(make_spec(workload));
    initialize(network, 1);
    return network;
  }

  double run_steps(std::size_t count) {
    const Clock::time_point start = Clock::now();
    for (std::size_t i = 0; i < count; ++i) {
      const BatchTargets<T> targets = feeder_.feed(engine_, batches_, step_ % batches_.size());
      step_ += 1;
      engine_.train_step(targets, {.learning_rate = 1e-4, .step = step_});
    }
    return seconds_since(start) / static_cast<double>(count);
  }

  const Workload& workload_;
  const Dataset& data_;
  const Scaling scaling_;
  BatchFeeder<T> feeder_;
  Engine<T> engine_;
  ThreadPool peak_pool_;
  const EpochBatches batches_;
  std::size_t steps_per_round_ = 0;
  std::uint64_t step_ = 0;
};

}  // namespace

Dataset make_data(const Workload& workload) {
  const std::size_t rows = workload.samples;
  const std::size_t cols = workload.widths.front();
  Dataset data;
  data.name = workload.name;
  if (workload.storage == Storage::kBytes) {
    data.table.features = random_rows<std::uint8_t>(rows, cols, 1.0, 256.0);
  } else {
    data.table.features = random_rows<float>(rows, cols, -1.0, 1.0);
  }
  RandomStream random(2, Purpose::kTest);
  for (std::size_t r = 0; r < rows; ++r) {
    data.table.labels.push_back(static_cast<std::int32_t>(random.below(workload.widths.back())));
    data.train.push_back(static_cast<std::uint32_t>(r));
  }
  return data;
}

template <class T, bool mixed>
std::vector<Timing> time_epochs(const Workload& workload, const Dataset& data, const std::vector<unsigned>& threads,
                                std::size_t rounds) {
  std::vector<std::unique_ptr<TimedTraining<T>>> trainings;
  std::vector<Timing> timings;
  for (const unsigned count : threads) {
    trainings.push_back(std::make_unique<TimedTraining<T>>(workload, data, count, mixed));
    timings.push_back({.threads = count, .rounds = {}});
  }
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < trainings.size(); ++i) timings[i].rounds.push_back(trainings[i]->run_round());
  }
  return timings;
}

TimingSummary summarize(const Timing& timing, const Workload& workload) {
  const double operations = operations_per_epoch(workload);
  TimingSummary summary;
  summary.seconds_per_epoch = median_of(timing.rounds, [](const Round& r) { return r.seconds_per_epoch; });
  summary.gflops = operations / summary.seconds_per_epoch * 1e-9;
  summary.peak_gflops = median_of(timing.rounds, [](const Round& r) { return r.peak_gflops; });
  summary.fraction_of_peak = median_of(
      timing.rounds, [operations](const Round& r) { return operations / r.seconds_per_epoch * 1e-9 / r.peak_gflops; });
  summary.cores_had = median_of(timing.rounds, [](const Round& r) { return r.cores_had; });
  if (timing.rounds.front().handover_ns) {
    summary.handover_ns = median_of(timing.rounds, [](const Round& r) { return r.handover_ns.value_or(0.0); });
  }
  return summary;
}

double slowdown(const Timing& one, const Timing& more) {
  std::vector<double> ratios;
  for (std::size_t r = 0; r < one.rounds.size(); ++r) {
    ratios.push_back(more.rounds[r].seconds_per_epoch / one.rounds[r].seconds_per_epoch);
  }
  return median(ratios);
}

template std::vector<Timing> time_epochs<float>(const Workload&, const Dataset&, const std::vector<unsigned>&,
                                                std::size_t);
template std::vector<Timing> time_epochs<float, true>(const Workload&, const Dataset&, const std::vector<unsigned>&,
                                                      std::size_t);
template std::vector<Timing> time_epochs<double>(const Workload&, const Dataset&, const std::vector<unsigned>&,
                                                 std::size_t);

}  // namespace gradus::benchmark
