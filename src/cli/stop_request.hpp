// A run asked to stop by a file in its folder: unlike a signal it cannot reach another process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "gradus/training/observer.hpp"
#include "training/pace.hpp"

namespace gradus::cli {

/// Leaves the file that asks the run in `folder` to stop.
void request_stop(const std::string& folder);

/// Looks for that file a few times a second, takes it away and does what Ctrl-C does.
class StopRequest : public TrainingObserver {
 public:
  explicit StopRequest(const std::string& folder);
  Next on_start(const StartEvent& event) override;
  Next on_step(const StepEvent& event) override;

 private:
  std::string path_;
  Every look_;
};

}  // namespace gradus::cli
