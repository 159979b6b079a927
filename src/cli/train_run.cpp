// SPDX-License-Identifier: Apache-2.0
#include "cli/train_run.hpp"

#include <cctype>
#include <filesystem>

#include "cli/folder_report.hpp"
#include "cli/numbered_folder.hpp"
#include "cli/progress.hpp"
#include "cli/stop_request.hpp"
#include "cli/stop_signal.hpp"
#include "gradus/core/error.hpp"

namespace gradus::cli {

std::string make_free_folder(const std::string& data_name) {
  std::string name;
  for (const char c : data_name) name += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' ? c : '-';
  return make_numbered_folder("runs/" + name + "-");
}

namespace {

// A checkpoint is read before the run starts, and may be as large as all that the run needs.
class FreesCheckpoint : public TrainingObserver {
 public:
  explicit FreesCheckpoint(std::vector<std::byte>& bytes) : bytes_(bytes) {}
  Next on_start(const StartEvent& /*event*/) override {
    bytes_ = {};
    return Next::kGoOn;
  }

 private:
  std::vector<std::byte>& bytes_;
};

}  // namespace

RunRecord run_training(const TrainingRun& run, const Dataset& dataset, RunFolder* folder,
                       const TrainArguments& arguments) {
  Progress progress;
  std::vector<TrainingObserver*> observers;
  if (folder != nullptr) observers.push_back(folder);
  StopRequest request(folder != nullptr ? folder->path() : "");
  if (folder != nullptr) observers.push_back(&request);
  if (!arguments.quiet) observers.push_back(&progress);
  std::vector<std::byte> checkpoint;
  if (folder != nullptr && folder->resumes()) checkpoint = folder->newest_checkpoint();
  FreesCheckpoint frees(checkpoint);
  observers.push_back(&frees);
  const TrainControl control{.observers = observers, .stop = &catch_stop_signal(), .checkpoint = checkpoint};
  try {
    return train(run, dataset, control);
  } catch (const Interrupted& interruption) {
    const std::string path =
        folder != nullptr && arguments.folds_folder.empty() ? folder->path() : arguments.folds_folder;
    const std::string advice = folder != nullptr ? "; continue with `gradus train --resume " + path + "`"
                                                 : "; nothing is kept without a run folder";
    throw Interrupted(interruption.what() + advice);
  }
}

void write_page(const RunConfig& config, const std::string& folder, const TrainArguments& arguments) {
  if (config.report.page && !arguments.no_report) report_folder(folder, arguments.quiet);
}

void write_missing_page(const RunConfig& config, const std::string& folder, const TrainArguments& arguments) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder + "/report.html", ignored)) write_page(config, folder, arguments);
}

}  // namespace gradus::cli
