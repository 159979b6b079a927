// SPDX-License-Identifier: Apache-2.0
#include "report/run_records.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>

#include "gradus/config/config_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/training/run_config.hpp"

namespace gradus {
namespace {

using RunJson = nlohmann::ordered_json;

constexpr int kSchema = 1;
constexpr std::int64_t kFreshSeconds = 60;
// More would make a page slow and a report large, and nobody can see them on a screen.
constexpr std::size_t kMaxMetrics = 5000;
constexpr std::size_t kMaxStatistics = 1000;

// The value as a person wrote it.
std::string shown_text(const ConfigOption& option, RunConfig& config) {
  const OptionField field = option.field(config);
  if (std::string* const* text = std::get_if<std::string*>(&field)) return **text;
  return option_text(option, config);
}

std::set<std::string, std::less<>> lines_of(const std::string& text) {
  std::set<std::string, std::less<>> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.insert(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

RunJson config_list(RecordFolder& folder) {
  RunJson list = RunJson::array();
  const std::optional<std::string> text = read_record_text(folder, "config.toml");
  if (!text) return list;
  RunConfig config;
  RunConfig defaults;
  try {
    parse_config(*text, "config.toml", config);
  } catch (const InputError& error) {
    folder.problems.push_back(std::string(error.what()) + "; the configuration was left out");
    return list;
  }
  const std::optional<std::string> lines = read_record_text(folder, "stated.txt");
  const std::set<std::string, std::less<>> stated = lines_of(lines.value_or(""));
  for (const ConfigOption& option : config_options()) {
    list.push_back({{"key", option.key},
                    {"value", shown_text(option, config)},
                    {"default", shown_text(option, defaults)},
                    {"doc", option.doc}});
    if (lines) list.back()["stated"] = stated.contains(option.key);
  }
  return list;
}

// Every n-th of too many, the last one always.
RunJson thinned(RunJson objects, std::size_t most, const std::string& name, RecordFolder& folder) {
  if (objects.size() <= most) return objects;
  const std::size_t step = (objects.size() + most - 1) / most;
  RunJson kept = RunJson::array();
  for (std::size_t i = (objects.size() - 1) % step; i < objects.size(); i += step)
    kept.push_back(std::move(objects[i]));
  folder.problems.push_back(name + ": has " + std::to_string(objects.size()) + " lines, of which every " +
                            std::to_string(step) + "th is shown");
  return kept;
}

std::string running_or_stopped(const RecordFolder& folder, std::initializer_list<const char*> names) {
  std::int64_t changed = 0;
  for (const char* name : names) changed = std::max(changed, modified_seconds(folder.file(name)));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  // A clock that was wrong may have left times to come.
  return std::abs(seconds - changed) < kFreshSeconds ? "running" : "stopped";
}

}  // namespace

bool is_run_folder(const std::string& path) {
  return is_plain_file(path + "/config.toml") || is_plain_file(path + "/metrics.jsonl") ||
         is_plain_file(path + "/summary.json");
}

std::string run_state(const RecordFolder& folder) {
  if (is_plain_file(folder.file("summary.json"))) return "complete";
  RecordFolder quiet = folder;
  if (is_plain_file(folder.file("progress.json"))) {
    const RunJson progress = read_record_object(quiet, "progress.json", kSchema);
    if (progress.is_object() && progress.value("running", RunJson(true)) == RunJson(false)) return "stopped";
  }
  return running_or_stopped(folder, {"metrics.jsonl", "progress.json"});
}

std::string study_state(const RecordFolder& folder) {
  if (is_plain_file(folder.file("study.json"))) return "complete";
  return running_or_stopped(folder, {"study.sqlite", "study.sqlite-wal"});
}

RunJson run_object(RecordFolder folder, const std::string& name) {
  RunJson run = {{"name", name}, {"state", run_state(folder)}};
  run["config"] = config_list(folder);
  run["metrics"] = thinned(read_record_lines(folder, "metrics.jsonl"), kMaxMetrics, "metrics.jsonl", folder);
  run["summary"] = read_record_object(folder, "summary.json", kSchema);
  run["statistics"] =
      thinned(read_record_lines(folder, "statistics.jsonl"), kMaxStatistics, "statistics.jsonl", folder);
  run["analysis"] = read_record_object(folder, "analysis.json", kSchema);
  run["certificate"] = read_record_object(folder, "certificate.json", kSchema);
  run["problems"] = folder.problems;
  return run;
}

}  // namespace gradus
