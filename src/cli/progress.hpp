// What a person sees while a network trains: a bar on a terminal, a line an epoch elsewhere. Standard error only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "gradus/training/observer.hpp"

namespace gradus::cli {

/// "12s", "3m05s", "2h10m".
std::string duration_text(double seconds);
/// "=====..." for a share from 0 to 1.
std::string bar_text(double share);

class Progress : public TrainingObserver {
 public:
  Progress();
  void on_start(const StartEvent& event) override;
  void on_step(const StepEvent& event) override;
  void on_epoch_end(const EpochRecord& record) override;

 private:
  using Clock = std::chrono::steady_clock;
  void clear_bar();
  bool terminal_;
  bool colour_;
  bool bar_shown_ = false;
  std::size_t epochs_ = 0;
  std::size_t first_epoch_ = 0;
  Clock::time_point start_;
  Clock::time_point last_drawn_;
};

}  // namespace gradus::cli
