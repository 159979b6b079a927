// TensorBoard's event files as an observer. A file is a chain of records (length, its checksum, bytes, their checksum);
// a record is an Event, written in the wire format of protocol buffers without their library: four kinds of fields.
// Formats: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto,
// tensorflow/core/framework/summary.proto.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "gradus/training/observer.hpp"

namespace gradus {

/// One record around `event`, checksums included.
std::string tensorboard_record(const std::string& event);
/// The event that a file starts with.
std::string tensorboard_version_event(double wall_seconds);
/// An event with one number for each tag.
std::string tensorboard_scalars(double wall_seconds, std::int64_t step,
                                std::span<const std::pair<std::string, double>> scalars);

/// Writes one event file into `folder`, a record per epoch; a resumed run writes its history again in its place.
class TensorBoardWriter : public TrainingObserver {
 public:
  explicit TensorBoardWriter(std::string folder) : folder_(std::move(folder)) {}
  Next on_start(const StartEvent& event) override;
  Next on_epoch_end(const EpochRecord& record) override;

 private:
  std::string epoch_record(const EpochRecord& record);
  std::string folder_;
  std::string path_;
  double wall_seconds_ = 0.0;  // since 1970; grows by each epoch's own seconds
};

/// Removes the event files that TensorBoardWriter wrote into `folder`.
void remove_event_files(const std::string& folder);

}  // namespace gradus
