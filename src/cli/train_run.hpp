// What the flags of `gradus train` ask for, and one run of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gradus/training/run_config.hpp"
#include "gradus/training/run_folder.hpp"

namespace gradus::cli {

struct TrainArguments {
  std::string config_file;
  std::vector<std::string> settings;  // --set key=value
  std::vector<std::pair<const ConfigOption*, std::shared_ptr<std::string>>> flags;
  std::string out;
  std::string resume;
  std::string folds_folder;  // what the run folders of folds stand in
  bool force = false;
  bool check = false;
  bool no_report = false;
  bool dry_run = false;
  bool json = false;
  bool quiet = false;
  CLI::App* command = nullptr;
};

/// runs/NAME-1, -2, ...: a run that nobody named still leaves its record, and never over another one. Made at once, so
/// that runs that start together find different ones.
std::string make_free_folder(const std::string& data_name);

/// Trains `run`, from its newest checkpoint where `folder` is one that goes on; null: nothing is kept.
RunRecord run_training(const TrainingRun& run, const Dataset& dataset, RunFolder* folder,
                       const TrainArguments& arguments);

/// Writes the page of a run that has just ended, where it is wanted.
void write_page(const RunConfig& config, const std::string& folder, const TrainArguments& arguments);
/// The same where it is not there: of a run that was complete before, but whose process was killed before its page.
void write_missing_page(const RunConfig& config, const std::string& folder, const TrainArguments& arguments);

}  // namespace gradus::cli
