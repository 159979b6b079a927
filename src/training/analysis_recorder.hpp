// analysis.json as an observer: written once, with the final weights.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/atomic_file.hpp"
#include "gradus/training/observer.hpp"
#include "training/analysis.hpp"

namespace gradus {

class AnalysisRecorder : public TrainingObserver {
 public:
  explicit AnalysisRecorder(std::string path) : path_(std::move(path)) {}
  Next on_start(const StartEvent& event) override {
    dataset_ = &event.dataset;
    return Next::kGoOn;
  }
  void on_end(const RunRecord& record) override {
    write_file(path_, analysis_json(analyse(record.model, *dataset_)) + "\n");
  }

 private:
  std::string path_;
  const Dataset* dataset_ = nullptr;
};

}  // namespace gradus
