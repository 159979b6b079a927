// The JSON of a run's smaller records: lines of statistics.jsonl, progress.json.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace gradus {

struct LayerStatistics;

/// A line of statistics.jsonl, without line end.
std::string statistics_json(std::size_t epoch, std::span<const LayerStatistics> layers);

/// The whole lines of `text`, objects with a growing "epoch" that is at most `epoch`: what stays of a record when its
/// run goes on from there.
std::string lines_through(const std::string& text, std::size_t epoch);

/// Where a run stands within an epoch.
struct RunProgress {
  bool running = true;
  std::size_t epoch = 0;  // the one that runs, counted from 1
  std::size_t epochs = 0;
  std::size_t batch = 0;
  std::size_t num_batches = 0;
  double loss = 0.0;  // mean over the epoch so far
  std::optional<double> accuracy;
  double samples_per_second = 0.0;
  double seconds_left = 0.0;
};

/// progress.json's object.
std::string progress_json(const RunProgress& progress);

}  // namespace gradus
