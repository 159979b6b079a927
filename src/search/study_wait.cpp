// SPDX-License-Identifier: Apache-2.0
#include "search/study_wait.hpp"

#include <chrono>
#include <thread>

#include "gradus/core/error.hpp"

namespace gradus {

OnWait wait_aloud(const std::string& folder, const StudyRunOptions& options) {
  constexpr double kSaidAfterSeconds = 1.0;
  return [folder, stop = options.stop, observer = options.observer, said = false](double seconds) mutable {
    if (seconds < kSaidAfterSeconds) said = false;
    if (seconds >= kSaidAfterSeconds && !said && observer != nullptr) {
      observer->on_note(folder + ": another program keeps the study locked; waiting for it");
      said = true;
    }
    return stop == nullptr || !stop->load(std::memory_order_relaxed);
  };
}

std::unique_ptr<FileLock> wait_to_finish(const std::string& folder, const StudyRunOptions& options) {
  const std::string path = folder + "/workers/finish.lock";
  auto lock = std::make_unique<FileLock>(path, FileLock::Wait::kNo);
  if (lock->held()) return lock;
  if (options.observer != nullptr) {
    options.observer->on_note(folder + ": another process finishes the study; waiting for it");
  }
  while (!lock->held()) {
    if (options.stop != nullptr && options.stop->load(std::memory_order_relaxed)) throw Interrupted("interrupted");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    lock = std::make_unique<FileLock>(path, FileLock::Wait::kNo);
  }
  return lock;
}

}  // namespace gradus
