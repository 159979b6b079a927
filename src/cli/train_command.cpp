// gradus train: configuration and flags in, a trained network and its record out.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/certified_run.hpp"
#include "cli/commands.hpp"
#include "cli/data_notes.hpp"
#include "cli/flags.hpp"
#include "cli/note.hpp"
#include "cli/reader_flags.hpp"
#include "cli/tables.hpp"
#include "cli/train_folds.hpp"
#include "cli/train_run.hpp"
#include "core/printable.hpp"
#include "core/text_file.hpp"
#include "gradus/config/config_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/network/activation.hpp"
#include "gradus/network/initializer.hpp"
#include "gradus/network/layer.hpp"
#include "gradus/training/run_config.hpp"
#include "gradus/training/run_folder.hpp"
#include "training/folds.hpp"
#include "training/idle_options.hpp"
#include "training/result_notes.hpp"

namespace gradus::cli {
namespace {

// File first, then flags, then --set: the later wins.
RunConfig read_arguments(const TrainArguments& arguments) {
  RunConfig config;
  if (!arguments.config_file.empty()) read_config(arguments.config_file, config);
  for (const auto& [option, text] : arguments.flags) {
    const std::string flag(option->flag);
    if (arguments.command->count(flag) > 0) set_option(config, option->key, *text, flag);
  }
  for (const std::string& setting : arguments.settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) {
      throw InputError({.where = "--set",
                        .expected = "key=value",
                        .found = "'" + setting + "'",
                        .advice = "write for example training.epochs=20"});
    }
    const std::string key = setting.substr(0, equals);
    set_option(config, key, setting.substr(equals + 1), "--set " + key);
  }
  return config;
}

void print_result(const RunRecord& record, const std::string& folder) {
  std::vector<std::pair<std::string, const PartEvaluation*>> parts = {{"train", &record.train}};
  if (record.valid) parts.emplace_back("valid", &*record.valid);
  if (record.test) parts.emplace_back("test", &*record.test);
  say("{}", evaluation_table(parts));
  // The part that says most about new data.
  const auto& [name, evaluation] = parts.back();
  if (evaluation->classification) {
    const std::string table = confusion_table(*evaluation->classification, record.model.class_names);
    if (!table.empty()) say("\nconfusion ({}):\n{}", name, table);
  }
  say("\nepoch {} of {}{}\nweights sha256 {}\n", record.final_epoch, record.epochs.size(),
      record.restored_best ? " (best by " + record.monitor + ")" : "", record.weights_sha256);
  if (!folder.empty()) say("run folder: {}\n", folder);
}

// A network begins with outputs near 0 of a size near 1.
void advise_target_scaling(const RunConfig& config, const Dataset& dataset) {
  if (dataset.task != Task::kRegression || config.data.target_scaling != "auto") return;
  const TargetScaling statistics = target_standardization(dataset);
  double largest = 0.0;
  for (std::size_t k = 0; k < statistics.mean.size(); ++k) {
    largest = std::max({largest, std::abs(statistics.mean[k]), statistics.std[k]});
  }
  constexpr double kLarge = 20.0;
  if (largest > kLarge) {
    note("note: targets reach {:.3g}; --set data.target_scaling=standardize usually trains better\n", largest);
  }
}

// Features of very different size train badly; say so once instead of guessing a scaling.
void advise_scaling(const RunConfig& config, const TrainingRun& run, const Dataset& dataset) {
  advise_target_scaling(config, dataset);
  if (!run.scaling.mean.empty() || dataset.image) return;
  const Scaling statistics = standardization(dataset, run.scaling.divisor);
  double largest = 0.0;
  for (std::size_t i = 0; i < statistics.mean.size(); ++i) {
    largest = std::max({largest, std::abs(statistics.mean[i]), statistics.std[i]});
  }
  if (largest > 20.0) note("note: features reach {:.3g}; --standardize usually trains better\n", largest);
}

void print_record(const TrainingRun& run, const Dataset& dataset, const RunRecord& record, const std::string& folder,
                  const TrainArguments& arguments) {
  if (arguments.json) {
    fmt::print("{}\n", summary_json(record));
  } else {
    print_result(record, folder);
  }
  if (arguments.quiet) return;
  std::fflush(stdout);
  for (const std::string& sentence : result_notes(run, dataset, record)) note("note: {}\n", printable(sentence));
}

// With --check the first certificate comes before any step: a wrong gradient should not cost a training.
int train_and_certify(const TrainingRun& run, const Dataset& dataset, RunFolder* folder,
                      const TrainArguments& arguments) {
  const std::string path = folder != nullptr ? folder->path() : "";
  if (!arguments.check) {
    print_record(run, dataset, run_training(run, dataset, folder, arguments), path, arguments);
    return 0;
  }
  const CertifiedRun certified(run, dataset, arguments.quiet);
  const RunRecord record = run_training(run, dataset, folder, arguments);
  print_record(run, dataset, record, path, arguments);
  return certified.finish(record, path) ? 0 : kCheckFailed;
}

int train_and_report(const RunConfig& config, const TrainingRun& run, const Dataset& dataset, RunFolder* folder,
                     const TrainArguments& arguments) {
  const int exit_code = train_and_certify(run, dataset, folder, arguments);
  if (folder != nullptr) write_page(config, folder->path(), arguments);
  return exit_code;
}

int train_new(const TrainArguments& arguments) {
  RunConfig config = read_arguments(arguments);
  if (is_folded(config)) return train_folds(config, arguments);
  std::unique_ptr<RunFolder> folder;
  const auto mode = arguments.force ? RunFolder::Mode::kForce : RunFolder::Mode::kNew;
  const bool keeps_folder = arguments.out != "none" && !arguments.dry_run;
  // Before the data is read: a folder that cannot be used should not cost a minute.
  if (keeps_folder && !arguments.out.empty()) folder = std::make_unique<RunFolder>(arguments.out, mode);
  const Dataset dataset = read_data(config);
  refuse_idle_options(config);
  const TrainingRun run = make_training_run(config, dataset);
  if (arguments.dry_run) {
    fmt::print("{}", run.config);
    return 0;
  }
  if (keeps_folder && !folder) folder = std::make_unique<RunFolder>(make_free_folder(dataset.name), mode);
  if (!arguments.quiet) {
    print_notes(dataset);
    note("{}: {} training, {} validation, {} test rows\n{}", printable(dataset.name), dataset.train.size(),
         dataset.valid.size(), dataset.test.size(), network_summary(run.spec));
    advise_scaling(config, run, dataset);
  }
  return train_and_report(config, run, dataset, folder.get(), arguments);
}

void refuse_new_settings(const TrainArguments& arguments) {
  for (const auto& [option, text] : arguments.flags) {
    const bool allowed = option->key == "training.threads" || option->key == "training.epochs";
    if (allowed || arguments.command->count(std::string(option->flag)) == 0) continue;
    throw InputError({.where = std::string(option->flag),
                      .expected = "no new setting but --epochs and --threads with --resume",
                      .found = "'" + *text + "'",
                      .advice = "the run's own config.toml holds; start a new run to change it"});
  }
  if (!arguments.settings.empty() || !arguments.config_file.empty() || !arguments.out.empty() || arguments.force) {
    throw InputError({.where = "--resume",
                      .expected = "no file, --set, --out or --force beside it",
                      .found = "one of them",
                      .advice = "the run's own config.toml holds; start a new run to change it"});
  }
}

// What --resume may change: the number of epochs, and of threads.
void take_resume_flags(const TrainArguments& arguments, RunConfig& config) {
  for (const auto& [option, text] : arguments.flags) {
    const std::string flag(option->flag);
    const bool allowed = option->key == "training.threads" || option->key == "training.epochs";
    if (allowed && arguments.command->count(flag) > 0) set_option(config, option->key, *text, flag);
  }
}

void check_fold_flags(const TrainArguments& arguments) {
  if (arguments.command->count("--epochs") == 0) return;
  throw InputError({.where = "--epochs",
                    .expected = "a single run to resume",
                    .found = "the folds of " + arguments.resume,
                    .advice = "train the folds anew, or one of them for longer"});
}

// A longer run must have the bits of one that was as long from its start.
void check_longer(const RunConfig& config, std::uint64_t epochs_before, const RunFolder& folder) {
  const std::uint64_t epochs = config.training.epochs;
  if (epochs < epochs_before) {
    throw InputError({.where = "--epochs",
                      .expected = fmt::format("at least the {} epochs of the run", epochs_before),
                      .found = std::to_string(epochs),
                      .advice = "say how many epochs there shall be in all"});
  }
  if (epochs > epochs_before && schedule_facts(parse_schedule(config.schedule.kind)).needs_total) {
    throw InputError({.where = "--epochs",
                      .expected = fmt::format("{}, since the rates of the schedule {} depend on the number of epochs",
                                              epochs_before, config.schedule.kind),
                      .found = std::to_string(epochs),
                      .advice = "begin a run from the model of this one with --init-from " + folder.path()});
  }
  if (epochs > epochs_before && folder.stopped_early()) {
    throw InputError({.where = "--epochs",
                      .expected = fmt::format("{}, since early stopping ended the run", epochs_before),
                      .found = std::to_string(epochs),
                      .advice = "begin a run from the model of this one with --init-from " + folder.path()});
  }
}

int train_on(const TrainArguments& arguments) {
  refuse_new_settings(arguments);
  RunConfig config;
  if (read_text_if_there(arguments.resume + "/config.toml")) {
    read_config(arguments.resume + "/config.toml", config);
    if (is_folded(config)) {
      check_fold_flags(arguments);
      take_resume_flags(arguments, config);
      return train_on_folds(config, arguments);
    }
  }
  RunFolder folder(arguments.resume, RunFolder::Mode::kResume);
  const std::uint64_t epochs_before = config.training.epochs;
  const std::uint64_t threads_before = config.training.threads;
  take_resume_flags(arguments, config);
  const std::uint64_t threads = std::exchange(config.training.threads, threads_before);
  check_longer(config, epochs_before, folder);
  const std::string summary = folder.completed_summary();
  if (!summary.empty() && config.training.epochs == epochs_before) {
    note("{}: this run is complete; --epochs with more than {} goes on\n", folder.path(), epochs_before);
    write_missing_page(config, folder.path(), arguments);
    if (arguments.json) fmt::print("{}", summary);
    return 0;
  }
  const Dataset dataset = read_data(config, folder.origin());
  TrainingRun run = make_training_run(config, dataset, folder.origin());
  run.threads = static_cast<unsigned>(threads);
  return train_and_report(config, run, dataset, &folder, arguments);
}

std::string option_help(const ConfigOption& option) {
  static const RunConfig defaults;
  const std::string text = option_text(option, defaults);
  std::string help = fmt::format("{}{} ({})", option.doc, text.empty() ? "" : " [" + text + "]", option.key);
  for (std::size_t i = 0; i < option.choices.size(); ++i) {
    help += fmt::format("{}{}", i == 0 ? ": " : ", ", option.choices[i]);
  }
  return help;
}

// What a shell offers behind the option's flag.
Completion completion_of_key(const ConfigOption& option) {
  Completion completion;
  completion.words.assign(option.choices.begin(), option.choices.end());
  constexpr std::string_view kPaths[] = {"data.source", "data.data_dir", "data.test_path", "data.valid_path",
                                         "training.init_from"};
  completion.files = std::ranges::find(kPaths, option.key) != std::end(kPaths);
  if (option.key == "data.source") completion.words = source_names();
  const auto take = [&completion](const auto& names) { completion.words.assign(names.begin(), names.end()); };
  if (option.key == "network.activation") take(names_of(kActivationTable));
  if (option.key == "network.init") take(names_of(kInitializerTable));
  if (option.key == "network.residual") completion.words = {"true", "false"};
  if (option.key == "network.normalization") {
    completion.words = {"none"};
    for (const LayerKind kind : kAllLayerKinds) {
      if (is_normalization(kind)) completion.words.emplace_back(layer_kind_name(kind));
    }
  }
  return completion;
}

std::string keys_without_flag() {
  static const RunConfig defaults;
  std::string text = "Keys for a TOML file or --set that have no flag:\n";
  for (const ConfigOption& option : config_options()) {
    if (option.flag.empty()) text += fmt::format("  {:<32} {}\n", option.key, option_help(option));
  }
  return text;
}

void add_config_flags(CLI::App& command, TrainArguments& arguments) {
  static const RunConfig defaults;
  RunConfig probe;
  for (const ConfigOption& option : config_options()) {
    if (option.flag.empty()) continue;
    arguments.flags.emplace_back(&option, std::make_shared<std::string>());
    std::string& text = *arguments.flags.back().second;
    CLI::Option* added = nullptr;
    const OptionField field = option.field(probe);
    if (std::holds_alternative<bool*>(field) || std::holds_alternative<std::optional<bool>*>(field)) {
      added = add_flag(command, std::string(option.flag) + "{true}", text, option_help(option));
    } else {
      added = completes(add_option(command, std::string(option.flag), text, option_help(option)),
                        completion_of_key(option));
    }
    added->group(std::string(option.key.substr(0, option.key.find('.'))));
  }
}

}  // namespace

void add_train_command(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(app, "train", "train a network on a data set");
  auto arguments = std::make_shared<TrainArguments>();
  arguments->command = command;
  add_option(*command, "config", arguments->config_file, "TOML file with any of the keys below");
  add_option(*command, "--set", arguments->settings, "key=value, any key of the configuration; may be repeated")
      ->allow_extra_args(false);
  add_option(*command, "--out", arguments->out, "run folder [runs/NAME-N]; none keeps nothing");
  add_option(*command, "--resume", arguments->resume,
             "continue the run in this folder to the same final bits; --epochs adds to a finished one");
  add_flag(*command, "--check", arguments->check,
           "certify the gradient before the first and after the last step; exit 3 when a claim fails");
  add_flag(*command, "--force", arguments->force, "overwrite the run in --out");
  add_flag(*command, "--no-report", arguments->no_report, "write no report.html (report.page = false)");
  add_flag(*command, "--dry-run", arguments->dry_run, "print the resolved configuration and stop");
  add_flag(*command, "--json", arguments->json, "print summary.json's object and nothing else");
  add_flag(*command, "--quiet", arguments->quiet, "no progress");
  add_config_flags(*command, *arguments);
  command->footer(keys_without_flag());
  command->callback([arguments, &exit_code] {
    exit_code = arguments->resume.empty() ? train_new(*arguments) : train_on(*arguments);
  });
}

}  // namespace gradus::cli
