// gradus search: a study from one file, its tables, and single trials again.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder_report.hpp"
#include "cli/note.hpp"
#include "cli/numbered_folder.hpp"
#include "cli/progress.hpp"
#include "cli/scratch_folder.hpp"
#include "cli/stop_signal.hpp"
#include "cli/tables.hpp"
#include "core/atomic_file.hpp"
#include "core/csv_cell.hpp"
#include "core/suggest.hpp"
#include "core/wrapped_text.hpp"
#include "gradus/core/error.hpp"
#include "gradus/search/study.hpp"

namespace gradus::cli {
namespace {

constexpr std::size_t kTopTrials = 10;
constexpr double kStudyRedrawSeconds = 0.2;

struct SearchArguments {
  std::string file;
  std::vector<std::string> settings;
  std::string out;
  std::string resume;
  std::uint64_t trials = 0;
  unsigned jobs = 0;
  bool dry_run = false;
  bool json = false;
  bool quiet = false;
  bool no_report = false;
};

struct ShowArguments {
  std::string folder;
  std::string sort = "value";
  std::size_t top = 0;
  bool raw = false;
  std::string csv;
  std::string json;
  std::size_t config = 0;
};

std::string value_text(const std::optional<double>& value) {
  return value ? fmt::format("{:.6g}", *value) : "-";
}

// A line per finished trial, or on a terminal one line for the study that is drawn again.
class StudyDisplay : public StudyObserver {
 public:
  explicit StudyDisplay(bool terminal) : terminal_(terminal) {}

  void on_trial(const TrialRecord& trial, const StudyProgress& progress) override {
    if (terminal_) {
      draw(progress);
      return;
    }
    const std::string result = trial.state == TrialState::kFailed ? printable(trial.error) : value_text(trial.value);
    note("trial {}: {} {}  {} epochs {:.2f}s  {}\n", trial.number, state_name(trial.state), result, trial.epochs(),
         trial.seconds, summary(progress));
  }
  void on_progress(const StudyProgress& progress) override {
    if (terminal_ && progress.elapsed_seconds - last_drawn_ >= kStudyRedrawSeconds) draw(progress);
  }
  void on_note(const std::string& sentence) override {
    if (drawn_) note("\n");
    drawn_ = false;
    note("{}\n", sentence);
  }

 private:
  static std::string summary(const StudyProgress& p) {
    std::string text = fmt::format("{}/{} done, {} running", p.complete + p.pruned + p.failed, p.trials, p.running);
    if (p.pruned > 0) text += fmt::format(", {} pruned", p.pruned);
    if (p.failed > 0) text += fmt::format(", {} failed", p.failed);
    if (p.best != nullptr) text += fmt::format(", best {} (trial {})", value_text(p.best->value), p.best->number);
    if (p.seconds_left) text += ", " + duration_text(*p.seconds_left) + " left";
    return text;
  }

  void draw(const StudyProgress& progress) {
    last_drawn_ = progress.elapsed_seconds;
    draw_line(summary(progress));
    std::fflush(stderr);
    drawn_ = true;
  }

  bool terminal_;
  double last_drawn_ = -kStudyRedrawSeconds;
  bool drawn_ = false;
};

std::vector<std::string> table_header(const Space& space) {
  std::vector<std::string> header = {"trial", "state", "value", "spread", "epochs", "seconds"};
  for (const Parameter& parameter : space.parameters) header.push_back(short_name(parameter.name));
  return header;
}

std::vector<std::string> table_row(const TrialRecord& trial) {
  std::vector<std::string> row = {
      std::to_string(trial.number),   std::string(state_name(trial.state)),
      value_text(trial.value),        trial.runs.size() > 1 ? fmt::format("{:.3g}", trial.spread) : "-",
      std::to_string(trial.epochs()), fmt::format("{:.2f}", trial.seconds)};
  for (const auto& value : trial.setting) {
    const double number = value ? number_in(*value) : NAN;
    const bool long_number = value && !std::isnan(number) && value->size() > 9;
    row.push_back(!value ? "-" : long_number ? fmt::format("{:.4g}", number) : *value);
  }
  return row;
}

std::string trial_table(const StudyRecord& record, const std::vector<std::size_t>& order, std::size_t most) {
  std::vector<std::vector<std::string>> rows = {table_header(record.config.space)};
  for (const std::size_t number : order) {
    if (rows.size() > most) break;
    rows.push_back(table_row(record.trials[number]));
  }
  return fitted_table(rows);
}

void print_importance(const StudyRecord& record) {
  if (record.importance.empty()) {
    say("\nparameter importance needs {} complete trials\n", trials_for_importance(record.config.space));
    return;
  }
  say("\nparameter importance (share of the variance of {}):\n", record.config.options.objective);
  for (const ParameterImportance& importance : record.importance) {
    say("  {:<28} {:.3f} +- {:.3f}\n", printable(importance.name), importance.share, importance.error);
  }
  say("  {:<28} {:.3f}\n", "interactions and chance", unexplained_share(record.importance));
}

void print_study(const StudyRecord& record, const std::string& folder) {
  say("{}", trial_table(record, record.ranking, kTopTrials));
  print_importance(record);
  if (record.best() == nullptr) return;
  const TrialRecord& best = *record.best();
  say("\nbest trial {} of {}: {} {}\nweights sha256 {}\n", best.number, record.trials.size(),
      record.config.options.objective, value_text(best.value), best.runs.front().weights_sha256);
  if (folder.empty()) {
    say("{}\n", wrapped("its setting: " + setting_text(record.config.space, best.setting), 2));
    return;
  }
  if (!record.test_json.empty()) say("on the test part, evaluated once: {}/best/test.json\n", folder);
  if (record.finished) say("its configuration: {}/best.toml, its run: {}/best\n", folder, folder);
}

void print_outline(const StudyConfig& config) {
  const StudyOutline outline = outline_study(config);
  say("{} trials of {} repeats, at most {:.0f} epochs\n", outline.trials, config.options.repeats,
      outline.planned_epochs * static_cast<double>(config.options.repeats));
  for (std::size_t i = 0; i < outline.first.size(); ++i) {
    say("trial {}: {}\n", i, setting_text(config.space, outline.first[i]));
  }
}

void refuse_beside_resume(const SearchArguments& arguments) {
  if (arguments.out.empty() && (arguments.settings.empty() || !arguments.file.empty())) return;
  throw InputError({.where = "--resume",
                    .expected = "no --out, and --set only with the search file",
                    .found = "one of them",
                    .advice = "the study's own settings hold, but --trials may add to them"});
}

void run_search(const SearchArguments& arguments) {
  if (arguments.file.empty() && arguments.resume.empty()) {
    throw InputError({.where = "search",
                      .expected = "a search file or --resume DIR",
                      .found = "neither",
                      .advice = "see docs/search.md and the files in studies/"});
  }
  StudyDisplay display(isatty(STDERR_FILENO) != 0);
  const StudyRunOptions options{
      .jobs = arguments.jobs, .stop = &catch_stop_signal(), .observer = arguments.quiet ? nullptr : &display};
  if (!arguments.resume.empty()) refuse_beside_resume(arguments);
  std::string folder = arguments.resume.empty() ? arguments.out : arguments.resume;
  std::string made;
  std::optional<ScratchFolder> scratch;
  if (arguments.resume.empty() && arguments.out == "none" && !arguments.dry_run) folder = scratch.emplace().path();
  StudyRecord record;
  try {
    if (arguments.file.empty()) {
      record = resume_study(folder, options, arguments.trials);
    } else {
      std::vector<std::string> settings = arguments.settings;
      if (arguments.trials > 0) settings.push_back("search.trials=" + std::to_string(arguments.trials));
      const StudyConfig config = read_study_config(arguments.file, settings);
      if (arguments.dry_run) {
        print_outline(config);
        return;
      }
      if (folder.empty()) folder = made = make_numbered_folder("runs/search-");
      record = run_study(config, arguments.file, folder, !arguments.resume.empty(), options);
    }
  } catch (const Interrupted& interruption) {
    if (scratch) throw Interrupted("search: interrupted; --out none kept nothing to go on with");
    throw Interrupted(std::string(interruption.what()) + "; continue with `gradus search --resume " + folder + "`");
  } catch (const Error&) {
    remove_empty_folder(made);  // refused before it began
    throw;
  }
  if (arguments.json) {
    fmt::print("{}\n", study_json(record));
  } else {
    print_study(record, scratch ? "" : folder);
  }
  if (!arguments.no_report && !scratch) report_folder(folder, arguments.quiet);
}

// By value (best first, then what has none), or by number, epochs, seconds or a parameter.
std::vector<std::size_t> sorted_trials(const StudyRecord& record, const std::string& key) {
  const Space& space = record.config.space;
  std::vector<std::string_view> names = {"value", "number", "epochs", "seconds", "state"};
  std::optional<std::size_t> parameter;
  for (std::size_t i = 0; i < space.parameters.size(); ++i) {
    const std::string& name = space.parameters[i].name;
    names.push_back(name);
    if (name == key || short_name(name) == key) parameter = i;
  }
  const bool known = std::find(names.begin(), names.end(), key) != names.end() || parameter;
  if (!known) throw unknown_name("--sort", key, names);
  const double sign = record.config.larger_is_better() ? -1.0 : 1.0;
  const auto rank = [&](const TrialRecord& trial) {
    if (key == "value") return trial.value ? sign * *trial.value : INFINITY;
    if (key == "epochs") return static_cast<double>(trial.epochs());
    if (key == "seconds") return trial.seconds;
    if (key == "state") return static_cast<double>(trial.state);
    return parameter && trial.setting[*parameter] ? number_in(*trial.setting[*parameter]) : 0.0;
  };
  std::vector<std::size_t> order(record.trials.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const TrialRecord& x = record.trials[a];
    const TrialRecord& y = record.trials[b];
    if (key == "value" && x.state != y.state) return x.state == TrialState::kComplete;
    const double p = rank(x);
    const double q = rank(y);
    if (std::isnan(p) && std::isnan(q) && parameter) return x.setting[*parameter] < y.setting[*parameter];
    return p < q;
  });
  return order;
}

std::string csv_table(const StudyRecord& record, const std::vector<std::size_t>& order, CsvCells cells) {
  std::string text = "trial,state,value,spread,epochs,parameters,seconds";
  for (const Parameter& parameter : record.config.space.parameters) text += "," + csv_cell(parameter.name, cells);
  text += ",weights_sha256,error\n";
  for (const std::size_t number : order) {
    const TrialRecord& trial = record.trials[number];
    text += fmt::format("{},{},{},{},{},{},{}", number, state_name(trial.state),
                        trial.value ? fmt::format("{}", *trial.value) : "", trial.spread, trial.epochs(),
                        trial.parameters, trial.seconds);
    for (const auto& value : trial.setting) text += "," + csv_cell(value.value_or(""), cells);
    text +=
        "," + (trial.runs.empty() ? "" : trial.runs.front().weights_sha256) + "," + csv_cell(trial.error, cells) + "\n";
  }
  return text;
}

void write_or_print(const std::string& path, const std::string& text) {
  if (path == "-") {
    print_data(text);
  } else {
    write_file(path, text);
  }
}

void show(const ShowArguments& arguments, bool wants_config) {
  if (wants_config) {
    fmt::print("{}", trial_config(arguments.folder, arguments.config));
    return;
  }
  const StudyRecord record = read_study(arguments.folder);
  const std::vector<std::size_t> order = sorted_trials(record, arguments.sort);
  if (!arguments.csv.empty())
    write_or_print(arguments.csv, csv_table(record, order, arguments.raw ? CsvCells::kRaw : CsvCells::kGuarded));
  if (!arguments.json.empty()) write_or_print(arguments.json, study_json(record, arguments.folder) + "\n");
  if (arguments.csv.empty() && arguments.json.empty()) {
    const std::size_t most = arguments.top == 0 ? order.size() : arguments.top;
    say("{}", trial_table(record, order, most));
    for (const TrialRecord& trial : record.trials) {
      if (trial.state == TrialState::kFailed) say("trial {}: {}\n", trial.number, printable(trial.error));
    }
  }
}

bool print_replay(const Replay& replay) {
  const TrialRecord& trial = replay.recorded;
  std::vector<std::vector<std::string>> rows = {{"repeat", "seed", "epochs", "recorded", "replayed", "weights"}};
  for (std::size_t r = 0; r < replay.runs.size(); ++r) {
    const RunResult& run = replay.runs[r];
    const std::string recorded = r < trial.runs.size() ? fmt::format("{}", trial.runs[r].value) : "-";
    rows.push_back({std::to_string(r), std::to_string(run.seed), std::to_string(run.epochs), recorded,
                    fmt::format("{}", run.value), run.weights_sha256.empty() ? "-" : run.weights_sha256.substr(0, 16)});
  }
  say("{}", fitted_table(rows));
  if (!replay.error.empty()) say("{}\n", printable(replay.error));
  // Of a trial that was stopped the value is recorded, and no weights.
  const bool has_weights =
      std::ranges::all_of(trial.runs, [](const RunResult& run) { return !run.weights_sha256.empty(); });
  const char* same =
      has_weights ? "the same to the bit" : "the same value to the bit; it was stopped, so no weights are recorded";
  if (trial.state == TrialState::kFailed) same = "the same error";
  say("trial {}: {}\n", trial.number, replay.same ? same : "NOT the same");
  return replay.same;
}

std::string key_help() {
  std::string text = "Keys of [search] beside space and trial (docs/search.md):\n";
  for (const SearchOption& option : search_options()) {
    text += fmt::format("  {:<14} {}", option.key, option.doc);
    for (std::size_t i = 0; i < option.choices.size(); ++i) {
      text += fmt::format("{}{}", i == 0 ? ": " : ", ", option.choices[i]);
    }
    text += "\n";
  }
  return text;
}

void add_show(CLI::App& search, int& exit_code) {
  CLI::App* command = add_command(search, "show", "the table of a study, finished or not");
  auto arguments = std::make_shared<ShowArguments>();
  add_option(*command, "dir", arguments->folder, "study folder")->required();
  completes(
      add_option(*command, "--sort", arguments->sort, "value, number, epochs, seconds, state or a parameter [value]"),
      {.words = {"value", "number", "epochs", "seconds", "state"}, .files = false});
  add_option(*command, "--top", arguments->top, "rows to print, 0 = all");
  add_option(*command, "--csv", arguments->csv, "write the table to this file, - prints it");
  add_flag(*command, "--raw", arguments->raw, kRawCellsDoc);
  add_option(*command, "--json", arguments->json, "write the whole record to this file, - prints it");
  CLI::Option* config = add_option(*command, "--config", arguments->config, "print this trial's training file");
  command->callback([arguments, config, &exit_code] {
    show(*arguments, config->count() > 0);
    exit_code = 0;
  });
}

void add_replay(CLI::App& search, int& exit_code) {
  CLI::App* command = add_command(search, "replay", "train one trial again and compare it bit for bit");
  auto folder = std::make_shared<std::string>();
  auto number = std::make_shared<std::size_t>(0);
  add_option(*command, "dir", *folder, "study folder")->required();
  add_option(*command, "trial", *number, "number of the trial")->required();
  command->callback([folder, number, &exit_code] {
    exit_code = print_replay(replay_trial(*folder, *number, &catch_stop_signal())) ? 0 : 3;
  });
}

}  // namespace

void add_search_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "search", "search hyper-parameters: parallel, exact, resumable");
  auto arguments = std::make_shared<SearchArguments>();
  add_option(*command, "file", arguments->file, "search file: a training file plus [search]");
  add_option(*command, "--set", arguments->settings,
             "key=value, a key of the training file or search.KEY; may be repeated")
      ->allow_extra_args(false);
  add_option(*command, "--out", arguments->out, "study folder [runs/search-N]; none keeps nothing");
  add_option(*command, "--resume", arguments->resume,
             "go on with the study in this folder, beside other processes if there are any; with FILE, begin "
             "it where there is none");
  add_option(*command, "--trials", arguments->trials,
             "search.trials; with --resume a larger number goes on with a study, finished or not");
  add_option(*command, "--jobs", arguments->jobs, "trials at a time, 0 = one per core; never changes a result")
      ->check(in_range(0, 1024));
  add_flag(*command, "--dry-run", arguments->dry_run, "print the trials and stop");
  add_flag(*command, "--json", arguments->json, "print the study as one JSON object and nothing else");
  add_flag(*command, "--no-report", arguments->no_report, "write no report.html");
  add_flag(*command, "--quiet", arguments->quiet, "no progress");
  add_show(*command, exit_code);
  add_replay(*command, exit_code);
  command->footer(key_help());  // behind them: commands begin with their parent's
  command->callback([command, arguments, &exit_code] {
    if (!command->get_subcommands().empty()) return;
    run_search(*arguments);
    exit_code = 0;
  });
}

}  // namespace gradus::cli
