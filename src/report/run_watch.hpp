// One folder watched for a page: what is new in its records, as server-sent events (docs/report.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "report/record_file.hpp"

namespace gradus {

class RunWatch {
 public:
  /// `after`: the last epoch that the page has.
  RunWatch(RecordFolder folder, std::size_t after);

  /// The events since the last call; empty when nothing happened. Reads only what files grew by.
  std::string poll();
  /// The run is complete and everything about it was told.
  [[nodiscard]] bool ended() const { return state_ == "complete"; }

 private:
  /// A file of JSON lines that grows, or is replaced by a new one.
  struct Growing {
    std::string name;
    std::size_t offset = 0;
    std::uint64_t inode = 0;
  };
  bool replaced(Growing& file) const;
  nlohmann::ordered_json new_lines(Growing& file);
  std::string epoch_event();
  std::string progress_event();
  std::string study_event();

  RecordFolder folder_;
  std::size_t last_epoch_;
  std::size_t last_statistics_;
  Growing metrics_{.name = "metrics.jsonl"};
  Growing statistics_{.name = "statistics.jsonl"};
  std::string state_;
  std::string progress_;
  std::int64_t study_modified_ = 0;
};

/// One event in the format of https://html.spec.whatwg.org/multipage/server-sent-events.html; `id` 0 is none.
std::string server_sent_event(const std::string& name, const std::string& data, std::size_t id = 0);

}  // namespace gradus
