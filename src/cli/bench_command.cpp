// gradus bench: seconds per epoch and share of the machine's peak at the studies' sizes and over a sweep of widths.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "core/suggest.hpp"
#include "engine/benchmark.hpp"
#include "gradus/training/trainer.hpp"

namespace gradus::cli {
namespace {

struct BenchArguments {
  std::vector<std::string> workloads;
  std::vector<std::string> dtypes = {"f32", "f64"};
  std::vector<unsigned> threads;
  std::size_t rounds = 5;
  bool sweep = false;
  bool json = false;
};

struct Row {
  std::string name;
  std::string dtype;
  unsigned threads;
  benchmark::Timing timing;
  double handover_ns;
};

std::vector<benchmark::Workload> chosen_workloads(const BenchArguments& arguments) {
  std::vector<benchmark::Workload> all = arguments.sweep ? benchmark::width_sweep() : benchmark::study_workloads();
  if (arguments.workloads.empty()) return all;
  std::vector<std::string_view> names;
  names.reserve(all.size());
  for (const benchmark::Workload& workload : all) names.emplace_back(workload.name);
  std::vector<benchmark::Workload> chosen;
  for (const std::string& name : arguments.workloads) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) throw unknown_name("--workload", name, names);
    chosen.push_back(all[static_cast<std::size_t>(found - names.begin())]);
  }
  return chosen;
}

benchmark::Timing time_in(const std::string& dtype, const benchmark::Workload& workload, unsigned threads,
                          std::size_t rounds) {
  return dtype == "f32" ? benchmark::time_workload<float>(workload, threads, rounds)
                        : benchmark::time_workload<double>(workload, threads, rounds);
}

nlohmann::json to_json(const std::vector<Row>& rows, const MachineRecord& machine) {
  constexpr double kPeakSeconds = 0.1;
  nlohmann::json json;
  json["machine"] = {{"cpu", machine.cpu}, {"target", machine.target}, {"threads", machine.threads}};
  json["peak_gflops"] = {{"f32", benchmark::peak_gflops<float>(machine.threads, kPeakSeconds)},
                         {"f64", benchmark::peak_gflops<double>(machine.threads, kPeakSeconds)}};
  json["workloads"] = nlohmann::json::array();
  for (const Row& row : rows) {
    json["workloads"].push_back({{"name", row.name},
                                 {"dtype", row.dtype},
                                 {"threads", row.threads},
                                 {"seconds_per_epoch", row.timing.seconds_per_epoch},
                                 {"gflops", row.timing.gflops},
                                 {"peak_gflops", row.timing.peak_gflops},
                                 {"fraction_of_peak", row.timing.fraction_of_peak},
                                 {"handover_ns", row.handover_ns}});
  }
  return json;
}

void run_bench(const BenchArguments& arguments) {
  std::vector<unsigned> thread_counts = arguments.threads;
  const unsigned all_threads = resolve_threads(0);
  if (thread_counts.empty()) thread_counts = all_threads > 1 ? std::vector{1U, all_threads} : std::vector{1U};
  const std::vector<benchmark::Workload> workloads = chosen_workloads(arguments);
  std::vector<Row> rows;
  if (!arguments.json) {
    fmt::print("{:<10} {:<5} {:>7} {:>12} {:>9} {:>9} {:>9} {:>11}\n", "workload", "dtype", "threads", "s/epoch",
               "GFLOP/s", "peak", "fraction", "hand-over");
  }
  for (const benchmark::Workload& workload : workloads) {
    for (const std::string& dtype : arguments.dtypes) {
      for (const unsigned threads : thread_counts) {
        const double handover = threads > 1 ? benchmark::handover_nanoseconds() : 0.0;
        rows.push_back({workload.name, dtype, threads, time_in(dtype, workload, threads, arguments.rounds), handover});
        if (arguments.json) continue;
        const Row& row = rows.back();
        fmt::print("{:<10} {:<5} {:>7} {:>12.5f} {:>9.1f} {:>9.1f} {:>9.3f} {:>8.0f} ns\n", row.name, row.dtype,
                   row.threads, row.timing.seconds_per_epoch, row.timing.gflops, row.timing.peak_gflops,
                   row.timing.fraction_of_peak, row.handover_ns);
        std::fflush(stdout);
      }
    }
  }
  if (arguments.json) fmt::print("{}\n", to_json(rows, this_machine(all_threads)).dump(2));
}

}  // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("bench", "time the engine at the studies' sizes, beside the peak");
  auto arguments = std::make_shared<BenchArguments>();
  command->add_option("--workload", arguments->workloads, "s0 .. s4, or names of the sweep (default: all)");
  command->add_option("--dtype", arguments->dtypes, "f32, f64 (default: both)")->check(CLI::IsMember({"f32", "f64"}));
  command->add_option("--threads", arguments->threads, "thread counts (default: 1 and all cores)")
      ->check(CLI::Range(1U, 256U));
  command->add_option("--rounds", arguments->rounds, "rounds whose median is taken (default: 5)")
      ->check(CLI::Range(1U, 1000U));
  command->add_flag("--sweep", arguments->sweep, "widths 8 .. 1024 at batch 1 .. 1024 instead of the studies");
  command->add_flag("--json", arguments->json, "one JSON object on standard output");
  command->callback([arguments, &exit_code] {
    run_bench(*arguments);
    exit_code = 0;
  });
}

}  // namespace gradus::cli
