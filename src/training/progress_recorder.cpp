// SPDX-License-Identifier: Apache-2.0
#include "training/progress_recorder.hpp"

#include <filesystem>
#include <fstream>

namespace gradus {

ProgressRecorder::~ProgressRecorder() {
  if (!started_) return;
  progress_.running = false;
  write();
}

Next ProgressRecorder::on_start(const StartEvent& event) {
  pace_.start(event);
  started_ = true;
  progress_.epoch = event.epoch + 1;
  progress_.epochs = pace_.epochs();
  progress_.batch = event.step;
  progress_.num_batches = event.steps_per_epoch;
  write();
  return Next::kGoOn;
}

Next ProgressRecorder::on_step(const StepEvent& event) {
  progress_.epoch = event.epoch;
  progress_.batch = event.batch;
  progress_.num_batches = event.num_batches;
  progress_.loss = event.loss_mean;
  progress_.accuracy = event.accuracy;
  if (!every_()) return Next::kGoOn;
  progress_.samples_per_second = Pace::samples_per_second(event);
  progress_.seconds_left = pace_.seconds_left(event);
  write();
  return Next::kGoOn;
}

void ProgressRecorder::on_end(const RunRecord& /*record*/) {
  started_ = false;
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

// A reader sees the old text or the new one, never a part.
void ProgressRecorder::write() const {
  const std::string temporary = path_ + ".tmp-progress";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << progress_json(progress_) << '\n';
  file.close();
  std::error_code failed;
  if (file) std::filesystem::rename(temporary, path_, failed);
  if (!file || failed) std::filesystem::remove(temporary, failed);
}

}  // namespace gradus
