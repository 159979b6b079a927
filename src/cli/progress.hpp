// What a person sees while a network trains: a bar on a terminal, a line an epoch elsewhere. Standard error only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/terminal.hpp"
#include "gradus/training/observer.hpp"
#include "training/pace.hpp"

namespace gradus::cli {

/// "12s", "3m05s", "2h10m".
std::string duration_text(double seconds);
/// "=====..." for a share from 0 to 1.
std::string bar_text(double share);

class Progress : public TrainingObserver {
 public:
  Progress();
  Next on_start(const StartEvent& event) override;
  Next on_step(const StepEvent& event) override;
  Next on_epoch_end(const EpochRecord& record) override;
  /// The loss as a curve, where the terminal can show it.
  void on_end(const RunRecord& record) override;

 private:
  void clear_bar();
  Terminal terminal_;
  bool bar_shown_ = false;
  Pace pace_;
  Every redraw_;
};

}  // namespace gradus::cli
