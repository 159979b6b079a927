// SPDX-License-Identifier: Apache-2.0
#include "cli/train_folds.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "cli/data_notes.hpp"
#include "cli/note.hpp"
#include "core/atomic_file.hpp"
#include "core/folder_lock.hpp"
#include "core/text_file.hpp"
#include "gradus/core/error.hpp"
#include "gradus/training/run_folder.hpp"
#include "training/folds_record.hpp"
#include "training/idle_options.hpp"
#include "training/table_defaults.hpp"

namespace gradus::cli {
namespace {

// One fold of `rows`: its model, trained now or before.
Model train_fold(const RunConfig& config, const TrainingRun& run, const Dataset& dataset,
                 const TrainArguments& arguments) {
  if (arguments.folds_folder.empty()) return run_training(run, dataset, nullptr, arguments).model;
  const std::string path = arguments.folds_folder + fmt::format("/fold-{}", config.training.fold);
  std::error_code ignored;
  const bool begun = !arguments.resume.empty() && std::filesystem::exists(path + "/config.toml", ignored);
  // What an interruption left without a configuration is no run yet.
  const bool overwrites = arguments.force || !arguments.resume.empty();
  RunFolder folder(path, begun        ? RunFolder::Mode::kResume
                         : overwrites ? RunFolder::Mode::kForce
                                      : RunFolder::Mode::kNew);
  if (begun && !folder.completed_summary().empty()) {
    write_missing_page(config, path, arguments);
    return read_model(model_path(path));
  }
  const RunRecord record = run_training(run, dataset, &folder, arguments);
  write_page(config, path, arguments);
  return record.model;
}

void print_folds(const FoldsRecord& record, const TrainArguments& arguments) {
  if (arguments.json) {
    fmt::print("{}\n", record.json());
    return;
  }
  say("{}", record.table());
  if (!arguments.folds_folder.empty()) say("\nrun folder: {}\n", arguments.folds_folder);
}

void train_all_folds(const RunConfig& config, const Dataset& rows, const std::string& origin,
                     const TrainArguments& arguments) {
  FoldsRecord record(config, rows);
  for (std::size_t fold = 1; fold <= config.training.folds; ++fold) {
    RunConfig one = config;
    one.training.fold = fold;
    const Dataset dataset = prepare_data(one, rows, origin);
    TrainingRun run = make_training_run(one, dataset, origin);
    run.origin = origin;
    if (fold == 1 && !arguments.quiet) print_notes(dataset);
    if (!arguments.quiet) {
      note("fold {} of {}: {} training, {} validation, {} held out rows\n", fold, config.training.folds,
           dataset.train.size(), dataset.valid.size(), dataset.test.size());
    }
    record.add(fold, train_fold(one, run, dataset, arguments), dataset);
  }
  if (!arguments.folds_folder.empty()) {
    write_file(arguments.folds_folder + "/out_of_fold.csv", record.predictions_csv());
    write_file(arguments.folds_folder + "/folds.json", record.json() + "\n");
  }
  print_folds(record, arguments);
}

}  // namespace

int train_folds(RunConfig config, TrainArguments arguments) {
  if (arguments.check) {
    throw InputError({.where = "--check",
                      .expected = "a single run",
                      .found = "--folds",
                      .advice = "check one fold with training.fold"});
  }
  std::optional<FolderLock> lock;
  const bool keeps_folder = arguments.out != "none" && !arguments.dry_run;
  if (keeps_folder && !arguments.out.empty()) lock.emplace(arguments.out, FolderLock::Share::kAlone);
  // What is wrong with the folds shows before anything is written.
  RunConfig first = config;
  first.training.fold = 1;
  const Dataset rows = read_rows(config);
  const Dataset dataset = prepare_data(first, rows);
  // The same for all folds, and stated, so that what goes on later is the same run.
  config.data.scaling = first.data.scaling;  // none where the initial model has none
  apply_table_defaults(config, dataset);
  refuse_idle_options(first);
  make_training_run(first, dataset);
  const std::string text = config_toml(config);
  if (arguments.dry_run) {
    fmt::print("{}", text);
    return 0;
  }
  if (keeps_folder) {
    const bool named = !arguments.out.empty();
    arguments.folds_folder = named ? arguments.out : make_free_folder(dataset.name);
    if (!named) lock.emplace(arguments.folds_folder, FolderLock::Share::kAlone);
    begin_folds_folder(arguments.folds_folder, text, arguments.force || !named);
  }
  train_all_folds(config, rows, "", arguments);
  return 0;
}

// The folds that are done are kept, the one that was interrupted goes on, the others are trained.
int train_on_folds(const RunConfig& config, TrainArguments arguments) {
  arguments.folds_folder = arguments.resume;
  if (const auto done = read_text_if_there(arguments.resume + "/folds.json")) {
    note("{}: these folds are complete\n", arguments.resume);
    if (arguments.json) fmt::print("{}", *done);
    return 0;
  }
  const FolderLock lock(arguments.resume, FolderLock::Share::kAlone);
  sweep_temporaries(arguments.resume);
  const std::string origin = run_origin(arguments.resume);
  train_all_folds(config, read_rows(config, origin), origin, arguments);
  return 0;
}

}  // namespace gradus::cli
