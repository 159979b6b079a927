// progress.json as an observer: where a run stands, a few times a second, for whoever watches its folder. Losing it
// loses nothing, so it is never flushed to the disk and never ends a training.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gradus/training/observer.hpp"
#include "training/pace.hpp"
#include "training/record_json.hpp"

namespace gradus {

class ProgressRecorder : public TrainingObserver {
 public:
  explicit ProgressRecorder(std::string path) : path_(std::move(path)) {}
  ProgressRecorder(const ProgressRecorder&) = delete;
  ProgressRecorder& operator=(const ProgressRecorder&) = delete;
  /// A run that ends without its end (interrupted, diverged) says so.
  ~ProgressRecorder() override;

  Next on_start(const StartEvent& event) override;
  Next on_step(const StepEvent& event) override;
  /// Removes the file: summary.json says that the run is complete.
  void on_end(const RunRecord& record) override;

 private:
  void write() const;
  std::string path_;
  Pace pace_;
  Every every_{0.3};
  RunProgress progress_;
  bool started_ = false;
};

}  // namespace gradus
