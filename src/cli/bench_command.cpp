// gradus bench: seconds per epoch and share of the machine's peak at the studies' sizes and over a sweep of widths.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/note.hpp"
#include "core/suggest.hpp"
#include "gradus/training/trainer.hpp"
#include "training/epoch_timing.hpp"

namespace gradus::cli {
namespace {

using benchmark::Timing;
using benchmark::TimingSummary;
using benchmark::Workload;

/// One entry of --dtype.
struct BenchDtype {
  std::string_view name;
  std::vector<Timing> (*time_epochs)(const Workload&, const Dataset&, const std::vector<unsigned>&, std::size_t);
};

constexpr std::array<BenchDtype, 3> kDtypes = {{{"f32", &benchmark::time_epochs<float>},
                                                {"f64", &benchmark::time_epochs<double>},
                                                {"mixed", &benchmark::time_epochs<float, true>}}};

/// One entry of "peak_gflops"; null there where `measure` finds 0.
struct PeakType {
  const char* name;
  double (*measure)(ThreadPool&, double);
};

constexpr std::array<PeakType, 3> kPeaks = {{{"f32", &benchmark::peak_gflops<float>},
                                             {"f64", &benchmark::peak_gflops<double>},
                                             {"bf16", &benchmark::bf16_peak_gflops}}};

/// A sweep counts a size as slower with more threads above this ratio.
constexpr double kSlower = 1.05;

struct BenchArguments {
  std::vector<std::string> workloads;
  std::vector<std::string> dtypes;
  std::vector<unsigned> threads;
  std::size_t rounds = 5;
  bool sweep = false;
  bool json = false;
};

struct Measurement {
  std::string name;
  std::string_view dtype;
  unsigned threads;
  TimingSummary summary;
};

struct Slowdown {
  std::string name;
  std::string_view dtype;
  unsigned threads;
  double ratio;
};

struct Results {
  std::vector<Measurement> rows;
  std::vector<Slowdown> slowdowns;  // against one thread, where both were measured
};

std::vector<Workload> chosen_workloads(const BenchArguments& arguments) {
  std::vector<Workload> all = arguments.sweep ? benchmark::width_sweep() : benchmark::study_workloads();
  if (arguments.workloads.empty()) return all;
  std::vector<std::string_view> names;
  names.reserve(all.size());
  for (const Workload& workload : all) names.emplace_back(workload.name);
  std::vector<Workload> chosen;
  for (const std::string& name : arguments.workloads) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) throw unknown_name("--workload", name, names);
    chosen.push_back(all[static_cast<std::size_t>(found - names.begin())]);
  }
  return chosen;
}

std::vector<BenchDtype> chosen_dtypes(const BenchArguments& arguments) {
  if (arguments.dtypes.empty()) return {kDtypes.begin(), kDtypes.end()};
  std::vector<std::string_view> names;
  names.reserve(kDtypes.size());
  for (const BenchDtype& dtype : kDtypes) names.push_back(dtype.name);
  std::vector<BenchDtype> chosen;
  for (const std::string& name : arguments.dtypes) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) throw unknown_name("--dtype", name, names);
    chosen.push_back(kDtypes[static_cast<std::size_t>(found - names.begin())]);
  }
  return chosen;
}

void print_header() {
  fmt::print("{:<11} {:<5} {:>7} {:>12} {:>9} {:>9} {:>9} {:>11}\n", "workload", "dtype", "threads", "s/epoch",
             "GFLOP/s", "peak", "fraction", "hand-over");
}

void print_row(const Measurement& row) {
  const TimingSummary& s = row.summary;
  fmt::print("{:<11} {:<5} {:>7} {:>12.5f} {:>9.1f} {:>9.1f} {:>9.3f} {:>11}\n", row.name, row.dtype, row.threads,
             s.seconds_per_epoch, s.gflops, s.peak_gflops, s.fraction_of_peak,
             s.handover_ns ? fmt::format("{:.0f} ns", *s.handover_ns) : "-");
  std::fflush(stdout);
}

// Everything here is in the same unit, time on the clock: a core that is away slows all of it, but not evenly.
void warn_if_disturbed(const std::vector<Measurement>& rows) {
  constexpr double kDisturbed = 0.9;
  const auto count =
      std::ranges::count_if(rows, [](const Measurement& row) { return row.summary.cores_had < kDisturbed; });
  if (count == 0) return;
  note("other processes held the cores for more than a tenth of the time in {} of {} rows: do not trust those\n", count,
       rows.size());
}

void print_slowdowns(const std::vector<Slowdown>& all) {
  const auto slower = std::ranges::count_if(all, [](const Slowdown& s) { return s.ratio > kSlower; });
  fmt::print("\nmore than {:.0f} % slower than with one thread: {} of {} (median of the rounds' ratios)\n",
             (kSlower - 1.0) * 100.0, slower, all.size());
  for (const Slowdown& s : all) {
    if (s.ratio > kSlower) fmt::print("{:<11} {:<5} {} threads {:>7.2f}x\n", s.name, s.dtype, s.threads, s.ratio);
  }
}

// The peaks of all cores together after the workloads; null where nothing can measure one.
nlohmann::json measure_peaks(unsigned threads) {
  constexpr double kSeconds = 0.1;
  ThreadPool pool(threads);
  nlohmann::json peaks;
  for (const PeakType& peak : kPeaks) {
    const double gflops = peak.measure(pool, kSeconds);
    peaks[peak.name] = gflops > 0.0 ? nlohmann::json(gflops) : nlohmann::json();
  }
  return peaks;
}

void print_peaks(const nlohmann::json& peaks, unsigned threads) {
  std::string text;
  for (const auto& [name, value] : peaks.items()) {
    const std::string shown = value.is_null() ? "not measured" : fmt::format("{:.0f} GFLOP/s", value.get<double>());
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, shown);
  }
  fmt::print("\npeak of {} thread{}: {}\n", threads, threads == 1 ? "" : "s", text);
}

nlohmann::json to_json(const std::vector<Measurement>& rows, const nlohmann::json& peaks,
                       const MachineRecord& machine) {
  nlohmann::json json;
  json["machine"] = {{"cpu", machine.cpu}, {"target", machine.target}, {"threads", machine.threads}};
  json["peak_gflops"] = peaks;
  json["workloads"] = nlohmann::json::array();
  for (const Measurement& row : rows) {
    const TimingSummary& s = row.summary;
    nlohmann::json entry = {{"name", row.name},
                            {"dtype", row.dtype},
                            {"threads", row.threads},
                            {"seconds_per_epoch", s.seconds_per_epoch},
                            {"gflops", s.gflops},
                            {"peak_gflops", s.peak_gflops},
                            {"fraction_of_peak", s.fraction_of_peak}};
    if (s.handover_ns) entry["handover_ns"] = *s.handover_ns;
    json["workloads"].push_back(std::move(entry));
  }
  return json;
}

// Counts in the order they were asked for, each once.
std::vector<unsigned> chosen_threads(const BenchArguments& arguments, unsigned all_threads) {
  std::vector<unsigned> chosen;
  std::vector<unsigned> asked = arguments.threads;
  if (asked.empty()) asked = {1U, all_threads};
  for (const unsigned threads : asked) {
    if (std::ranges::find(chosen, threads) == chosen.end()) chosen.push_back(threads);
  }
  return chosen;
}

void measure(const Workload& workload, const BenchDtype& dtype, const std::vector<Timing>& timings, bool prints,
             Results& results) {
  const auto one = std::ranges::find(timings, 1U, &Timing::threads);
  for (const Timing& timing : timings) {
    results.rows.push_back({workload.name, dtype.name, timing.threads, summarize(timing, workload)});
    if (prints) print_row(results.rows.back());
    if (one == timings.end() || timing.threads == 1) continue;
    results.slowdowns.push_back({workload.name, dtype.name, timing.threads, benchmark::slowdown(*one, timing)});
  }
}

void run_bench(const BenchArguments& arguments) {
  const unsigned all_threads = resolve_threads(0);
  const std::vector<unsigned> thread_counts = chosen_threads(arguments, all_threads);
  const std::vector<Workload> workloads = chosen_workloads(arguments);
  const std::vector<BenchDtype> dtypes = chosen_dtypes(arguments);
  Results results;
  if (!arguments.json) print_header();
  for (const Workload& workload : workloads) {
    const Dataset data = benchmark::make_data(workload);
    for (const BenchDtype& dtype : dtypes) {
      measure(workload, dtype, dtype.time_epochs(workload, data, thread_counts, arguments.rounds), !arguments.json,
              results);
    }
  }
  warn_if_disturbed(results.rows);
  const nlohmann::json peaks = measure_peaks(all_threads);
  if (arguments.json) {
    fmt::print("{}\n", to_json(results.rows, peaks, this_machine(all_threads)).dump(2));
    return;
  }
  print_peaks(peaks, all_threads);
  if (!results.slowdowns.empty()) print_slowdowns(results.slowdowns);
}

}  // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
  CLI::App* const command = add_command(app, "bench", "time the engine at the studies' sizes, beside the peak");
  auto arguments = std::make_shared<BenchArguments>();
  completes(add_option(*command, "--workload", arguments->workloads, "s0 .. s4, or names of the sweep (default: all)"),
            {.words = {"s0", "s1", "s2", "s3", "s4"}, .files = false});
  completes(add_option(*command, "--dtype", arguments->dtypes, "f32, f64, mixed (default: all)"),
            {.words = {"f32", "f64", "mixed"}, .files = false});
  add_option(*command, "--threads", arguments->threads, "thread counts (default: 1 and all cores)")
      ->check(in_range(1, 256));
  add_option(*command, "--rounds", arguments->rounds, "rounds whose median is taken (default: 5)")
      ->check(in_range(1, 1000));
  add_flag(*command, "--sweep", arguments->sweep, "widths 8 .. 1024 at batch 1 .. 1024 instead of the studies");
  add_flag(*command, "--json", arguments->json, "one JSON object on standard output");
  command->callback([arguments, &exit_code] {
    run_bench(*arguments);
    exit_code = 0;
  });
}

}  // namespace gradus::cli
