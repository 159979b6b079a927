// SPDX-License-Identifier: Apache-2.0
#include "reproduce/reproduction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "core/atomic_file.hpp"
#include "core/text_file.hpp"
#include "data/named_sources.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/sha256.hpp"
#include "gradus/core/threads.hpp"
#include "gradus/search/study_config.hpp"
#include "reproduce/measure.hpp"
#include "training/version.hpp"

namespace gradus::reproduce {
namespace {

// One run of one case.
struct Unit {
  const Case* one = nullptr;
  std::size_t run = 0;
  std::string path{};
  std::string key{};
  bool alone = false;  // with the whole machine: searches, and what is timed
  std::optional<Measurement> result{};
};

bool needs_test_part(const Study& study) {
  const auto is_test = [](const auto& item) { return item.metric.starts_with("test_"); };
  return std::ranges::any_of(study.rows, is_test) || std::ranges::any_of(study.figures, [&](const Figure& figure) {
           return std::ranges::any_of(figure.series, is_test);
         });
}

// The part of the study that a quick run takes.
Study shortened(Study study) {
  std::erase_if(study.cases, [&](const Case& one) {
    const auto& names = study.quick.cases;
    return !names.empty() && std::ranges::find(names, one.name) == names.end();
  });
  for (Case& one : study.cases) {
    one.settings.insert(one.settings.end(), study.quick.settings.begin(), study.quick.settings.end());
    if (study.quick.runs > 0) one.runs = std::min(one.runs, study.quick.runs);
  }
  return study;
}

// Everything that fixes what a run measures: comments, rows and figures may change without running it again.
std::string key_of(const Study& study, const Case& one, std::size_t run) {
  std::string text = fmt::format("{}|{}|{}|{}|{}|{}|", version(), study.id, static_cast<int>(study.kind), one.name, run,
                                 study.repeats);
  if (study.kind == Kind::kSearch) {
    text += study_identity(parse_study_config(study.text, study.path, {}));
    for (const auto& [key, value] : one.settings) text += key + "=" + value + "|";
  } else {
    RunConfig config = config_of(study, one, run);
    config.data.data_dir.clear();
    text += config_identity(config);
  }
  if (study.numpy_seed) text += fmt::format("numpy {}|{}|", *study.numpy_seed, fmt::join(study.drawn_before, "|"));
  text += fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", one.varies_by_rounding, one.draws_boundary, one.group, one.first,
                      one.count, one.stride, fmt::join(one.rows, ","), fmt::join(one.steps, ","), one.keeps_floor,
                      fmt::join(one.subjects, "|"));
  return sha256_hex(std::as_bytes(std::span(text)));
}

class Runner {
 public:
  Runner(const Study& study, const ReproduceOptions& options)
      : study_(study),
        options_(options),
        folder_(options.folder + "/" + study.id + (options.quick ? "-quick" : "")),
        data_("", !needs_test_part(study)) {
    make_units();
  }

  CaseRuns run() {
    std::filesystem::create_directories(folder_);
    for (Unit& unit : units_) {
      if (const auto text = read_text_if_there(unit.path)) unit.result = parse_measurement(*text, unit.key);
    }
    for (Unit& unit : units_) {
      if (unit.alone && !unit.result) measure_unit(unit);
    }
    run_parallel();
    CaseRuns runs;
    for (Unit& unit : units_) runs[unit.one->name].push_back(std::move(*unit.result));
    return runs;
  }
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  void make_units() {
    for (const Case& one : study_.cases) {
      const std::size_t runs = options_.runs > 0 && one.runs > 1 ? options_.runs : one.runs;
      for (std::size_t run = 0; run < runs; ++run) {
        Unit unit{.one = &one, .run = run};
        unit.path = fmt::format("{}/{}-{}.json", folder_, one.name, run);
        unit.key = key_of(study_, one, run);
        const bool is_twin = one.varies_by_rounding && run > 0;
        unit.alone = study_.kind == Kind::kTiming || (study_.kind == Kind::kSearch && !is_twin);
        units_.push_back(std::move(unit));
      }
    }
  }

  [[nodiscard]] const std::atomic<bool>& stop() const {
    static const std::atomic<bool> never{false};
    return options_.stop != nullptr ? *options_.stop : never;
  }

  void measure_unit(Unit& unit) {
    const MeasureContext context{
        .data = data_, .stop = stop(), .jobs = options_.jobs, .folder = folder_, .note = options_.note};
    Measurement measurement = measure(study_, *unit.one, unit.run, context);
    write_file(unit.path, measurement_json(measurement, unit.key));
    const std::lock_guard lock(mutex_);
    if (options_.note) {
      options_.note(
          fmt::format("{}: {} run {} in {:.1f} s", study_.id, unit.one->name, unit.run + 1, measurement.seconds));
    }
    unit.result = std::move(measurement);
  }

  void run_parallel() {
    std::vector<std::thread> workers;
    const unsigned jobs = resolve_threads(options_.jobs);
    for (unsigned i = 0; i < jobs; ++i) workers.emplace_back([this] { work(); });
    for (std::thread& worker : workers) worker.join();
    if (failure_) std::rethrow_exception(failure_);
  }

  void work() {
    try {
      while (Unit* unit = next()) measure_unit(*unit);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  Unit* next() {
    const std::lock_guard lock(mutex_);
    if (failure_) return nullptr;
    while (next_ < units_.size() && units_[next_].result) ++next_;
    return next_ < units_.size() ? &units_[next_++] : nullptr;
  }

  const Study& study_;
  const ReproduceOptions& options_;
  std::string folder_;
  DataPool data_;
  std::vector<Unit> units_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::exception_ptr failure_;
};

// The sources of a study; searches have theirs in their own file.
std::set<std::pair<std::string, std::string>> sources_of(const Study& study) {
  std::set<std::pair<std::string, std::string>> sources;
  if (study.kind == Kind::kParameters || study.kind == Kind::kIdentities) return sources;
  for (const Case& one : study.cases) {
    const RunConfig config = config_of(study, one, 0);
    sources.insert({config.data.source, config.data.data_dir});
  }
  return sources;
}

void set_data_dir(Study& study, const std::string& data_dir) {
  if (data_dir.empty()) return;
  for (Case& one : study.cases) one.settings.emplace_back("data.data_dir", data_dir);
}

}  // namespace

std::vector<std::string> missing_data(const std::vector<Study>& studies, const std::string& data_dir) {
  std::set<std::string> sentences;
  for (Study study : studies) {
    set_data_dir(study, data_dir);
    for (const auto& [source, folder] : sources_of(study)) {
      if (!data::is_named_source(source)) continue;
      SourceOptions options;
      options.data_dir = folder;
      try {
        data::find_named_source(source, options);
      } catch (const InputError& error) {
        sentences.insert(error.what());
      }
    }
  }
  return {sentences.begin(), sentences.end()};
}

Verdict Reproduction::verdict() const {
  const bool failed = std::ranges::any_of(runs, [](const auto& one) {
    return std::ranges::any_of(one.second, [](const Measurement& run) { return !run.error.empty(); });
  });
  if (count(Verdict::kOff) > 0 || (failed && rows.empty())) return Verdict::kOff;
  if (count(Verdict::kMeasured) == rows.size()) return Verdict::kMeasured;
  return count(Verdict::kWithin) + count(Verdict::kWeak) > 0 ? Verdict::kWithin : Verdict::kExact;
}

std::size_t Reproduction::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows, [&](const JudgedRow& row) { return row.judgement.verdict == verdict; }));
}

Reproduction reproduce(const Study& given, const ReproduceOptions& options) {
  Reproduction reproduction;
  reproduction.study = options.quick ? shortened(given) : given;
  set_data_dir(reproduction.study, options.data_dir);
  reproduction.quick = options.quick;
  reproduction.version = version();
  reproduction.machine = this_machine(resolve_threads(options.jobs));
  Runner runner(reproduction.study, options);
  reproduction.runs = runner.run();
  const auto& quick = given.quick.settings;
  const bool fewer_epochs =
      std::ranges::any_of(quick, [](const auto& setting) { return setting.first == "training.epochs"; });
  reproduction.rows = judge_rows(reproduction.study, reproduction.runs, options.quick, fewer_epochs);
  for (const auto& [name, runs] : reproduction.runs) {
    for (std::size_t i = 0; i < runs.size(); ++i) {
      reproduction.seconds += runs[i].seconds;
      if (!runs[i].weights_sha256.empty()) {
        reproduction.hashes.push_back({fmt::format("{} run {}", name, i + 1), runs[i].weights_sha256});
      }
    }
  }
  reproduction.folder = runner.folder();
  write_file(reproduction.folder + "/reproduction.json", reproduction_json(reproduction, true) + "\n");
  return reproduction;
}

}  // namespace gradus::reproduce
