// The run folder as an observer: config.toml, metrics.jsonl and .csv, checkpoint/, what TrainingRun::records asks for,
// and at the end model.safetensors and summary.json. Every file appears whole or not at all, except that metrics and
// statistics grow by a line per epoch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/training/monitor.hpp"
#include "gradus/training/observer.hpp"

namespace gradus {

class FolderLock;
struct RecordOptions;

/// The folder that relative paths in a run folder's config.toml are meant in: where the run began. Empty where that was
/// not recorded.
std::string run_origin(const std::string& folder);

/// Makes the folder of a k-fold evaluation, which has a run folder for each fold: config.toml and where it began.
/// Throws InputError where it has files and is not to be overwritten (`force`), or is a single run's.
void begin_folds_folder(const std::string& path, const std::string& config, bool force);

class RunFolder : public TrainingObserver {
 public:
  enum class Mode {
    kNew,     // an empty or missing folder
    kForce,   // any folder; files of an earlier run are replaced
    kResume,  // a run folder whose run goes on
  };
  /// Takes the folder's lock until this object is destroyed. Throws InputError when another process works in the
  /// folder, when it is not empty (kNew) or is no run folder (kResume), and where something else than a file has the
  /// name of one of the run's files. Before the run starts nothing is written but the lock; a folder that was made for
  /// it is removed again if no run starts.
  RunFolder(std::string path, Mode mode);
  ~RunFolder() override;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string config_path() const { return path_ + "/config.toml"; }
  /// An earlier run goes on.
  [[nodiscard]] bool resumes() const { return mode_ == Mode::kResume; }
  /// summary.json's text when the run is complete, else empty.
  [[nodiscard]] std::string completed_summary() const;
  /// The run is complete, and early stopping ended it.
  [[nodiscard]] bool stopped_early() const;
  /// The folder that relative paths in config.toml are meant in; empty where that was not recorded.
  [[nodiscard]] std::string origin() const { return run_origin(path_); }
  /// The newest intact checkpoint; empty when none was written yet. A damaged one is passed over for the one before
  /// it; when both are damaged, throws InputError.
  [[nodiscard]] std::vector<std::byte> newest_checkpoint() const;

  Next on_start(const StartEvent& event) override;
  Next on_step(const StepEvent& event) override;
  void on_weights(const WeightsEvent& event) override;
  Next on_epoch_end(const EpochRecord& record) override;
  Next on_checkpoint(const CheckpointEvent& event) override;
  void on_model(const Model& model) override;
  void on_end(const RunRecord& record) override;
  [[nodiscard]] bool wants_checkpoint(std::size_t /*epoch*/, std::size_t /*step*/) const override { return true; }

 private:
  void store_history(std::string_view history, bool flush);
  void make_parts(const RecordOptions& records);
  std::string path_;
  Mode mode_;
  std::unique_ptr<FolderLock> lock_;
  std::optional<std::size_t> stored_history_;                     // bytes of it that its file has
  bool last_is_flushed_ = false;                                  // last.ckpt is on the disk
  std::optional<std::chrono::steady_clock::time_point> flushed_;  // when that was waited for
  std::vector<Monitor> watched_;                                  // columns of metrics.csv beside those of every run
  std::vector<std::unique_ptr<TrainingObserver>> parts_;          // what TrainingRun::records asks for
};

/// The path of the model of a run folder, or of the model file itself. Throws InputError for a folder without a model.
std::string model_path(const std::string& run_or_model);

}  // namespace gradus
